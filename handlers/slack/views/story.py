"""Parts of a lead's story that several messages tell: who, why, when, and what came before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from slack_sdk.models.blocks import Block

from core.domain.addition import is_addition
from core.domain.explanation import Explanation, reasons, sentence, since
from core.domain.handoff import Case, Decision, Handoff, Outcome
from core.domain.lead import Lead, Signal, Temperature
from core.domain.log import Entry, Record, standing_moves
from core.domain.passing import is_passed_on
from core.domain.policy import Policy
from core.domain.pursuit import VERBS
from core.domain.reminder import is_unasked
from core.domain.stages import Verb
from core.domain.waking import date_of
from core.errors import NotFound
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.blocks import context, plain_text, told
from handlers.slack.views.text import (
    TEXT_LIMIT,
    day,
    escape,
    full_date,
    is_user,
    lines,
    linked,
    local_time,
    plain,
    when,
)

_RECORDED_LATE = 60  # seconds
_COMMENT_SHOWN = 1000


def handoff_of(story: Story) -> Handoff:
    """The handoff that a story is told around; raises NotFound where it has none."""
    if story.handoff is None:
        raise NotFound("this lead was never offered to sales")
    return story.handoff


def case_of(story: Story) -> Case:
    """The case that a story tells of; raises NotFound where the lead was never offered."""
    return Case(story.lead, handoff_of(story), story.policy)


def temperature_of(story: Story, say: Say) -> str:
    """The temperature at which the lead was offered, else the one of now."""
    return names.temperature(_offered_at(story) or story.lead.temperature, say)


def _offered_at(story: Story) -> Temperature | None:
    explanation = story.handoff.explanation if story.handoff else None
    return None if explanation is None or explanation.imported else explanation.temperature


def why(explanation: Explanation, say: Say) -> str:
    """The reasons in one line, never empty."""
    if explanation.imported:
        return say("why-imported")
    return sentence(explanation, say.locale) or say("no-reasons")


def summary(story: Story, say: Say) -> str:
    """Who and why in one line, for notifications."""
    explanation = handoff_of(story).explanation
    return say(
        "summary",
        who=escape(names.who(story.lead, say)),
        temperature=temperature_of(story, say),
        why=escape(why(explanation, say), 300),
    )


def reached_by(lead: Lead, say: Say) -> list[tuple[str, str]]:
    """How to reach the lead, by label."""
    known = lead.identity
    ways = (
        (say("label-email"), known.email),
        (say("label-phone"), known.phone),
    )
    return [(label, value) for label, value in ways if value]


def reachable(lead: Lead, say: Say) -> str:
    """Which ways there are to reach the lead, without telling them to the whole channel."""
    known = lead.identity
    match bool(known.email), bool(known.phone):
        case True, True:
            return say("reach-both")
        case True, False:
            return say("reach-email")
        case False, True:
            return say("reach-phone")
        case _:
            return say("reach-none")


def origin(lead: Lead) -> str | None:
    """Where the lead came from."""
    known = [part for part in (lead.profile.source, lead.profile.campaign) if part]
    return " · ".join(plain(part, 80) for part in known) or None


def timeline(
    signals: Iterable[Signal], policy: Policy, say: Say, *, limit: int = TEXT_LIMIT
) -> str:
    """What the lead did, the latest first, for marked text; empty where we saw nothing."""
    latest = sorted(signals, key=lambda signal: signal.occurred_at, reverse=True)
    told = (
        say(
            "line",
            when=when(signal.occurred_at, zone=policy.zone, say=say),
            what=_did(signal, say),
        )
        for signal in latest
    )
    return lines(told, say, limit=limit, of=len(latest))


def _did(signal: Signal, say: Say) -> str:
    """What the lead did; where somebody brought it in with a message, with the way there."""
    done, link = escape(names.signal(signal, say), 400), signal.properties.get("link")
    if not is_addition(signal) or not str(link).startswith(("https://", "http://")):
        return done
    return say("with-note", line=done, note=linked(str(link), say("adding-message")))


def journal(records: Sequence[Record], policy: Policy, say: Say, *, limit: int = TEXT_LIMIT) -> str:
    """The stage log, the latest first, for marked text."""
    told = (_entry(record, policy, say) for record in reversed(records))
    return lines(told, say, limit=limit, of=len(records))


def _entry(record: Record, policy: Policy, say: Say) -> str:
    entry = record.entry
    line = say(
        "log-line",
        when=when(entry.occurred_at, zone=policy.zone, say=say),
        move=names.move(entry, say),
        verb=names.verb(entry.verb, say),
        who=names.actor(entry.actor, say),
    )
    if is_user(entry.actor):  # a machine has but one door
        line = say("with-note", line=line, note=names.door(entry.door, say))
    reason = None if _is_offer(entry) or entry.verb is Verb.ASSIGN else entry.reason
    if entry.verb is Verb.ASSIGN:
        to = names.actor(entry.reason, say) if entry.reason else say("all-of-sales")
        line = say("log-given", line=line, to=to)
    because = [names.reason(reason, say, policy.reasons)] if reason else []
    if on := date_of(entry):
        because.append(full_date(on, say=say))
    elif entry.comment:
        because.append(say("quote", text=plain(entry.comment)))
    if because:
        line = say("log-because", line=line, because=escape(" ".join(because), 300))
    late = (record.recorded_at - entry.occurred_at).total_seconds() > _RECORDED_LATE
    if late:
        recorded = when(record.recorded_at, zone=policy.zone, say=say)
        line = say("log-late", line=line, when=recorded)
    return line


def _is_offer(entry: Entry) -> bool:
    """Whether it names what was sent; what that is called stands in the comment."""
    return entry.verb is Verb.SEND


def decided(decision: Decision, policy: Policy, say: Say) -> str:
    """Who decided what and when, in one line of marked text."""
    values = {
        "who": names.actor(decision.by, say),
        "when": when(decision.at, zone=policy.zone, say=say),
    }
    if decision.outcome is not Outcome.REJECTED:
        return say(f"decided-{decision.outcome.value}", **values)
    because = escape(names.reason(decision.reason, say, policy.reasons))
    if decision.wake_on:
        wakes = day(decision.wake_on, say=say)
        return say("decided-waking", reason=because, day=wakes, **values)
    return say("decided-rejected", reason=because, **values)


def awaited(handoff: Handoff, policy: Policy, say: Say, *, now: datetime) -> str:
    """By when an open handoff has to be answered, or that it should have been, in marked text."""
    due = when(handoff.due_at, zone=policy.zone, say=say)
    return say("card-overdue", due=due) if now > handoff.due_at else say("card-due", due=due)


def asked(story: Story, say: Say, *, now: datetime) -> list[Block]:
    """Whom an open handoff is offered to; the mention reaches their phone when it is posted."""
    handoff = handoff_of(story)
    if handoff.asked:
        key = "card-asked-late" if now >= handoff.due_at else "card-asked"
        return [told(say(key, who=names.actor(handoff.asked, say)))]
    return [told(say("card-unasked"))] if is_unasked(handoff) else []


def owner_of(story: Story) -> str | None:
    """Who answers for an accepted lead: whoever it was given to since, else who accepted it."""
    decision = handoff_of(story).decision
    return (story.lead.owner if _is_latest(story) else None) or (decision.by if decision else None)


def went_on(story: Story, say: Say) -> list[Block]:
    """Where a lead went whose handoff was passed on."""
    onward = story.onward
    if onward is None or not is_passed_on(handoff_of(story), onward):
        return []
    if onward.asked:
        return [told(say("card-went-on", who=names.actor(onward.asked, say)))]
    return [told(say("card-went-on-to-all"))]


def waiting(story: Story, say: Say) -> list[str]:
    """Since when the buyer waits, where others were asked before."""
    handoff = handoff_of(story)
    if handoff.waiting_since == handoff.opened_at:
        return []
    since = when(handoff.waiting_since, zone=story.policy.zone, say=say)
    return [say("card-waiting", when=since)]


def last_move(story: Story) -> Entry | None:
    """What was done with the lead last in this handoff, beside deciding on it and touching it."""
    offered = story.handoff.id if story.handoff else None
    moves = [
        entry
        for entry in standing_moves(record.entry for record in story.records)
        if entry.handoff_id == offered and entry.verb in _MOVES
    ]
    return moves[-1] if moves else None


_MOVES = (*(verb for verb in VERBS if verb is not Verb.TOUCH), Verb.CONFIRM)


def pursued(move: Entry, story: Story, say: Say) -> str:
    """Who took the lead further, or back, when and why, in one line of marked text."""
    line = say(
        f"did-{move.verb.value}",
        who=names.actor(move.actor, say),
        when=when(move.occurred_at, zone=story.policy.zone, say=say),
    )
    if move.reason:
        line = say(
            "did-because",
            line=line,
            reason=escape(names.reason(move.reason, say, story.policy.reasons)),
        )
    if move.verb is Verb.RECYCLE and story.lead.wake_on and _is_latest(story):
        line = say("did-until", line=line, day=day(story.lead.wake_on, say=say))
    return line


def moved(story: Story, say: Say) -> list[Block]:
    """What was done last, with the comment on it; nothing where it was but decided."""
    move = last_move(story)
    return [told(pursued(move, story, say)), *remark(move.comment, say)] if move else []


def standing(story: Story, say: Say) -> list[str]:
    """In which stage the lead is and since when; a lead offered anew stands on another card."""
    if not _is_latest(story):
        return []
    since = when(story.lead.entered_stage_at, zone=story.policy.zone, say=say)
    return [say("card-stage", stage=names.stage(story.lead.stage, say), when=since)]


def contact(story: Story, say: Say, *, now: datetime) -> list[str]:
    """Whether contact was made, or by when it was promised."""
    handoff = handoff_of(story)
    if handoff.touched_at:
        made = when(handoff.touched_at, zone=story.policy.zone, say=say)
        return [say("card-touched", when=made)]
    if handoff.touch_due_at is None or not _is_latest(story):
        return []
    due = when(handoff.touch_due_at, zone=story.policy.zone, say=say)
    late = now > handoff.touch_due_at
    return [say("card-touch-overdue", due=due) if late else say("card-touch-due", due=due)]


def _is_latest(story: Story) -> bool:
    return story.handoff is not None and story.lead.handoff_id == story.handoff.id


def quoted(decision: Decision | None, say: Say) -> list[Block]:
    """The comment of a decision in small print, where there is one."""
    return remark(decision.comment if decision else None, say)


def remark(comment: str | None, say: Say) -> list[Block]:
    """A comment in small print, where there is one."""
    if not comment:
        return []
    return [context(plain_text(say("quote", text=plain(comment, _COMMENT_SHOWN))))]


def news(previous: Handoff, now: Handoff, say: Say) -> str:
    """What speaks for the lead now that did not before."""
    fresh = reasons(since(previous.explanation, now.explanation), say.locale)
    if fresh:
        return say("list-separator").join(fresh)
    asked_for = previous.decision is not None and previous.decision.wake_on is not None
    return say("news-of-the-date") if asked_for else say("no-news")


def latest(story: Story, say: Say) -> str | None:
    """The last thing that the lead did, and when."""
    if not story.signals:
        return None
    last = max(story.signals, key=lambda signal: signal.occurred_at)
    moment = local_time(last.occurred_at, zone=story.policy.zone, say=say)
    return say("latest", what=names.signal(last, say), when=moment)
