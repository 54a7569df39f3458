"""The card: one lead offered to sales, what became of it, and in its thread what a rep needs."""

from __future__ import annotations

from datetime import datetime

from slack_sdk.models.blocks import Block

from core.domain.handoff import Decision, Handoff, Outcome
from core.domain.passing import is_passed_on
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.belonging import belonging
from handlers.slack.views.blocks import (
    HEADER_LIMIT,
    actions,
    context,
    facts,
    header,
    said,
    told,
)
from handlers.slack.views.mending import mended
from handlers.slack.views.message import Message
from handlers.slack.views.steps import on_card
from handlers.slack.views.story import (
    asked,
    awaited,
    contact,
    decided,
    handoff_of,
    journal,
    last_move,
    latest,
    moved,
    news,
    origin,
    owner_of,
    pursued,
    quoted,
    reachable,
    reached_by,
    standing,
    summary,
    temperature_of,
    timeline,
    waiting,
    went_on,
    why,
)
from handlers.slack.views.text import clip, escape, is_user


def card(story: Story, say: Say, *, now: datetime) -> Message:
    """The one card of a handoff, as it stands at `now`."""
    handoff = handoff_of(story)
    reasons = said(say("card-why", why=why(handoff.explanation, say)))
    if handoff.decision is None:
        told_of = [
            *asked(story, say, now=now),
            *_before(story, say),
            *moved(story, say),
            reasons,
            *facts(_facts(story, say)),
        ]
    else:
        decision = told(decided(handoff.decision, story.policy, say))
        told_of = [
            decision,
            *quoted(handoff.decision, say),
            *belonging(story, say),
            *went_on(story, say),
            *moved(story, say),
            reasons,
        ]
    blocks = [
        header(_title(story, say)),
        *told_of,
        _small_print(handoff, story, say, now=now),
        actions("card", on_card(story, say, now=now)),
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
    latest_of = last_move(story)
    what = pursued(latest_of, story, say) if latest_of else None
    return say("card-text", who=person, what=what or decided(handoff.decision, story.policy, say))


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
    if is_passed_on(previous, handoff):
        return [told(say("card-passed-on", last=last)), *quoted(previous.decision, say)]
    return [
        told(say("card-again", last=last)),
        *quoted(previous.decision, say),
        *_asked_for(previous.decision, handoff.asked, say),
        *(mended(story, say) or _changed_since(previous, handoff, say)),
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


def _asked_for(decision: Decision, to: str | None, say: Say) -> list[Block]:
    """Whoever asked for the date is called first; the mention reaches their phone."""
    if decision.wake_on is None or not is_user(decision.by) or decision.by == to:
        return []
    return [told(say("card-asked-for", who=names.actor(decision.by, say)))]


def _small_print(handoff: Handoff, story: Story, say: Say, *, now: datetime) -> Block:
    """By when sales has to answer or who answers for the lead, and by which definition."""
    definition = names.definition(handoff.definition, say)
    if handoff.decision is None:
        answer = awaited(handoff, story.policy, say, now=now)
        return context(answer, *waiting(story, say), say("card-no-owner"), definition)
    if handoff.decision.outcome is not Outcome.ACCEPTED or went_on(story, say):
        return context(definition)
    owner = say("card-owner", who=names.actor(owner_of(story) or handoff.decision.by, say))
    return context(*standing(story, say), owner, *contact(story, say, now=now), definition)


def briefing(story: Story, say: Say, *, now: datetime) -> Message:
    """The card's thread: how to reach the lead, what they did, how they came here, what is next."""
    handoff, lead, policy = handoff_of(story), story.lead, story.policy
    person = escape(names.who(lead, say))
    accepted = handoff.decision and handoff.decision.outcome is Outcome.ACCEPTED
    if accepted and handoff.decision:
        text = say(
            "briefing", who=person, owner=names.actor(owner_of(story) or handoff.decision.by, say)
        )
    else:
        text = say("briefing-open", who=person)
    done = timeline(story.signals, policy, say, limit=2500)
    blocks = [
        told(text),
        *facts(reached_by(lead, say)),
        *([told(say("heading", text=say("briefing-timeline"))), told(done)] if done else []),
        told(say("heading", text=say("briefing-log"))),
        told(journal(story.records, policy, say, limit=2500)),
        actions("steps", on_card(story, say, now=now)),
    ]
    return Message(text, blocks)
