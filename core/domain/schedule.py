"""Schedules: when which digest goes out, where to, in which language, and of which leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain.lead import Temperature
from core.domain.localtime import DAY, Window, day_of, moment
from core.domain.periods import Cadence, days_in, is_real, period_before, period_of
from core.errors import Invalid

WEEKLY = "weekly"
"""The schedule that every workspace begins with."""
MOST = 20
_ID_LIMIT = 40
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Filter:
    """Of which handoffs a digest tells: those that fit each part that names something.

    Sources and campaigns are compared without case; `people` are those who decided, or are asked.
    """

    sources: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()
    temperatures: frozenset[Temperature] = frozenset()
    people: frozenset[str] = frozenset()

    @property
    def names_all(self) -> bool:
        """Whether nothing is left out."""
        return not (self.sources or self.campaigns or self.temperatures or self.people)

    def fits(
        self,
        *,
        source: str | None,
        campaign: str | None,
        temperature: Temperature | None,
        person: str | None,
    ) -> bool:
        """Whether a handoff of such a lead is told of."""
        return (
            (not self.sources or _folded(source) in map(_folded, self.sources))
            and (not self.campaigns or _folded(campaign) in map(_folded, self.campaigns))
            and (not self.temperatures or temperature in self.temperatures)
            and (not self.people or person in self.people)
        )


def _folded(name: str | None) -> str | None:
    return name.strip().casefold() if name else None


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Schedule:
    """One digest that comes again and again.

    It goes out at `wall` time: every day, on `weekday` (0 is Monday), or on the `day` of the month,
    which is the last one in a month that is shorter. It tells of the full local day, week or month
    before. `timezone` and `locale` are the workspace's where None.
    With `skips_when_empty` nothing but one line is posted of a period in which nothing happened.
    """

    id: str
    channel: str
    cadence: Cadence = Cadence.WEEKLY
    weekday: int = 0
    day: int = 1
    wall: time = time(9)
    timezone: str | None = None
    locale: str | None = None
    only: Filter = EVERYTHING
    skips_when_empty: bool = False

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= _ID_LIMIT or not self.id.isprintable():
            raise Invalid("id", f"is 1 to {_ID_LIMIT} printable characters")
        if not self.channel:
            raise Invalid("channel", "says where the digest goes")
        if self.weekday not in range(7):
            raise Invalid("weekday", "is 0 for Monday to 6 for Sunday")
        if self.day not in range(1, 32):
            raise Invalid("day", "is a day of the month, 1 to 31")

    def falls_on(self, day: date) -> bool:
        """Whether the digest goes out on this local day."""
        match self.cadence:
            case Cadence.DAILY:
                return True
            case Cadence.WEEKLY:
                return day.weekday() == self.weekday
            case Cadence.MONTHLY:
                return day.day == min(self.day, days_in(day))

    def next_due(self, after: datetime, zone: ZoneInfo) -> datetime:
        """The first time later than `after` at which it goes out."""
        day = day_of(after, zone) - DAY
        while True:
            if self.falls_on(day) and (due := self._due_on(day, zone)) > after:
                return due
            day += DAY

    def _due_on(self, day: date, zone: ZoneInfo) -> datetime:
        """When it goes out on a day; never after it, lest that be in the next period.

        Some islands have skipped a whole day: what falls on it goes out on the one before.
        """
        real = day if is_real(day, zone) else day - DAY
        return min(moment(real, self.wall, zone), moment(real + DAY, time(0), zone) - _MINUTE)

    def tells_of(self, at: datetime, zone: ZoneInfo, *, starts_on: int) -> Window:
        """The last full period at `at`."""
        now = period_of(at, self.cadence, zone, starts_on=starts_on)
        return period_before(now, self.cadence, zone, starts_on=starts_on)


Schedules = tuple[Schedule, ...]


def weekly(channel: str) -> Schedules:
    """What a workspace begins with: the week, on Monday morning."""
    return (Schedule(WEEKLY, channel),)


def schedule_named(schedules: Sequence[Schedule], id: str) -> Schedule | None:
    """The schedule with this id."""
    return next((schedule for schedule in schedules if schedule.id == id), None)


def with_schedule(schedules: Schedules, schedule: Schedule) -> Schedules:
    """The same with this one, in the place of the one with its id if there is one.

    Raises Invalid where there would be too many.
    """
    if schedule_named(schedules, schedule.id) is not None:
        return tuple(schedule if each.id == schedule.id else each for each in schedules)
    if len(schedules) >= MOST:
        raise Invalid("digests", f"there are {MOST} already: remove one first")
    return (*schedules, schedule)


def without_schedule(schedules: Schedules, id: str) -> Schedules:
    """The same without that one; what it told of so far is kept."""
    return tuple(schedule for schedule in schedules if schedule.id != id)


def free_id(schedules: Sequence[Schedule], cadence: Cadence) -> str:
    """An id for a new schedule, such as `daily` or `daily-2`."""
    taken = {schedule.id for schedule in schedules}
    names = (cadence.value, *(f"{cadence.value}-{number}" for number in range(2, MOST + 2)))
    return next(name for name in names if name not in taken)
