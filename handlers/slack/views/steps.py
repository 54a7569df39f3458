"""Steps: the button for each thing that can be done with a lead where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement, InteractiveElement, Option

from core.domain.handoff import Case
from core.domain.lead import Lead
from core.domain.permission import may_assign, verbs_for
from core.domain.resubmission import awaits_mending
from core.domain.stages import Stage, Verb, after
from core.domain.undoing import Slip, last_slip
from core.domain.waking import may_wake
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import BUTTON_LIMIT, actions, button, menu, plain_text

_ROW = (
    Verb.ACCEPT,
    Verb.REJECT,
    Verb.CONFIRM,
    Verb.TOUCH,
    Verb.ADVANCE,
    Verb.WIN,
    Verb.LOSE,
    Verb.UNDO,
)
"""What stands on the card itself, in this order; all else is in its menu."""

_FORWARD = (Verb.ACCEPT, Verb.TOUCH, Verb.ADVANCE, Verb.WIN)


def on_card(
    story: Story, say: Say, *, now: datetime, person: str | None = None
) -> list[InteractiveElement]:
    """The buttons of the card, the same for whoever reads it: five at most, for a phone.

    Where only one `person` reads them they are those of that person.
    """
    verbs = steps(story, person, now=now)
    row = [verb for verb in _ROW if verb in verbs]
    buttons = [_button(story, verb, say, primary=_leads(verb, row)) for verb in row]
    rest = [verb for verb in verbs if verb not in _ROW]
    return [*buttons, details_button(story, say), *([_more(story, rest, say)] if rest else [])]


def on_request(story: Story, person: str | None, say: Say, *, now: datetime) -> list[Block]:
    """The row for one person alone: all that they may do, each asked in a form; none of nobody."""
    if person is None:
        return []
    verbs = steps(story, person, now=now)
    buttons = [_button(story, verb, say, asks=True) for verb in verbs]
    if story.lead.stage is Stage.NURTURING and _may_wake(story, person):
        buttons.append(wake_button(story.lead, say))
    buttons += assign_buttons(story, person, say)
    return [actions("steps", buttons)] if buttons else []


def assign_buttons(story: Story, person: str, say: Say) -> list[ButtonElement]:
    """Opens the form in which whoever may gives the lead to a colleague."""
    case = _case(story)
    if case is None or after(case.lead.stage, Verb.ASSIGN) is None or not may_assign(person, case):
        return []
    who = names.called(story.lead, say)
    value = f"assign {story.lead.id}"
    return [
        button(say("button-assign"), f"{ids.RUN}:assign", value, hears=say("hears-assign", who=who))
    ]


def _may_wake(story: Story, person: str) -> bool:
    last = story.handoff.decision if story.handoff else None
    return may_wake(person, story.lead, last, story.policy)


def wake_button(lead: Lead, say: Say) -> ButtonElement:
    """Opens the form in which somebody says when to look at the lead again."""
    return button(
        say("button-wake"),
        f"{ids.RUN}:wake",
        f"wake {lead.id}",
        hears=say("hears-wake", who=names.called(lead, say)),
    )


def steps(story: Story, person: str | None, *, now: datetime) -> tuple[Verb, ...]:
    """What somebody can do with the lead of a story; nobody named is the channel."""
    case = _case(story)
    if case is None:
        return ()
    return verbs_for(case, [record.entry for record in story.records], person=person, at=now)


def slip_of(story: Story) -> Slip | None:
    """What undoing would take back."""
    case = _case(story)
    return last_slip(case, [record.entry for record in story.records]) if case else None


def _case(story: Story) -> Case | None:
    return Case(story.lead, story.handoff, story.policy) if story.handoff else None


def _leads(verb: Verb, row: Sequence[Verb]) -> bool:
    return verb is row[0] and verb in _FORWARD


def _button(
    story: Story, verb: Verb, say: Say, *, primary: bool = False, asks: bool = False
) -> ButtonElement:
    slip = slip_of(story) if verb is Verb.UNDO else None
    return button(
        say(f"button-{verb.value}"),
        (ids.asks if asks else ids.step)(verb, slip.verb if slip else None),
        _handoff(story),
        hears=say(f"hears-{verb.value}", who=names.called(story.lead, say)),
        primary=primary,
    )


def mend_buttons(story: Story, say: Say) -> list[ButtonElement]:
    """The button by which marketing mends a lead that came back, where there is something to."""
    case = _case(story)
    return [_button(story, Verb.RESUBMIT, say)] if case and awaits_mending(case) else []


def details_button(story: Story, say: Say) -> ButtonElement:
    """Everything behind the card."""
    hears = say("hears-details", who=names.called(story.lead, say))
    return button(say("button-details"), ids.DETAILS, _handoff(story), hears=hears)


def _more(story: Story, verbs: Sequence[Verb], say: Say) -> InteractiveElement:
    return menu(
        ids.MORE,
        [
            Option(
                value=ids.choice(verb, _handoff(story)),
                text=plain_text(say(f"button-{verb.value}"), BUTTON_LIMIT),
            )
            for verb in verbs
        ],
    )


def _handoff(story: Story) -> str:
    return story.handoff.id if story.handoff else ""
