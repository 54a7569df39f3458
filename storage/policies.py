"""A workspace's policy as the JSON text in which it is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from core.domain.behaviour import EVENTS
from core.domain.choice import Choice, Quiet
from core.domain.lead import Temperature
from core.domain.periods import Cadence
from core.domain.policy import RETURNS_AFTER, Policy
from core.domain.reasons import Consequence, Reason, ReasonClass, changed, with_changed
from core.domain.roles import Role
from core.domain.routing_text import routing_from, routing_tree
from core.domain.schedule import WEEKLY, Filter, Schedule
from core.domain.stages import Verb
from core.domain.traits import TRAITS
from core.domain.worktime import Hours


def policy_text(policy: Policy) -> str:
    """The policy as JSON text."""
    return json.dumps(
        {
            "sales_channel": policy.sales_channel,
            "marketing_channel": policy.marketing_channel,
            "digests": [_schedule_tree(schedule) for schedule in policy.digests],
            "timezone": policy.timezone,
            "locale": policy.locale,
            "hours": {
                "start": policy.hours.start.isoformat(),
                "end": policy.hours.end.isoformat(),
                "days": sorted(policy.hours.days),
                **({"holidays": policy.hours.holidays} if policy.hours.holidays else {}),
            },
            "respond_within": _spans(policy.respond_within),
            "touch_within": _spans(policy.touch_within),
            "undo_within": policy.undo_within.total_seconds(),
            "week_starts_on": policy.week_starts_on,
            "guests_may_decide": policy.guests_may_decide,
            "confirms_by_call": policy.confirms_by_call,
            "anyone_may_pursue": policy.anyone_may_pursue,
            **({"shows_people": True} if policy.shows_people else {}),
            "people": {role.value: sorted(ids) for role, ids in policy.people.items()},
            **_if_any("reasons", {each.id: _reason_tree(each) for each in changed(policy.reasons)}),
            **_if_any("groups", {id: sorted(members) for id, members in policy.groups.items()}),
            **({"heads": sorted(policy.heads)} if policy.heads else {}),
            **_if_any("choices", {id: _choice_tree(choice) for id, choice in _made(policy)}),
            **_if_any("routing", routing_tree(policy.routing)),
            **({"reoffers_late": True} if policy.reoffers_late else {}),
            **_returns(policy.returns_untouched_after),
            **_if_changed("traits", policy.traits, TRAITS),
            **_if_changed("events", policy.events, EVENTS),
        }
    )


def _if_changed(
    name: str, names: Mapping[str, str], usual: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """Long tables that are as they always are need not be read again with every click."""
    return {} if names == usual else {name: dict(names)}


def _if_any(name: str, known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(known)} if known else {}


def _reason_tree(reason: Reason) -> dict[str, Any]:
    return {
        "group": reason.group,
        "then": reason.then,
        "needs_comment": reason.needs_comment,
        "verb": reason.verb,
        "labels": dict(reason.labels),
        "retired": reason.retired,
    }


def _made(policy: Policy) -> list[tuple[str, Choice]]:
    return sorted((id, choice) for id, choice in policy.choices.items() if choice != Choice())


def _returns(after: timedelta | None) -> dict[str, float | None]:
    kept = None if after is None else after.total_seconds()
    return {} if after == RETURNS_AFTER else {"returns_untouched_after": kept}


def _choice_tree(choice: Choice) -> dict[str, str]:
    said = {
        "quiet": choice.quiet.value if choice.quiet is not Quiet.OFF else None,
        "back_on": choice.back_on and choice.back_on.isoformat(),
        "locale": choice.locale,
    }
    return {name: value for name, value in said.items() if value}


def _spans(within: Mapping[Temperature, timedelta]) -> dict[str, float]:
    return {temperature.value: span.total_seconds() for temperature, span in within.items()}


@lru_cache(maxsize=64)
def policy_from(text: str) -> Policy:
    """Read what `policy_text` wrote; every click does. What is missing has its default."""
    tree = _renamed(json.loads(text))
    return Policy(**{name: _READ.get(name, _as_it_is)(value) for name, value in tree.items()})


def _renamed(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree as it would be written today: there was one digest a week in one channel once."""
    channel = tree.pop("digest_channel", None)
    weekday, wall = tree.pop("digest_weekday", 0), tree.pop("digest_time", "09:00:00")
    if "digests" not in tree:
        once = {"id": WEEKLY, "channel": channel, "weekday": weekday, "wall": wall}
        tree["digests"] = [once] if channel else []
    return tree


def _schedule_tree(schedule: Schedule) -> dict[str, Any]:
    return {
        "id": schedule.id,
        "channel": schedule.channel,
        "cadence": schedule.cadence.value,
        "weekday": schedule.weekday,
        "day": schedule.day,
        "wall": schedule.wall.isoformat(),
        "timezone": schedule.timezone,
        "locale": schedule.locale,
        "only": {name: sorted(getattr(schedule.only, name)) for name in _PARTS},
        "skips_when_empty": schedule.skips_when_empty,
    }


def _schedules(trees: list[dict[str, Any]]) -> tuple[Schedule, ...]:
    return tuple(map(_schedule, trees))


def _schedule(tree: dict[str, Any]) -> Schedule:
    read: dict[str, Callable[[Any], Any]] = {
        "cadence": Cadence,
        "wall": time.fromisoformat,
        "only": _filter,
    }
    return Schedule(**{name: read.get(name, _as_it_is)(value) for name, value in tree.items()})


def _filter(tree: dict[str, list[str]]) -> Filter:
    parts = {name: frozenset(tree.get(name, ())) for name in _PARTS if name != "temperatures"}
    return Filter(temperatures=frozenset(map(Temperature, tree.get("temperatures", ()))), **parts)


_PARTS = ("sources", "campaigns", "temperatures", "people")


def _as_it_is(value: Any) -> Any:
    return value


def _hours(tree: dict[str, Any]) -> Hours:
    return Hours(
        time.fromisoformat(tree["start"]),
        time.fromisoformat(tree["end"]),
        frozenset(tree["days"]),
        tuple(tree.get("holidays", ())),
    )


def _spans_from(tree: dict[str, float]) -> dict[Temperature, timedelta]:
    return {Temperature(name): _seconds(value) for name, value in tree.items()}


def _people(tree: dict[str, list[str]]) -> dict[Role, frozenset[str]]:
    return {Role(name): frozenset(ids) for name, ids in tree.items()}


def _groups(tree: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    return {id: frozenset(members) for id, members in tree.items()}


def _choices(tree: dict[str, dict[str, str]]) -> dict[str, Choice]:
    return {id: _choice(said) for id, said in tree.items()}


def _choice(said: dict[str, str]) -> Choice:
    back_on = said.get("back_on")
    return Choice(
        Quiet(said.get("quiet", Quiet.OFF)),
        date.fromisoformat(back_on) if back_on else None,
        said.get("locale"),
    )


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def _reasons(trees: dict[str, dict[str, Any]]) -> tuple[Reason, ...]:
    return with_changed(_reason(id, tree) for id, tree in trees.items())


def _reason(id: str, tree: dict[str, Any]) -> Reason:
    return Reason(
        id,
        ReasonClass(tree["group"]),
        Consequence(tree["then"]),
        tree["needs_comment"],
        Verb(tree["verb"]),
        tree["labels"],
        tree["retired"],
    )


def _returns_from(value: float | None) -> timedelta | None:
    return None if value is None else _seconds(value)


_READ: dict[str, Callable[[Any], Any]] = {
    "hours": _hours,
    "respond_within": _spans_from,
    "touch_within": _spans_from,
    "undo_within": _seconds,
    "digests": _schedules,
    "people": _people,
    "reasons": _reasons,
    "groups": _groups,
    "choices": _choices,
    "heads": frozenset,
    "routing": routing_from,
    "returns_untouched_after": _returns_from,
}
