"""The card: one lead offered to sales, what became of it, and in its thread what a rep needs."""

from __future__ import annotations

from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement

from core.domain.handoff import Decision, Handoff, Outcome, undo_ends
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import (
    HEADER_LIMIT,
    actions,
    button,
    context,
    facts,
    header,
    said,
    told,
)
from handlers.slack.views.message import Message
from handlers.slack.views.story import (
    awaited,
    decided,
    handoff_of,
    journal,
    latest,
    news,
    origin,
    quoted,
    reachable,
    reached_by,
    summary,
    temperature_of,
    timeline,
    why,
)
from handlers.slack.views.text import clip, escape, is_user


def card(story: Story, say: Say, *, now: datetime) -> Message:
    """The one card of a handoff, as it stands at `now`."""
    handoff = handoff_of(story)
    reasons = said(say("card-why", why=why(handoff.explanation, say)))
    if handoff.decision is None:
        told_of = [*_before(story, say), reasons, *facts(_facts(story, say))]
    else:
        decision = told(decided(handoff.decision, story.policy, say))
        told_of = [decision, *quoted(handoff.decision, say), reasons]
    blocks = [
        header(_title(story, say)),
        *told_of,
        _small_print(handoff, story, say, now=now),
        actions("card", _buttons(handoff, story, say, now=now)),
    ]
    return Message(_text(handoff, story, say), blocks)


def _title(story: Story, say: Say) -> str:
    mark = temperature_of(story, say)
    person = clip(names.who(story.lead, say), HEADER_LIMIT - len(mark) - 10)
    return say("card-title", who=person, temperature=mark)


def _text(handoff: Handoff, story: Story, say: Say) -> str:
    if handoff.decision is None:
        return summary(story, say)
    person = escape(names.who(story.lead, say))
    return say("card-text", who=person, what=decided(handoff.decision, story.policy, say))


def _facts(story: Story, say: Say) -> list[tuple[str, str]]:
    explanation, profile = handoff_of(story).explanation, story.lead.profile
    known = (
        (say("label-score"), names.reckoned(explanation, say)),
        (say("label-source"), origin(story.lead)),
        (say("label-country"), profile.country),
        (say("label-latest"), latest(story, say)),
        (say("label-reach"), reachable(story.lead, say)),
    )
    return [(label, value) for label, value in known if value]


def _before(story: Story, say: Say) -> list[Block]:
    """Where the lead was sent back before: by whom, why, and what has changed since."""
    handoff, previous = handoff_of(story), story.previous
    if handoff.decision or previous is None or previous.decision is None:
        return []
    last = decided(previous.decision, story.policy, say)
    return [
        told(say("card-again", last=last)),
        *quoted(previous.decision, say),
        *_asked_for(previous.decision, say),
        *_changed_since(previous, handoff, say),
    ]


def _changed_since(previous: Handoff, handoff: Handoff, say: Say) -> list[Block]:
    if previous.explanation.imported:
        return []
    changed = say(
        "card-changed",
        before=names.whole(previous.explanation.total, say),
        after=names.whole(handoff.explanation.total, say),
        news=escape(news(previous, handoff, say), 500),
    )
    return [told(changed)]


def _asked_for(decision: Decision, say: Say) -> list[Block]:
    """Whoever asked for the date is called first; the mention reaches their phone."""
    if decision.wake_on is None or not is_user(decision.by):
        return []
    return [told(say("card-asked-for", who=names.actor(decision.by, say)))]


def _small_print(handoff: Handoff, story: Story, say: Say, *, now: datetime) -> Block:
    """By when sales has to answer or who answers for the lead, and by which definition."""
    definition = names.definition(handoff.definition, say)
    if handoff.decision is None:
        answer = awaited(handoff, story.policy, say, now=now)
        return context(answer, say("card-no-owner"), definition)
    if handoff.decision.outcome is Outcome.REJECTED:
        return context(definition)
    return context(say("card-owner", who=names.actor(handoff.decision.by, say)), definition)


def _buttons(handoff: Handoff, story: Story, say: Say, *, now: datetime) -> list[ButtonElement]:
    name = names.called(story.lead, say)
    details = button(
        say("button-details"), ids.DETAILS, handoff.id, hears=say("hears-details", who=name)
    )
    if handoff.decision is None:
        accept, reject = say("hears-accept", who=name), say("hears-reject", who=name)
        return [
            button(say("button-accept"), ids.ACCEPT, handoff.id, hears=accept, primary=True),
            button(say("button-reject"), ids.REJECT, handoff.id, hears=reject),
            details,
        ]
    if not _can_be_undone(handoff, story, now=now):
        return [details]
    undo = say("hears-undo", who=name)
    return [button(say("button-undo"), ids.UNDO, handoff.id, hears=undo), details]


def _can_be_undone(handoff: Handoff, story: Story, *, now: datetime) -> bool:
    ends = undo_ends(handoff, story.policy)
    return ends is not None and now < ends and story.lead.handoff_id == handoff.id


def briefing(story: Story, say: Say, *, now: datetime) -> Message:
    """The card's thread: how to reach the lead, what they did, how they came here."""
    handoff, lead, policy = handoff_of(story), story.lead, story.policy
    person = escape(names.who(lead, say))
    accepted = handoff.decision and handoff.decision.outcome is Outcome.ACCEPTED
    if accepted and handoff.decision:
        text = say("briefing", who=person, owner=names.actor(handoff.decision.by, say))
    else:
        text = say("briefing-open", who=person)
    done = timeline(story.signals, policy, say, limit=2500)
    blocks = [
        told(text),
        *facts(reached_by(lead, say)),
        *([told(say("heading", text=say("briefing-timeline"))), told(done)] if done else []),
        told(say("heading", text=say("briefing-log"))),
        told(journal(story.records, policy, say, limit=2500)),
    ]
    return Message(text, blocks)
