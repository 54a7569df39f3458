"""The shared definition: the written, versioned rulebook by which both teams call a lead hot."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from importlib.resources import files

from core.domain.clause import Clause
from core.domain.condition import Askable, Condition, attribute_name, condition
from core.domain.decay import Decay, decay
from core.domain.matrix import Matrix, matrix
from core.domain.nurturing import Nurturing, nurturing
from core.errors import DefinitionInvalid

SCHEMA = 1

Wording = Mapping[str, str]
"""A sentence by language; the one under "" serves every language."""


class GroupKind(StrEnum):
    """What a group of rules speaks about: who the lead is, or what the lead does."""

    FIT = "fit"
    ENGAGEMENT = "engagement"


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the most points that something can come to; None is no bound."""

    least: float | None = None
    most: float | None = None

    def clamp(self, points: float) -> float:
        """`points`, moved to the nearer bound where they lie outside."""
        if self.least is not None and points < self.least:
            return self.least
        if self.most is not None and points > self.most:
            return self.most
        return points


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rules with its own bounds and its own forgetting."""

    id: str
    kind: GroupKind
    range: Range
    decay: Decay | None


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many times in any span of `per`, or ever; the earliest count."""

    times: int
    per: timedelta | None


@dataclass(frozen=True, slots=True)
class Rule:
    """Points for a condition. A signal feeds one rule of a group, unless the rule shares."""

    id: str
    group: str
    points: float
    why: Wording
    when: Condition
    limit: Limit | None
    range: Range
    share: bool


@dataclass(frozen=True, slots=True)
class Criterion:
    """A named condition: an explicit reason to call a lead hot, or to leave a lead out."""

    id: str
    why: Wording
    when: Condition


@dataclass(frozen=True, slots=True)
class Reset:
    """What sets groups back: signals before it no longer count there.

    It happens with the newest signal that `when` speaks of; where it speaks of none, the groups
    stay empty while it holds. `attr` is an attribute that names the moment instead. Without
    `groups`, everything is set back: all groups, the hot criteria and the journey.
    """

    id: str
    groups: tuple[str, ...]
    why: Wording
    when: Condition | None
    attr: str | None


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the buyer's journey, and what to offer in it."""

    id: str
    when: Condition
    offer: Wording


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail is believed: opens count only if switched on, clicks only if not a machine's."""

    opens: bool = False
    machine_within: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Definition:
    """The rulebook. Scores are in points; `hot_from` and `warm_from` are the lower ends of bands,
    infinite where points do not lead there. A grade of the matrix may lead there too.

    `requalify_after` is how long a lead that was sent back is left alone, nothing if not written.
    `written` is the canonical JSON that it was read from; equal rulebooks have equal digests.
    """

    name: str
    range: Range
    hot_from: float
    warm_from: float
    hot_grades: frozenset[str]
    warm_grades: frozenset[str]
    leave_hot_below: float | None
    requalify_after: timedelta
    groups: tuple[Group, ...]
    matrix: Matrix | None
    resets: tuple[Reset, ...]
    exclusions: tuple[Criterion, ...]
    rules: tuple[Rule, ...]
    hot: tuple[Criterion, ...]
    qualify: Condition
    journey: tuple[Phase, ...]
    nurturing: Nurturing
    mail: Mail
    written: str = field(repr=False)

    def __hash__(self) -> int:
        return hash(self.written)

    @property
    def digest(self) -> str:
        """The hex SHA-256 of the canonical JSON."""
        return hashlib.sha256(self.written.encode()).hexdigest()

    def label(self, version: int) -> str:
        """How people tell versions apart: "v7 a1b2c3d"."""
        return f"v{version} {self.digest[:7]}"


def default() -> str:
    """The text of the definition that Baton starts with."""
    return files("core.domain").joinpath("default.toml").read_text(encoding="utf-8")


def load(text: str) -> Definition:
    """Read a definition from TOML; raises DefinitionInvalid."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionInvalid("definition", f"is not TOML: {error}") from error
    return parse(tree)


def digest_of(text: str) -> str:
    """The digest of a definition by its TOML, also where this program could not read its rules.

    Raises DefinitionInvalid where it is no TOML.
    """
    try:
        plain = _plain(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DefinitionInvalid("definition", f"is not TOML: {error}") from error
    return hashlib.sha256(_written(plain).encode()).hexdigest()


def _written(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(definition: Definition) -> str:
    """The definition as JSON with sorted keys and no blanks; parsing it gives the same again."""
    return definition.written


def worded(why: Wording, locale: str) -> str:
    """The sentence in this language, else the one for every language, else English, else any."""
    for language in (locale, locale.partition("-")[0], "", "en"):
        if language in why:
            return why[language]
    return next(iter(why.values()), "")


def parse(tree: Mapping[str, object]) -> Definition:
    """Read a definition; raises DefinitionInvalid with the place and the nearest known name."""
    plain = {key: _plain(value) for key, value in tree.items()}
    root = Clause("", plain)
    root.allow(
        "schema",
        "name",
        "score",
        "bands",
        "hysteresis",
        "mail",
        "groups",
        "matrix",
        "reset",
        "exclude",
        "rules",
        "hot",
        "qualify",
        "journey",
        "nurturing",
    )
    if root.whole("schema") != SCHEMA:
        root.fail(f"this version of Baton reads schema {SCHEMA}", key="schema")
    groups = _groups(root)
    grades = matrix(root.clause("matrix")) if "matrix" in root else None
    names = grades.grades() if grades else ()
    bands = root.clause("bands")
    hot_from, warm_from = _bands(bands, names)
    leave_hot_below, requalify_after = _hysteresis(root, hot_from)
    journey = _journey(root)
    return Definition(
        name=root.text("name"),
        range=_score(root),
        hot_from=hot_from,
        warm_from=warm_from,
        hot_grades=_grades(bands, "hot_grades", names),
        warm_grades=_grades(bands, "warm_grades", names),
        leave_hot_below=leave_hot_below,
        requalify_after=requalify_after,
        groups=groups,
        matrix=grades,
        resets=_resets(root, groups),
        exclusions=_criteria(root, "exclude"),
        rules=_rules(root, groups),
        hot=_criteria(root, "hot"),
        qualify=_qualify(root.clause("qualify"), groups, names),
        journey=journey,
        nurturing=_nurturing(root, journey),
        mail=_mail(root),
        written=_written(plain),
    )


def _plain(value: object) -> object:
    """The same tree in what JSON has: dates as ISO texts, whole numbers without a fraction."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _score(root: Clause) -> Range:
    if "score" not in root:
        return Range(0, 100)
    score = root.clause("score")
    score.allow("min", "max")
    return _range(score)


def _range(clause: Clause) -> Range:
    least = clause.optional("min", clause.number)
    most = clause.optional("max", clause.number)
    if least is not None and most is not None and least > most:
        clause.fail("min is above max", key="min")
    return Range(least, most)


def _bands(bands: Clause, grades: Iterable[str]) -> tuple[float, float]:
    bands.allow("hot", "warm", *(("hot_grades", "warm_grades") if grades else ()))
    hot_from, warm_from = (_starts(bands, band) for band in ("hot", "warm"))
    if hot_from <= warm_from < math.inf:
        bands.fail("warm has to begin below hot", key="warm")
    return hot_from, warm_from


def _starts(bands: Clause, band: str) -> float:
    """The points of a band; none are needed where grades lead there."""
    if f"{band}_grades" in bands and band not in bands:
        return math.inf
    return bands.number(band)


def _grades(clause: Clause, key: str, known: Iterable[str]) -> frozenset[str]:
    return frozenset(clause.choices(key, known)) if key in clause else frozenset()


def _hysteresis(root: Clause, hot_from: float) -> tuple[float | None, timedelta]:
    if "hysteresis" not in root:
        return None, timedelta()
    hysteresis = root.clause("hysteresis")
    hysteresis.allow("leave_hot_below", "requalify_after")
    leave_hot_below = hysteresis.optional("leave_hot_below", hysteresis.number)
    if leave_hot_below is not None and leave_hot_below > hot_from:
        hysteresis.fail("has to lie below the hot band", key="leave_hot_below")
    requalify_after = hysteresis.optional("requalify_after", hysteresis.duration)
    return leave_hot_below, requalify_after or timedelta()


def _mail(root: Clause) -> Mail:
    if "mail" not in root:
        return Mail()
    mail = root.clause("mail")
    mail.allow("opens", "machine_within")
    return Mail(
        opens=mail.optional("opens", mail.flag) or False,
        machine_within=mail.optional("machine_within", mail.duration) or Mail().machine_within,
    )


def _groups(root: Clause) -> tuple[Group, ...]:
    written = root.clause("groups")
    return tuple(_group(name, written.clause(name)) for name in sorted(written.values))


def _group(name: str, clause: Clause) -> Group:
    clause.allow("kind", "min", "max", "decay")
    kind = GroupKind(clause.choice("kind", tuple(GroupKind)))
    forgets = decay(clause.clause("decay")) if "decay" in clause else None
    return Group(name, kind, _range(clause), forgets)


def _criteria(root: Clause, key: str) -> tuple[Criterion, ...]:
    clauses = root.clauses(key)
    _refuse_twins(clauses)
    return tuple(_criterion(clause) for clause in clauses)


def _criterion(clause: Clause) -> Criterion:
    clause.allow("id", "why", "when")
    id = clause.text("id")
    why = clause.wording("why") if "why" in clause else {"": id}
    return Criterion(id, why, condition(clause.clause("when")))


def _rules(root: Clause, groups: Iterable[Group]) -> tuple[Rule, ...]:
    clauses = root.clauses("rules")
    _refuse_twins(clauses)
    names = [group.id for group in groups]
    return tuple(_rule(clause, names) for clause in clauses)


def _rule(clause: Clause, groups: Iterable[str]) -> Rule:
    clause.allow("id", "group", "points", "why", "when", "limit", "min", "max", "share")
    return Rule(
        id=clause.text("id"),
        group=clause.choice("group", groups),
        points=clause.number("points"),
        why=clause.wording("why"),
        when=condition(clause.clause("when")),
        limit=_limit(clause.clause("limit")) if "limit" in clause else None,
        range=_range(clause),
        share=clause.optional("share", clause.flag) or False,
    )


def _limit(clause: Clause) -> Limit:
    clause.allow("times", "per")
    per = None if clause.values.get("per") == "ever" else clause.optional("per", clause.duration)
    return Limit(clause.whole("times"), per)


def _refuse_twins(clauses: Iterable[Clause]) -> None:
    seen: dict[str, str] = {}
    for clause in clauses:
        id = clause.text("id")
        if id in seen:
            clause.fail(f'"{id}" is already the id of {seen[id]}', key="id")
        seen[id] = clause.place


def _resets(root: Clause, groups: Iterable[Group]) -> tuple[Reset, ...]:
    clauses = root.clauses("reset")
    _refuse_twins(clauses)
    names = [group.id for group in groups]
    return tuple(_reset(clause, names) for clause in clauses)


def _reset(clause: Clause, groups: Iterable[str]) -> Reset:
    clause.allow("id", "group", "why", "when", "attr")
    if ("when" in clause) is ("attr" in clause):
        clause.fail("takes one of when = { … } and attr, an attribute that holds a date")
    id = clause.text("id")
    return Reset(
        id=id,
        groups=clause.choices("group", groups) if "group" in clause else (),
        why=clause.wording("why") if "why" in clause else {"": id},
        when=condition(clause.clause("when")) if "when" in clause else None,
        attr=attribute_name(clause) if "attr" in clause else None,
    )


def _qualify(clause: Clause, groups: Iterable[Group], grades: Iterable[str]) -> Condition:
    clause.allow("when")
    asks = Askable(tuple(group.id for group in groups), tuple(grades))
    return condition(clause.clause("when"), asks=asks)


def _journey(root: Clause) -> tuple[Phase, ...]:
    return tuple(_phase(clause) for clause in root.clauses("journey"))


def _phase(clause: Clause) -> Phase:
    clause.allow("phase", "when", "offer")
    offer = clause.optional("offer", clause.wording) or {}
    return Phase(clause.text("phase"), condition(clause.clause("when")), offer)


def _nurturing(root: Clause, journey: Iterable[Phase]) -> Nurturing:
    if "nurturing" not in root:
        return Nurturing()
    return nurturing(root.clause("nurturing"), [phase.id for phase in journey])
