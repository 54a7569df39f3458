"""Settings: what of a policy people may change, how each is written down, and when it is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.domain.lead import Temperature
from core.domain.periods import Cadence
from core.domain.policy import LOCALES, Policy
from core.domain.public_days import public_days
from core.domain.reasons import (
    REASONS,
    Consequence,
    Reason,
    ReasonClass,
    Unfit,
    changed,
    with_changed,
    with_reason,
)
from core.domain.roles import Role, is_group
from core.domain.routing import Routing
from core.domain.routing_text import routing_from, routing_tree
from core.domain.schedule import Filter, Schedule, with_schedule
from core.domain.stages import Verb
from core.domain.worktime import Hours
from core.errors import Invalid

LONGEST_SPAN = timedelta(hours=1000)
LONGEST_UNDO = timedelta(days=1)
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
_SOMEBODY = re.compile(r"[UWS][A-Z0-9]{2,}")
_WALL_TIME = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")
_DAYS = range(7)
_PARTS = ("sources", "campaigns", "temperatures", "people")  # of a digest's filter


class Setting(StrEnum):
    """One thing that can be changed by itself.

    The log keeps how each was written. Where that changes, the setting needs another name.
    """

    SALES_CHANNEL = "sales_channel"
    MARKETING_CHANNEL = "marketing_channel"
    REPS = "reps"
    INSIDE_SALES = "inside_sales"
    MARKETERS = "marketers"
    MANAGERS = "managers"
    ADMINS = "admins"
    GROUPS = "groups"
    RESPOND_WITHIN = "respond_within"
    TOUCH_WITHIN = "touch_within"
    UNDO_WITHIN = "undo_within"
    TIMEZONE = "timezone"
    HOURS = "hours"
    HOLIDAYS = "holidays"
    WEEK_STARTS_ON = "week_starts_on"
    DIGESTS = "digests"
    REASONS = "reasons"
    LOCALE = "locale"
    GUESTS_MAY_DECIDE = "guests_may_decide"
    CONFIRMS_BY_CALL = "confirms_by_call"
    ANYONE_MAY_PURSUE = "anyone_may_pursue"
    SHOWS_PEOPLE = "shows_people"
    ROUTING = "routing"
    REOFFERS_LATE = "reoffers_late"
    RETURNS_UNTOUCHED_AFTER = "returns_untouched_after"


ROLES: Mapping[Setting, Role] = MappingProxyType(
    {
        Setting.REPS: Role.REP,
        Setting.INSIDE_SALES: Role.INSIDE_SALES,
        Setting.MARKETERS: Role.MARKETER,
        Setting.MANAGERS: Role.MANAGER,
        Setting.ADMINS: Role.ADMIN,
    }
)
CHANNELS = (Setting.SALES_CHANNEL, Setting.MARKETING_CHANNEL)
BY_MACHINE = frozenset({Setting.GROUPS})
"""What Slack tells us and nobody types."""


class Flaw(StrEnum):
    """What can be wrong with a value; each has its sentence."""

    GARBLED = "garbled"  # it is not written as this setting is
    NO_CHANNEL = "no-channel"
    NOBODY = "nobody"  # no id of a person or a user group
    NO_ZONE = "no-zone"
    NO_LANGUAGE = "no-language"
    NO_CALENDAR = "no-calendar"  # no holidays are known for that place
    NO_WORK = "no-work"  # nobody would ever work
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    UNFIT_ROUTE = "unfit-route"  # a rule or plan that cannot be meant; the value says why
    UNFIT = "unfit"  # a reason that cannot be as it was said; the part says why


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the `value` of a setting, in the `part` of it that is meant."""

    setting: Setting
    flaw: Flaw
    value: str = ""
    part: str = ""


@dataclass(frozen=True, slots=True)
class Amended:
    """A setting as it was and as it is now, both as JSON text."""

    setting: Setting
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """A policy with some settings changed, in the order in which they were."""

    policy: Policy
    amended: tuple[Amended, ...]


class _Wrong(Exception):
    def __init__(self, flaw: Flaw, value: object = "", part: str = "") -> None:
        super().__init__(flaw)
        self.flaw, self.value, self.part = flaw, str(value)[:80], part


def written(policy: Policy, setting: Setting) -> object:
    """A setting as plain values: texts, numbers, lists and mappings."""
    return _KINDS[setting].read(policy)


def text_of(policy: Policy, setting: Setting) -> str:
    """A setting as JSON text, always in one order."""
    return json.dumps(written(policy, setting), ensure_ascii=False, sort_keys=True)


def stands(policy: Policy) -> Mapping[str, str]:
    """Every setting as JSON text, by its name."""
    return {setting.value: text_of(policy, setting) for setting in Setting}


def change(policy: Policy, wanted: Mapping[Setting, object]) -> Change | tuple[Problem, ...]:
    """Change all that is `wanted`, written as `written` writes it, or name all that is wrong."""
    news, problems = policy, []
    for setting in Setting:
        if setting in wanted:
            try:
                news = _KINDS[setting].put(news, wanted[setting])
            except _Wrong as wrong:
                problems.append(Problem(setting, wrong.flaw, wrong.value, wrong.part))
    if problems:
        return tuple(problems)
    news = _without_strange_groups(news)
    return Change(news, tuple(_amended(policy, news)))


def _without_strange_groups(policy: Policy) -> Policy:
    """Whose members nobody asks for is not kept."""
    named = policy.groups_named
    kept = {id: members for id, members in policy.groups.items() if id in named}
    return policy if kept == policy.groups else replace(policy, groups=kept)


def _amended(before: Policy, after: Policy) -> Iterable[Amended]:
    for setting in Setting:
        was, now = text_of(before, setting), text_of(after, setting)
        if was != now:
            yield Amended(setting, was, now)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a setting is read from a policy, and put in its place. Raises _Wrong."""

    read: Callable[[Policy], object]
    put: Callable[[Policy, object], Policy]


# Channels


def _channel(name: str) -> _Kind:
    def put(policy: Policy, value: object) -> Policy:
        if not isinstance(value, str) or not _CHANNEL.fullmatch(value):
            raise _Wrong(Flaw.NO_CHANNEL, value)
        return replace(policy, **{name: value})  # type: ignore[arg-type]  # each is a str

    return _Kind(lambda policy: getattr(policy, name), put)


# People


def _role(role: Role) -> _Kind:
    def put(policy: Policy, value: object) -> Policy:
        ids = frozenset(map(_somebody, _list(value)))
        others = {each: held for each, held in policy.people.items() if each is not role}
        return replace(policy, people={**others, role: ids} if ids else others)

    return _Kind(lambda policy: sorted(policy.people.get(role, ())), put)


def _somebody(id: object) -> str:
    if not isinstance(id, str) or not _SOMEBODY.fullmatch(id):
        raise _Wrong(Flaw.NOBODY, id)
    return id


def _read_groups(policy: Policy) -> object:
    return {id: sorted(members) for id, members in policy.groups.items()}


def _put_groups(policy: Policy, value: object) -> Policy:
    groups = {
        _somebody(id): frozenset(map(_somebody, _list(members)))
        for id, members in _mapping(value).items()
    }
    if not all(map(is_group, groups)):
        raise _Wrong(Flaw.GARBLED)
    return replace(policy, groups={**policy.groups, **groups})


# Time


def _spans(name: str) -> _Kind:
    def read(policy: Policy) -> object:
        within: Mapping[Temperature, timedelta] = getattr(policy, name)
        return {each.value: _seconds(within[each]) for each in Temperature}

    def put(policy: Policy, value: object) -> Policy:
        within: dict[Temperature, timedelta] = dict(getattr(policy, name))
        for temperature, seconds in _mapping(value).items():
            if temperature not in Temperature._value2member_map_:
                raise _Wrong(Flaw.GARBLED, temperature)
            within[Temperature(temperature)] = _span(seconds, LONGEST_SPAN, part=temperature)
        return replace(policy, **{name: within})  # type: ignore[arg-type]  # each is a mapping

    return _Kind(read, put)


def _put_undo(policy: Policy, value: object) -> Policy:
    return replace(policy, undo_within=_span(value, LONGEST_UNDO))


def _span(value: object, longest: timedelta, *, part: str = "") -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _Wrong(Flaw.GARBLED, value, part)
    if value < 60:
        raise _Wrong(Flaw.TOO_SHORT, value, part)
    if value > longest.total_seconds():
        raise _Wrong(Flaw.TOO_LONG, _seconds(longest), part)
    return timedelta(seconds=value)


def _seconds(span: timedelta) -> int | float:
    seconds = span.total_seconds()
    return int(seconds) if seconds.is_integer() else seconds


def _put_zone(policy: Policy, value: object) -> Policy:
    if not _is_zone(str(value)):
        raise _Wrong(Flaw.NO_ZONE, value)
    return replace(policy, timezone=str(value))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _read_hours(policy: Policy) -> object:
    hours = policy.hours
    return {
        "start": hours.start.isoformat("minutes"),
        "end": hours.end.isoformat("minutes"),
        "days": sorted(hours.days),
    }


def _put_hours(policy: Policy, value: object) -> Policy:
    said = {**_mapping(_read_hours(policy)), **_mapping(value)}
    start, end = _wall_time(said["start"], "start"), _wall_time(said["end"], "end")
    days = frozenset(_day(day, "days") for day in _list(said["days"]))
    if not days:
        raise _Wrong(Flaw.NO_WORK, part="days")
    if start >= end:
        raise _Wrong(Flaw.NO_WORK, part="end")
    return _working(policy, Hours(start, end, days), policy.hours.holidays, part="days")


def _put_holidays(policy: Policy, value: object) -> Policy:
    places = tuple(dict.fromkeys(str(place).strip().upper() for place in _list(value)))
    for place in places:
        try:
            public_days(place, 2026)
        except Invalid:
            raise _Wrong(Flaw.NO_CALENDAR, place) from None
    return _working(policy, policy.hours, places)


def _working(policy: Policy, hours: Hours, places: tuple[str, ...], part: str = "") -> Policy:
    try:
        return replace(policy, hours=replace(hours, holidays=places))
    except Invalid:
        raise _Wrong(Flaw.NO_WORK, ", ".join(places), part) from None


def _wall_time(value: object, part: str = "") -> time:
    if not isinstance(value, str) or not _WALL_TIME.fullmatch(value):
        raise _Wrong(Flaw.GARBLED, value, part)
    return time.fromisoformat(value.zfill(5))


def _day(value: object, part: str = "") -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _DAYS:
        raise _Wrong(Flaw.GARBLED, value, part)
    return value


def _put_week(policy: Policy, value: object) -> Policy:
    return replace(policy, week_starts_on=_day(value))


# Digests


def _schedule_tree(schedule: Schedule) -> dict[str, object]:
    only = {part: sorted(getattr(schedule.only, part)) for part in _PARTS}
    said = {
        "id": schedule.id,
        "channel": schedule.channel,
        "cadence": schedule.cadence.value,
        "weekday": schedule.weekday,
        "day": schedule.day,
        "time": schedule.wall.isoformat("minutes"),
        "timezone": schedule.timezone,
        "locale": schedule.locale,
        "only": {part: names for part, names in only.items() if names} or None,
        "skips_when_empty": schedule.skips_when_empty,
    }
    return {name: value for name, value in said.items() if value is not None}


def _put_digests(policy: Policy, value: object) -> Policy:
    trees = [_mapping(tree) for tree in _list(value)]
    schedules: tuple[Schedule, ...] = ()
    for tree in trees:
        try:
            schedules = with_schedule(schedules, _schedule(tree))
        except Invalid as invalid:
            raise _Wrong(Flaw.GARBLED, invalid, f"{tree.get('id')}.{invalid.field}") from None
    if len(schedules) < len(trees):
        raise _Wrong(Flaw.GARBLED, "id")
    return replace(policy, digests=schedules)


def _schedule(tree: Mapping[str, object]) -> Schedule:
    id, channel, zone = str(tree.get("id")), tree.get("channel"), tree.get("timezone")
    if not isinstance(channel, str) or not _CHANNEL.fullmatch(channel):
        raise _Wrong(Flaw.NO_CHANNEL, channel or "", f"{id}.channel")
    if zone is not None and not _is_zone(str(zone)):
        raise _Wrong(Flaw.NO_ZONE, zone, f"{id}.timezone")
    locale = tree.get("locale")
    if locale is not None and locale not in LOCALES:
        raise _Wrong(Flaw.NO_LANGUAGE, locale, f"{id}.locale")
    cadence, day = tree.get("cadence", Cadence.WEEKLY.value), tree.get("day", 1)
    if cadence not in Cadence._value2member_map_ or not isinstance(day, int):
        raise _Wrong(Flaw.GARBLED, cadence, f"{id}.cadence")
    only = _mapping(tree.get("only", {}))
    named = {part: frozenset(map(str, _list(only.get(part, [])))) for part in _PARTS}
    try:
        temperatures = frozenset(map(Temperature, named.pop("temperatures")))
    except ValueError:
        raise _Wrong(Flaw.GARBLED, part=f"{id}.only") from None
    return Schedule(
        id,
        channel,
        Cadence(str(cadence)),
        _day(tree.get("weekday", 0), f"{id}.weekday"),
        day,
        _wall_time(tree.get("time", "09:00"), f"{id}.time"),
        None if zone is None else str(zone),
        None if locale is None else str(locale),
        Filter(temperatures=temperatures, **named),
        bool(tree.get("skips_when_empty")),
    )


# Reasons


def _reason_tree(reason: Reason) -> dict[str, object]:
    return {
        "id": reason.id,
        "verb": reason.verb.value,
        "group": reason.group.value,
        "then": reason.then.value,
        "needs_comment": reason.needs_comment,
        "labels": dict(reason.labels),
        "retired": reason.retired,
    }


def _put_reasons(policy: Policy, value: object) -> Policy:
    """What is not as Baton brought it; those that are not named here are as they were brought."""
    wanted = [_reason(_mapping(tree)) for tree in _list(value)]
    reasons: tuple[Reason, ...] = REASONS
    for reason in sorted(wanted, key=lambda reason: reason.retired):
        outcome = with_reason(reasons, reason)
        if isinstance(outcome, Unfit):
            raise _Wrong(Flaw.UNFIT, reason.id, f"{outcome.field}:{outcome.problem}")
        reasons = outcome
    return replace(policy, reasons=with_changed(changed(reasons)))


def _reason(tree: Mapping[str, object]) -> Reason:
    labels = {name: str(text) for name, text in _mapping(tree.get("labels", {})).items()}
    try:
        return Reason(
            str(tree["id"]),
            ReasonClass(str(tree["group"])),
            Consequence(str(tree.get("then", Consequence.NURTURE))),
            bool(tree.get("needs_comment")),
            Verb(str(tree.get("verb", Verb.REJECT))),
            labels,
            bool(tree.get("retired")),
        )
    except (KeyError, ValueError) as unknown:
        raise _Wrong(Flaw.GARBLED, unknown, str(tree.get("id"))) from None


# Routing


def _put_routing(policy: Policy, value: object) -> Policy:
    """Raises _Wrong also where somebody has a seat who is no person and no user group."""
    tree = _mapping(value)
    try:
        routing = routing_from(tree) if tree else Routing()
    except Invalid as invalid:
        raise _Wrong(Flaw.UNFIT_ROUTE, invalid, invalid.field) from None
    except (KeyError, TypeError, ValueError) as garbled:
        raise _Wrong(Flaw.GARBLED, garbled) from None
    for plan in (routing.otherwise, *(rule.plan for rule in routing.rules)):
        for seat in plan.seats:
            _somebody(seat.person)
    return replace(policy, routing=routing)


def _read_returns(policy: Policy) -> object:
    after = policy.returns_untouched_after
    return None if after is None else _seconds(after)


def _put_returns(policy: Policy, value: object) -> Policy:
    after = None if value is None else _span(value, LONGEST_SPAN)
    return replace(policy, returns_untouched_after=after)


# All else


def _put_locale(policy: Policy, value: object) -> Policy:
    if value not in LOCALES:
        raise _Wrong(Flaw.NO_LANGUAGE, value)
    return replace(policy, locale=str(value))


def _flag(name: str) -> _Kind:
    def put(policy: Policy, value: object) -> Policy:
        if not isinstance(value, bool):
            raise _Wrong(Flaw.GARBLED, value)
        return replace(policy, **{name: value})  # type: ignore[arg-type]  # each is a bool

    return _Kind(lambda policy: getattr(policy, name), put)


def _list(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise _Wrong(Flaw.GARBLED, value)
    return list(value)


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise _Wrong(Flaw.GARBLED, value)
    return {str(name): each for name, each in value.items()}


_KINDS: Mapping[Setting, _Kind] = MappingProxyType(
    {
        **{setting: _channel(setting.value) for setting in CHANNELS},
        **{setting: _role(role) for setting, role in ROLES.items()},
        Setting.GROUPS: _Kind(_read_groups, _put_groups),
        Setting.RESPOND_WITHIN: _spans("respond_within"),
        Setting.TOUCH_WITHIN: _spans("touch_within"),
        Setting.UNDO_WITHIN: _Kind(lambda policy: _seconds(policy.undo_within), _put_undo),
        Setting.TIMEZONE: _Kind(lambda policy: policy.timezone, _put_zone),
        Setting.HOURS: _Kind(_read_hours, _put_hours),
        Setting.HOLIDAYS: _Kind(lambda policy: list(policy.hours.holidays), _put_holidays),
        Setting.WEEK_STARTS_ON: _Kind(lambda policy: policy.week_starts_on, _put_week),
        Setting.DIGESTS: _Kind(
            lambda policy: [_schedule_tree(each) for each in policy.digests], _put_digests
        ),
        Setting.REASONS: _Kind(
            lambda policy: [_reason_tree(each) for each in changed(policy.reasons)], _put_reasons
        ),
        Setting.LOCALE: _Kind(lambda policy: policy.locale, _put_locale),
        Setting.GUESTS_MAY_DECIDE: _flag("guests_may_decide"),
        Setting.CONFIRMS_BY_CALL: _flag("confirms_by_call"),
        Setting.ANYONE_MAY_PURSUE: _flag("anyone_may_pursue"),
        Setting.SHOWS_PEOPLE: _flag("shows_people"),
        Setting.ROUTING: _Kind(lambda policy: routing_tree(policy.routing), _put_routing),
        Setting.REOFFERS_LATE: _flag("reoffers_late"),
        Setting.RETURNS_UNTOUCHED_AFTER: _Kind(_read_returns, _put_returns),
    }
)
