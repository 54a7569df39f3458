"""Intents: promises to tell the outside world something, kept by delivery.

An intent says why, never what: the message is rendered when it is delivered, from the state as it
is then. So it is never stale, and many changes of one thing collapse into one message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.domain.roles import Team


class IntentKind(StrEnum):
    """What there is to tell. The subject of each is named beside it."""

    CARD = "card"  # handoff: its card in the sales channel
    BRIEFING = "briefing"  # handoff: timeline and contact, in the card's thread
    NUDGE = "nudge"  # "ho_1:answer_late": what waits for everybody, in the card's thread
    REMINDER = "reminder"  # message to one person: what waits for them
    RETURNED = "returned"  # handoff: the marketing channel hears of a rejection
    DIGEST = "digest"  # digest: posted to the digest channel
    EVIDENCE = "evidence"  # digest: every figure behind it, in its thread
    PICTURE = "picture"  # digest: its picture, in the thread of the digest
    ANSWER = "answer"  # one person: the answer to a command, where they asked
    SHARED = "shared"  # an answer to one person, told to the channel where they asked
    TABLE = "table"  # an answer to one person, as a file
    NOTICE = "notice"  # one person: a short private sentence in a channel
    PERSON = "person"  # Slack user: learn their language and standing
    PROPOSAL = "proposal"  # version and team: a proposed definition, in the team's channel
    HOME = "home"  # Slack user: what they see behind Baton's own tab
    ALARM = "alarm"  # a problem of one day: somebody has to mend a channel
    MARK = "mark"  # "C01:1763.5": a message that became a lead bears a sign of it
    GROUPS = "groups"  # "groups": learn who is in the user groups that have a role
    WEBHOOK = "webhook"  # "wh_1:17": a marketing tool hears of row 17 of the log
    COPIES = "copies"  # "card:ho_1": take down what turned up a second time


@dataclass(frozen=True, slots=True)
class Intent:
    """One promise. Queued intents of the same kind and subject are one.

    `lane` keeps order: of two intents in one lane the earlier is delivered first. `details` is
    for what no row in the database could tell later, such as whom to answer.
    """

    kind: IntentKind
    subject: str
    lane: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posting:
    """Where a message hangs in Slack. `thread` is the ts of the card that it answers, if any."""

    kind: IntentKind
    subject: str
    channel: str
    ts: str
    thread: str | None = None


def copies_of(intent: Intent) -> str:
    """The subject under which we look once more for copies of a message."""
    return f"{intent.kind}:{intent.subject}"


def copied(subject: str) -> Intent:
    """The intent whose message is looked for under such a subject."""
    kind, _, original = subject.partition(":")
    return Intent(IntentKind(kind), original, lane=original)


def about(handoff_id: str, *kinds: IntentKind) -> tuple[Intent, ...]:
    """Promises about one handoff, kept in this order."""
    return tuple(Intent(kind, handoff_id, lane=handoff_id) for kind in kinds)


def subject_of(number: int, team: Team) -> str:
    """What a promise to tell a team of a version of the definition is about."""
    return f"{number}:{team.value}"


def about_version(number: int) -> tuple[Intent, ...]:
    """Promises to tell both teams how a version of the definition stands."""
    subjects = [subject_of(number, team) for team in Team]
    return tuple(
        Intent(IntentKind.PROPOSAL, subject, lane=f"definition:{subject}") for subject in subjects
    )


def version_told(subject: str) -> tuple[int, Team]:
    """The version that such a promise is about, and the team that it is told."""
    number, _, team = subject.partition(":")
    return int(number), Team(team)
