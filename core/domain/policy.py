"""One workspace's settings: where to post, in which language, how soon to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.domain.behaviour import EVENTS
from core.domain.choice import USUAL, Choice
from core.domain.lead import Temperature
from core.domain.localtime import day_of
from core.domain.reasons import REASONS, Reason
from core.domain.roles import Groups, People, Team, groups_in, is_group, staffed_by
from core.domain.routing import Routing
from core.domain.schedule import Schedule, Schedules, schedule_named
from core.domain.timers import Timer, TimerKind
from core.domain.traits import TRAITS
from core.domain.worktime import Hours, add_working

LOCALES = ("en", "ja")

_RESPOND_WITHIN = {
    Temperature.HOT: timedelta(hours=1),
    Temperature.WARM: timedelta(hours=4),
    Temperature.COLD: timedelta(hours=9),
}


_WARN_AFTER = 0.75  # of the time that was promised

_TOUCH_WITHIN = {
    Temperature.HOT: timedelta(hours=4),
    Temperature.WARM: timedelta(hours=9),
    Temperature.COLD: timedelta(hours=18),
}


RETURNS_AFTER = timedelta(hours=18)  # two working days of most people


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of a workspace. Channels are Slack channel ids; `timezone` is an IANA name.

    `respond_within`, to decide, and `touch_within`, from acceptance to first contact, are working
    time by temperature (the SLA); `undo_within` is clock time.
    `digests` says when which digest goes out, and where to; weeks begin on `week_starts_on`.
    With `confirms_by_call`, inside sales may call a lead first and vouch for it: MQL → TQL.
    `reasons` are why a lead may go back or out, with what follows from each.
    What follows on an acceptance is for the lead's owner and for managers, unless
    `anyone_may_pursue`.
    Figures of single people are for themselves and their managers, unless it `shows_people`.
    `people` says who has which role; while it names nobody of a team, the team's channel decides.
    `groups` are the members of the user groups among them, as Slack last told; `staff` is who
    has which role, the members of groups among them: ask it, and not `people`.
    `choices` is what people decided for themselves, by their id. `heads` own or administer the
    Slack workspace, as far as we know; they stand in where nobody has a role that leads.
    `routing` says who is asked to take a lead. With `reoffers_late`, one that nobody took in time
    is offered to the next. An accepted one without contact goes back to sales when
    `returns_untouched_after` of working time has passed since contact was due; None is never.
    `traits` and `events` say what becomes of what sites tell, by the names that they use.
    """

    sales_channel: str
    marketing_channel: str
    digests: Schedules
    timezone: str = "UTC"
    locale: str = "en"
    hours: Hours = field(default_factory=Hours)
    respond_within: Mapping[Temperature, timedelta] = field(
        default_factory=lambda: dict(_RESPOND_WITHIN)
    )
    touch_within: Mapping[Temperature, timedelta] = field(
        default_factory=lambda: dict(_TOUCH_WITHIN)
    )
    undo_within: timedelta = timedelta(minutes=10)
    week_starts_on: int = 0
    guests_may_decide: bool = False
    confirms_by_call: bool = False
    anyone_may_pursue: bool = False
    shows_people: bool = False
    reasons: tuple[Reason, ...] = REASONS
    people: People = field(default_factory=dict)
    groups: Groups = field(default_factory=dict)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    heads: frozenset[str] = frozenset()
    routing: Routing = field(default_factory=Routing)
    reoffers_late: bool = False
    returns_untouched_after: timedelta | None = RETURNS_AFTER
    traits: Mapping[str, str] = field(default_factory=lambda: dict(TRAITS))
    events: Mapping[str, str] = field(default_factory=lambda: dict(EVENTS))
    staff: People = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "staff", staffed_by(self.people, self.groups))

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's time zone."""
        return ZoneInfo(self.timezone)

    def channel_of(self, team: Team) -> str:
        """Where a team reads and decides; both teams may share one channel."""
        return self.sales_channel if team is Team.SALES else self.marketing_channel

    def due(
        self, opened_at: datetime, temperature: Temperature, timezone: str | None = None
    ) -> datetime:
        """By when sales has promised to decide on a handoff opened at `opened_at`.

        Whoever is asked by name, in that time zone, answers in working time of where they are.
        """
        within = self.respond_within[temperature]
        zone = self.zone_of(timezone)
        return add_working(opened_at, within, hours=self.hours, zone=zone)

    def touch_due(
        self, accepted_at: datetime, temperature: Temperature, timezone: str | None = None
    ) -> datetime:
        """By when whoever accepted, in that time zone, has promised to make contact."""
        within = self.touch_within[temperature]
        zone = self.zone_of(timezone)
        return add_working(accepted_at, within, hours=self.hours, zone=zone)

    def due_soon(
        self, opened_at: datetime, temperature: Temperature, timezone: str | None = None
    ) -> datetime:
        """When most of the time to decide is over."""
        within = self.respond_within[temperature] * _WARN_AFTER
        zone = self.zone_of(timezone)
        return add_working(opened_at, within, hours=self.hours, zone=zone)

    def touch_due_soon(
        self, accepted_at: datetime, temperature: Temperature, timezone: str | None = None
    ) -> datetime:
        """When most of the time to make contact is over."""
        within = self.touch_within[temperature] * _WARN_AFTER
        zone = self.zone_of(timezone)
        return add_working(accepted_at, within, hours=self.hours, zone=zone)

    def returns_at(self, touch_due_at: datetime, timezone: str | None = None) -> datetime | None:
        """When a lead goes back of which contact was due then, None for never."""
        after, zone = self.returns_untouched_after, self.zone_of(timezone)
        if after is None:
            return None
        return add_working(touch_due_at, after, hours=self.hours, zone=zone)

    def zone_of(self, timezone: str | None) -> ZoneInfo:
        """A person's own time zone by its name, or the workspace's where we know of none."""
        try:
            return ZoneInfo(timezone) if timezone else self.zone
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return self.zone

    def at_work(self, at: datetime, timezone: str | None = None) -> datetime:
        """`at`, or when work begins again after it, for somebody in that time zone."""
        zone = self.zone_of(timezone)
        return add_working(at, timedelta(0), hours=self.hours, zone=zone)

    @property
    def groups_named(self) -> frozenset[str]:
        """The user groups whose members matter: those that have a role or a seat in a plan."""
        plans = (self.routing.otherwise, *(rule.plan for rule in self.routing.rules))
        seats = {seat.person for plan in plans for seat in plan.seats}
        return groups_in(self.people) | frozenset(filter(is_group, seats))

    def choice_of(self, person: str) -> Choice:
        """What somebody decided for themselves."""
        return self.choices.get(person, USUAL)

    def is_away(self, person: str, at: datetime, timezone: str | None = None) -> bool:
        """Whether somebody in that time zone is out of office."""
        back_on = self.choice_of(person).back_on
        return back_on is not None and day_of(at, self.zone_of(timezone)) < back_on

    def zone_of_digest(self, schedule: Schedule) -> ZoneInfo:
        """In which time zone a digest is due, and cuts its periods."""
        return self.zone_of(schedule.timezone)

    def next_digest(self, schedule: Schedule, after: datetime) -> datetime:
        """When the next digest of a schedule is due."""
        return schedule.next_due(after, self.zone_of_digest(schedule))

    def digest_timers(self, at: datetime, *, before: Policy | None = None) -> list[Timer]:
        """The clocks of all digests, set anew; those of schedules that `before` had are stopped."""
        gone = [
            Timer(TimerKind.DIGEST, each.id, None)
            for each in (before.digests if before else ())
            if schedule_named(self.digests, each.id) is None
        ]
        due = [
            Timer(TimerKind.DIGEST, each.id, self.next_digest(each, at)) for each in self.digests
        ]
        return [*gone, *due]

    @property
    def digest_channels(self) -> tuple[str, ...]:
        """Where digests go, each once."""
        return tuple(dict.fromkeys(schedule.channel for schedule in self.digests))
