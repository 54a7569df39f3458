"""How Slack and the network between can fail on one call, and whether the call took effect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """What the caller gets to see."""

    ok = "ok"
    error = "error"
    limited = "limited"
    status = "status"
    silence = "silence"
    reset = "reset"
    cut = "cut"
    html = "html"
    empty = "empty"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One scripted answer; `posted` tells whether the call takes effect, `after` seconds late."""

    answer: Answer
    posted: bool
    error: str = ""
    status: int = 200
    retry_after: str | None = None
    hold: float = 0.0
    after: float = 0.0


OK = Behaviour(Answer.ok, posted=True)


def fails(error: str) -> Behaviour:
    """Slack says no, by name."""
    return Behaviour(Answer.error, posted=False, error=error)


def limited(retry_after: str | None = "1") -> Behaviour:
    """429; `retry_after` is the header as sent, None for none at all."""
    return Behaviour(Answer.limited, posted=False, status=429, retry_after=retry_after)


def broken(status: int = 500, *, posted: bool) -> Behaviour:
    """A 5xx, before or after Slack did it."""
    return Behaviour(Answer.status, posted=posted, status=status)


def slow(seconds: float) -> Behaviour:
    """The right answer, after a while."""
    return Behaviour(Answer.ok, posted=True, hold=seconds)


def hangs(seconds: float, *, posted: bool) -> Behaviour:
    """No answer for so long, then a closed connection."""
    return Behaviour(Answer.silence, posted=posted, hold=seconds)


def resets(*, posted: bool) -> Behaviour:
    """The connection is reset, before or after Slack did it."""
    return Behaviour(Answer.reset, posted=posted)


def lands_late(seconds: float) -> Behaviour:
    """The connection is reset at once, and only later does Slack do it."""
    return Behaviour(Answer.reset, posted=True, after=seconds)


def cut(*, posted: bool = True) -> Behaviour:
    """The answer breaks off in the middle."""
    return Behaviour(Answer.cut, posted=posted)


def html(*, posted: bool) -> Behaviour:
    """200 with somebody's error page."""
    return Behaviour(Answer.html, posted=posted)


def empty(*, posted: bool) -> Behaviour:
    """200 with nothing in it."""
    return Behaviour(Answer.empty, posted=posted)
