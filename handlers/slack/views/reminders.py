"""Reminders: what waits for one person, or in the thread of a card for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from slack_sdk.models.blocks import Block

from core.domain.reminder import Snooze, Step, managers
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import actions, button, context, header, told
from handlers.slack.views.message import Message
from handlers.slack.views.story import handoff_of
from handlers.slack.views.text import escape, summons, when

_SHOWN = 10


def reminder(waiting: Sequence[tuple[Story, Step]], say: Say, *, to: str, id: str) -> Message:
    """All that one person is to hear now; `id` is by what they put it off."""
    is_news = all(step is Step.ATTACHED for _, step in waiting)
    text = say("reminder-news" if is_news else "reminder", count=len(waiting))
    rest = len(waiting) - _SHOWN
    blocks = [
        header(text),
        *(_line(story, step, say, to=to) for story, step in waiting[:_SHOWN]),
        *([context(say("reminder-more", count=rest))] if rest > 0 else []),
        actions(
            "reminder",
            [
                button(say("button-snooze-hour"), ids.snooze(Snooze.HOUR), id),
                button(say("button-snooze-tomorrow"), ids.snooze(Snooze.TOMORROW), id),
            ],
        ),
    ]
    return Message(text, blocks)


def _line(story: Story, step: Step, say: Say, *, to: str) -> Block:
    details = button(
        say("button-details"),
        ids.DETAILS,
        handoff_of(story).id,
        hears=say("hears-details", who=names.called(story.lead, say)),
    )
    values = _values(story, step, say)
    if step is Step.ATTACHED:
        return told(_attached(story, say, to=to, who=values["who"]), button=details)
    if step in _ESCALATED and _named(story, step) not in (None, to):
        return told(say(f"escalation-{_key(story, step)}", **values), button=details)
    return told(say(f"reminder-{_key(story, step)}", **values), button=details)


_CONTACT = (Step.TOUCH_SOON, Step.TOUCH_LATE)
_ESCALATED = (Step.ANSWER_LATE, Step.TOUCH_LATE, Step.LAPSED)


def _named(story: Story, step: Step) -> str | None:
    """Who promised it, None where all of sales did."""
    return story.lead.owner if step in _CONTACT else handoff_of(story).asked


def _attached(story: Story, say: Say, *, to: str, who: str) -> str:
    decision, other = handoff_of(story).decision, story.other
    if decision is None or other is None:
        return who
    because = names.reason(decision.reason, say, story.policy.reasons)
    return say(
        "reminder-attached" if other.owner == to else "escalation-attached",
        who=who,
        other=escape(names.who(other, say)),
        by=names.actor(decision.by, say),
        reason=escape(because),
    )


def _values(story: Story, step: Step, say: Say) -> dict[str, str]:
    handoff, named = handoff_of(story), _named(story, step)
    is_open = handoff.decision is None
    due = None if is_open else handoff.touch_due_at
    return {
        "who": escape(names.who(story.lead, say)),
        "due": when(due or handoff.due_at, zone=story.policy.zone, say=say),
        "owner": names.actor(named or "", say),
    }


def _key(story: Story, step: Step) -> str:
    key = step.value.replace("_", "-")
    if step is Step.GIVEN:
        return key if handoff_of(story).decision is None else "given-accepted"
    return key.replace("answer", "asked") if _named(story, step) else key


def put_off(until: datetime, say: Say, *, zone: tzinfo) -> Message:
    """What stands in place of a reminder that somebody put off."""
    text = say("reminder-put-off", when=when(until, zone=zone, say=say))
    return Message(text, [told(text)])


def nudge(story: Story, step: Step, say: Say) -> Message:
    """What waits, in the thread of the card; what is late calls the managers' groups."""
    text = say(f"nudge-{_key(story, step)}", **_values(story, step, say))
    groups = "" if step is Step.ANSWER_SOON else summons(managers(story.policy))
    called = f"{groups} {text}" if groups else text
    return Message(called, [told(called)])
