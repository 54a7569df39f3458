"""The Home: what one person finds behind Baton's own tab in Slack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock, InteractiveElement
from slack_sdk.models.views import View

from core.domain.handoff import Case, Outcome
from core.domain.permission import Right, holds
from core.domain.waking import may_wake
from core.ports import Load
from core.services.home import TO_DO, Home, Section, Shelf
from core.services.reporting import Story, outline
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import actions, button, context, header, told
from handlers.slack.views.course import course_lines, sent_buttons
from handlers.slack.views.notices import sorry
from handlers.slack.views.overdue import owed
from handlers.slack.views.steps import (
    assign_buttons,
    details_button,
    mend_buttons,
    on_card,
    wake_button,
)
from handlers.slack.views.story import awaited, contact, decided, why
from handlers.slack.views.text import escape, lines, when

_WHY = 300  # characters
_PEOPLE = 30


def home(of: Home, say: Say, *, now: datetime) -> View:
    """Somebody's Home, as it stands at `now`."""
    shown: list[Block] = [*_doors(of, say)]
    if of.week is not None:
        shown.append(told(say("home-week", **_counted(of.week))))
    shown += _marketing(of, say)
    for shelf in of.shelves:
        shown += _shelf(shelf, of, say, now=now)
        if shelf.section is Section.LATE and of.loads is not None:
            shown += _loads(of.loads, say)
    painted = context(say("home-painted", when=when(now, zone=of.policy.zone, say=say)))
    return View(type="home", blocks=[*shown, _settings(of, say), painted])


def _settings(of: Home, say: Say) -> Block:
    """What everybody may set for themselves, and the settings of all for whoever may."""
    buttons = [button(say("button-own"), f"{ids.RUN}:preferences", "preferences")]
    if holds(of.person, Right.FOR_ADMINS, of.policy):
        buttons.append(button(say("button-settings"), f"{ids.RUN}:settings", "settings"))
    return actions("settings", buttons)


def _doors(of: Home, say: Say) -> Iterator[Block]:
    """What can be begun here, whatever waits."""
    if holds(of.person, Right.FOR_TEAMS, of.policy):
        yield actions("doors", [button(say("button-add"), f"{ids.RUN}:add", "add")])


def closed(say: Say, code: str) -> View:
    """What somebody sees who may not read of leads; `code` says why."""
    return View(type="home", blocks=sorry(say, code, None).blocks)


def _marketing(of: Home, say: Say) -> list[Block]:
    if of.fate is None:
        return []
    return [told(say("home-fate", waiting=of.waiting, **_counted(of.fate)))]


def _counted(outcomes: Mapping[Outcome, int]) -> dict[str, int]:
    return {
        "accepted": outcomes[Outcome.ACCEPTED],
        "rejected": outcomes[Outcome.REJECTED],
    }


def _shelf(shelf: Shelf, of: Home, say: Say, *, now: datetime) -> Iterator[Block]:
    yield header(say(f"home-{shelf.section.value}", count=shelf.total))
    if shelf.section is Section.MINE and any(of.ages.values()):
        yield context(_ages(of, say))
    if not shelf.cases:
        yield told(say(f"home-{shelf.section.value}-empty"))
    for case in shelf.cases:
        yield from _row(shelf.section, case, of, say, now=now)
    turns = list(_turns(shelf, of.shelves, say))
    if turns:
        yield actions(f"turn-{shelf.section.value}", turns)
        yield context(say("home-page", page=shelf.number, last=shelf.last))
    yield DividerBlock()


def _row(section: Section, case: Case, of: Home, say: Say, *, now: datetime) -> Iterator[Block]:
    """A lead; what waits for this person and what they follow has the buttons of a card."""
    who = say("heading", text=escape(names.who(case.lead, say)))
    story = outline(case, of.records.get(case.lead.id, ()), of.courses.get(case.lead.id))
    texts = [who, *_LINES[section](case, say, now)]
    if section is Section.RETURNED:
        texts += course_lines(story, say)
    buttons = _buttons(section, story, of, say, now=now)
    if len(buttons) == 1 and section not in TO_DO:
        yield told(lines(texts, say), button=details_button(story, say))
        return
    yield told(lines(texts, say))
    yield actions(f"{section.value}-{case.handoff.id}", buttons)


def _buttons(
    section: Section, story: Story, of: Home, say: Say, *, now: datetime
) -> Sequence[InteractiveElement]:
    """Those of a card; for what is late, to whom to give it; for what came back, marketing's."""
    if section is Section.LATE:
        return [*assign_buttons(story, of.person, say), details_button(story, say)]
    if section is not Section.RETURNED:
        return on_card(story, say, now=now, person=of.person)
    last = story.handoff.decision if story.handoff else None
    theirs = holds(of.person, Right.FOR_MARKETERS, of.policy)
    wakes = may_wake(of.person, story.lead, last, of.policy)
    return [
        *([*mend_buttons(story, say), *sent_buttons(story, say)] if theirs else []),
        *([wake_button(story.lead, say)] if wakes else []),
        details_button(story, say),
    ]


def _ages(of: Home, say: Say) -> str:
    """How long what somebody follows has stood where it stands."""
    counted = [(age, number) for age, number in of.ages.items() if number]
    told_of = [say(f"home-age-{age.value}", count=number) for age, number in counted]
    return say("home-ages", ages=" · ".join(told_of))


def _waiting(case: Case, say: Say, now: datetime) -> Iterator[str]:
    explanation = case.handoff.explanation
    yield say(
        "home-offered",
        temperature=names.temperature(explanation.temperature, say),
        why=escape(why(explanation, say), _WHY),
    )
    if case.handoff.asked:
        late = now >= case.handoff.due_at
        key = "card-asked-late" if late else "card-asked"
        yield say(key, who=names.actor(case.handoff.asked, say))
    yield awaited(case.handoff, case.policy, say, now=now)


def _followed(case: Case, say: Say, now: datetime) -> Iterator[str]:
    yield _standing(case, say)
    yield from contact(outline(case), say, now=now)


def _standing(case: Case, say: Say) -> str:
    since = when(case.lead.entered_stage_at, zone=case.policy.zone, say=say)
    return say("status-since", stage=names.stage(case.lead.stage, say), when=since)


def _returned(case: Case, say: Say, _: datetime) -> Iterator[str]:
    yield _standing(case, say)
    if case.handoff.decision:
        yield decided(case.handoff.decision, case.policy, say)


_LINES: Mapping[Section, Callable[[Case, Say, datetime], Iterator[str]]] = {
    Section.OPEN: _waiting,
    Section.MINE: _followed,
    Section.LATE: owed,
    Section.RETURNED: _returned,
}


def _loads(loads: Mapping[str, Load], say: Say) -> Iterator[Block]:
    """Who has how much to do, those with the most that is late first."""
    if not loads:
        return
    busiest = sorted(loads.items(), key=lambda each: (-each[1].late, -each[1].leads, each[0]))
    told_of = [
        say("home-load", who=names.actor(id, say), leads=load.leads, late=load.late)
        for id, load in busiest[:_PEOPLE]
    ]
    yield header(say("home-loads"))
    yield told(lines(told_of, say, of=len(busiest)))
    yield DividerBlock()


def _turns(shelf: Shelf, all_shelves: tuple[Shelf, ...], say: Say) -> Iterator[ButtonElement]:
    """Back and next; each carries the pages of all shelves, so that turning one leaves the rest."""
    for label, step in (("button-back", -1), ("button-next", 1)):
        if 1 <= shelf.number + step <= shelf.last:
            pages = {each.section: each.number for each in all_shelves}
            pages[shelf.section] += step
            value = " ".join(f"{section.value}:{page}" for section, page in pages.items())
            yield button(say(label), ids.turn(shelf.section.value, step), value)
