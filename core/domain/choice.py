"""Choices: what people decide for themselves, such as when they are away and how much they hear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Quiet(StrEnum):
    """How much of what waits somebody wants to be reminded of, by direct message."""

    OFF = "off"  # of everything
    OVERDUE = "overdue"  # of what they promised themselves and is late
    ALL = "all"  # of nothing


@dataclass(frozen=True, slots=True)
class Choice:
    """One person's own settings.

    Before `back_on`, a day of their own calendar, they are out of office. `locale` is the language
    they want to read, where it is not the one that they use Slack in.
    """

    quiet: Quiet = Quiet.OFF
    back_on: date | None = None
    locale: str | None = None


USUAL = Choice()
