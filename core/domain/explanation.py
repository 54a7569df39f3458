"""An explanation: why a lead scored what it scored, kept with the handoff for both teams to see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.domain.definition import GroupKind, Wording, worded
from core.domain.lead import Temperature


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The points of a group before and after its clamp."""

    id: str
    kind: GroupKind
    raw: float
    clamped: float


@dataclass(frozen=True, slots=True)
class RuleScore:
    """What one rule gave.

    `points` is what it would give if everything had happened just now, `factor` what decay has
    left of that (1 is all), `given` what came of it after the rule's own bounds. `signals` are
    the ids of those that counted; `capped` says that a limit or a bound took something away.
    """

    id: str
    group: str
    why: Wording
    points: float
    factor: float
    given: float
    signals: tuple[str, ...]
    capped: bool


@dataclass(frozen=True, slots=True)
class HotHit:
    """An explicit hot criterion that was met, by these signals."""

    id: str
    why: Wording
    signals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetBack:
    """A reset that happened: signals before `at` no longer count in these groups (none: in all)."""

    id: str
    why: Wording
    groups: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole reckoning of a lead at `as_of`, in points of the definition.

    `hot` says that an explicit criterion was met; the temperature may be hot without one.
    `missing` is how many points the next band is away, None for hot. `excluded` is the id of the
    exclusion that kept the lead out before anything was reckoned. `grade` is such as "B2".
    `imported` says that the lead was passed on before Baton kept the record and nothing is known
    of why: no number here means anything then.
    """

    total: float
    temperature: Temperature
    hot: bool
    qualified: bool
    excluded: str | None
    excluded_because: Wording
    groups: tuple[GroupScore, ...]
    rules: tuple[RuleScore, ...]
    hot_criteria: tuple[HotHit, ...]
    missing: float | None
    phase: str | None
    as_of: datetime
    grade: str | None = None
    set_back: tuple[SetBack, ...] = ()
    imported: bool = False


def imported(as_of: datetime) -> Explanation:
    """Of a lead that was passed on at `as_of`, before Baton kept the record: claims nothing."""
    return Explanation(
        total=0.0,
        temperature=Temperature.COLD,
        hot=False,
        qualified=False,
        excluded=None,
        excluded_because={},
        groups=(),
        rules=(),
        hot_criteria=(),
        missing=None,
        phase=None,
        as_of=as_of,
        imported=True,
    )


def reasons(explanation: Explanation, locale: str, limit: int = 3) -> tuple[str, ...]:
    """The strongest reasons in this language: hot criteria, then rules by weight.

    A rule that took points away stands with how many, such as "−10 careers page"; one that only
    repeats what a hot criterion already says is left out.
    """
    if explanation.excluded is not None:
        return (worded(explanation.excluded_because, locale) or explanation.excluded,)
    return tuple(dict.fromkeys(_reasons(explanation, locale)))[:limit]


def _reasons(explanation: Explanation, locale: str) -> Iterator[str]:
    told: set[str] = set()
    for hit in explanation.hot_criteria:
        yield worded(hit.why, locale)
        told.update(hit.signals)
    for rule in sorted(explanation.rules, key=lambda rule: -abs(rule.given)):
        points = round(rule.given)
        if points > 0 and not (rule.signals and told.issuperset(rule.signals)):
            yield worded(rule.why, locale)
        elif points < 0:
            yield f"−{-points} {worded(rule.why, locale)}"


def since(before: Explanation, now: Explanation) -> Explanation:
    """Of `now`, only what `before` did not have: what was met anew, or by a new signal."""
    parts: tuple[RuleScore | HotHit, ...] = (*before.rules, *before.hot_criteria)
    seen = {signal for part in parts for signal in part.signals}
    known = {part.id for part in parts}

    def is_new(part: RuleScore | HotHit) -> bool:
        return part.id not in known or not seen.issuperset(part.signals)

    return replace(
        now,
        rules=tuple(filter(is_new, now.rules)),
        hot_criteria=tuple(filter(is_new, now.hot_criteria)),
    )


def sentence(explanation: Explanation, locale: str) -> str:
    """The strongest reasons in one line for the card; empty where nothing speaks for the lead."""
    between = "、" if locale.partition("-")[0] == "ja" else "; "
    return between.join(reasons(explanation, locale))


def to_json(explanation: Explanation) -> dict[str, Any]:
    """The explanation in what JSON has; `from_json` gives the same explanation again."""
    return {
        **_fields(explanation),
        "groups": [_fields(group) for group in explanation.groups],
        "rules": [_fields(rule) for rule in explanation.rules],
        "hot_criteria": [_fields(hit) for hit in explanation.hot_criteria],
        "as_of": explanation.as_of.isoformat(),
        "set_back": [{**_fields(one), "at": one.at.isoformat()} for one in explanation.set_back],
    }


def _fields(part: Explanation | GroupScore | RuleScore | HotHit | SetBack) -> dict[str, Any]:
    """The fields by name. Not `asdict`, which copies what nobody ever changes, ten times slower."""
    return {field: getattr(part, field) for field in part.__slots__}


def from_json(tree: Mapping[str, Any]) -> Explanation:
    """Read an explanation that `to_json` wrote, also before there were grades and resets."""
    return Explanation(
        total=tree["total"],
        temperature=Temperature(tree["temperature"]),
        hot=tree["hot"],
        qualified=tree["qualified"],
        excluded=tree["excluded"],
        excluded_because=tree["excluded_because"],
        groups=tuple(
            GroupScore(**{**group, "kind": GroupKind(group["kind"])}) for group in tree["groups"]
        ),
        rules=tuple(
            RuleScore(**{**rule, "signals": tuple(rule["signals"])}) for rule in tree["rules"]
        ),
        hot_criteria=tuple(
            HotHit(hit["id"], hit["why"], tuple(hit["signals"])) for hit in tree["hot_criteria"]
        ),
        missing=tree["missing"],
        phase=tree["phase"],
        as_of=datetime.fromisoformat(tree["as_of"]),
        grade=tree.get("grade"),
        set_back=tuple(
            SetBack(one["id"], one["why"], tuple(one["groups"]), datetime.fromisoformat(one["at"]))
            for one in tree.get("set_back", ())
        ),
        imported=tree.get("imported", False),
    )
