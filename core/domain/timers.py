"""Timers: what will be due when, as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TimerKind(StrEnum):
    """What is to happen. The subject of each is named beside it."""

    DUE = "due"  # handoff: its answer is due
    WARN = "warn"  # handoff: most of the time for what is promised next is over
    TOUCH = "touch"  # handoff: first contact with the accepted lead is due
    UNDO_ENDS = "undo_ends"  # handoff: what was last done can no longer be undone
    NUDGE = "nudge"  # "ho_1:answer_late": time to say in the card's thread what waits
    REMIND = "remind"  # Slack user: time to tell them what waits for them
    WAKE = "wake"  # lead: the date that a rep asked for has come
    PASS = "pass"  # lead: whoever was to answer, or to make contact, had their time
    HOMES = "homes"  # the end of a half minute: Homes show what changed in it
    DIGEST = "digest"  # "weekly": the next digest is due
    GROUPS = "groups"  # "groups": time to ask Slack who is in the user groups that have a role
    COPIES = "copies"  # "card:ho_1": what was posted once more may hang twice by now


@dataclass(frozen=True, slots=True)
class Timer:
    """A row with a UTC `due_at`; None stops a timer that runs. One per kind and subject."""

    kind: TimerKind
    subject: str
    due_at: datetime | None
