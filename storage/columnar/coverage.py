"""What can be answered in bulk: every construct of the language that this part knows.

Left to the scoring function are filters that ask what time it is (`since` about a property of a
signal) or for a property named `session`, and whatever the language learns after this was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from core.domain.condition import (
    AllOf,
    AnyOf,
    Attribute,
    Condition,
    Count,
    Filter,
    GroupPoints,
    HotCriterion,
    InBand,
    InGrade,
    Not,
    Reachable,
    Seen,
    Silence,
)
from core.domain.decay import HalfLife, Linear
from core.domain.definition import Criterion, Definition, Group, Limit, Mail, Reset, Rule
from core.domain.matrix import Matrix
from core.domain.predicate import Since

# The fields that the reckoning in bulk takes account of, or that say nothing about points.
_KNOWN: dict[type[Any], set[str]] = {
    Definition: {
        *("name", "range", "hot_from", "warm_from", "hot_grades", "warm_grades"),
        *("leave_hot_below", "requalify_after", "groups", "matrix", "resets", "exclusions"),
        *("rules", "hot", "qualify", "journey", "mail", "written"),
    },
    Group: {"id", "kind", "range", "decay"},
    Rule: {"id", "group", "points", "why", "when", "limit", "range", "share"},
    Criterion: {"id", "why", "when"},
    Reset: {"id", "groups", "why", "when", "attr"},
    Limit: {"times", "per"},
    Mail: {"opens", "machine_within"},
    HalfLife: {"period", "quiet"},
    Linear: {"share", "period", "quiet"},
    Matrix: {"fit", "engagement"},
    Attribute: {"name", "predicates"},
    Filter: {"kind", "properties"},
    Seen: {"filter", "within"},
    Count: {"filter", "at_least", "within", "distinct"},
    Silence: {"filter", "within"},
    Reachable: {"wanted"},
    InBand: {"band"},
    HotCriterion: {"wanted"},
    GroupPoints: {"group", "predicates"},
    InGrade: {"grades"},
    AllOf: {"parts"},
    AnyOf: {"parts"},
    Not: {"part"},
}


def is_covered(definition: Definition) -> bool:
    """Whether a definition can be reckoned in bulk."""
    parts: list[Any] = [definition, definition.mail, *definition.groups, *definition.rules]
    parts += [*definition.exclusions, *definition.hot, *definition.resets]
    parts += [group.decay for group in definition.groups if group.decay]
    parts += [rule.limit for rule in definition.rules if rule.limit]
    parts += [definition.matrix] if definition.matrix else []
    return all(map(_is_known, parts)) and all(map(_is_condition_covered, _conditions(definition)))


def asks_for_sessions(definition: Definition) -> bool:
    """Whether it matters to a definition which signals came in one session."""
    return any(map(_counts_sessions, _conditions(definition)))


def _conditions(definition: Definition) -> Iterator[Condition]:
    yield definition.qualify
    yield from (rule.when for rule in definition.rules)
    yield from (each.when for each in (*definition.exclusions, *definition.hot))
    yield from (reset.when for reset in definition.resets if reset.when)


def _counts_sessions(condition: Condition) -> bool:
    match condition:
        case AllOf() | AnyOf():
            return any(map(_counts_sessions, condition.parts))
        case Not():
            return _counts_sessions(condition.part)
        case _:
            return isinstance(condition, Count) and condition.distinct == "session"


def _is_known(part: Any) -> bool:
    return {field.name for field in fields(part)} == _KNOWN.get(type(part))


def _is_condition_covered(condition: Condition) -> bool:
    if not _is_known(condition):
        return False
    match condition:
        case AllOf() | AnyOf():
            return all(map(_is_condition_covered, condition.parts))
        case Not():
            return _is_condition_covered(condition.part)
        case Seen() | Count() | Silence():
            return _is_filter_covered(condition.filter)
        case _:
            return True


def _is_filter_covered(wanted: Filter) -> bool:
    return _is_known(wanted) and all(
        name != "session" and not any(isinstance(each, Since) for each in asked)
        for name, asked in wanted.properties
    )
