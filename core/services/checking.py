"""Hold a definition against a workspace: what fires, what is spelt otherwise, why a lead is hot."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from core.desk import Desk
from core.domain.course import Course, course
from core.domain.definition import Definition, load
from core.domain.explanation import Explanation
from core.domain.history import LeadHistory
from core.domain.lead import Lead, Scalar, Signal
from core.domain.linting import Finding, Observed, lint
from core.domain.scoring import score
from core.domain.stages import Stage
from core.errors import DefinitionInvalid, NotFound
from core.ports import View

MOST_VALUES = 2000
MOST_LEADS = 20_000
_VERSION = re.compile(r"v?(\d+)", re.IGNORECASE)
_IN_FORCE = "active"
_Name = TypeVar("_Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Written:
    """A definition as TOML text, under a name for people."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The whole reckoning of one lead, with the signals that it speaks of.

    `course` is what one in nurturing is to be sent; of a moment of the past it is not asked.
    """

    lead: Lead
    label: str
    definition: Definition
    explanation: Explanation
    signals: Mapping[str, Signal]
    course: Course | None = None


def written(desk: Desk, workspace: str, name: str = _IN_FORCE) -> Written:
    """A version of the definition by its number (`7`, `v7`), or the one in force (`active`).

    Raises NotFound where there is none of that number.
    """
    with desk.read(workspace) as view:
        if name == _IN_FORCE:
            kept = view.definition()
            return Written(kept.label, kept.text)
        number = _VERSION.fullmatch(name)
        version = view.version(int(number[1])) if number else None
        if version is None:
            raise NotFound(f"there is no version {name} of the definition")
        return Written(version.label, version.text)


def is_version(name: str) -> bool:
    """Whether a name stands for a version that is kept."""
    return name == _IN_FORCE or _VERSION.fullmatch(name) is not None


def check(desk: Desk, workspace: str, text: str) -> tuple[Finding, ...]:
    """Everything worth saying about a definition, also by the leads that there are."""
    try:
        definition = load(text)
    except DefinitionInvalid:
        return lint(text)
    return lint(text, observed=observe(desk, workspace, definition))


def observe(desk: Desk, workspace: str, definition: Definition) -> Observed:
    """What the leads of a workspace are like, and which rules fire for them.

    A rule fires for a lead where it gives something today, or did when the lead was last heard of.
    Of very many leads, so many as answer within a minute are looked at.
    """
    now = desk.now()
    leads = 0
    attributes: dict[str, Counter[str]] = defaultdict(Counter)
    properties: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    fired: Counter[str] = Counter()
    with desk.read(workspace) as view:
        for _, history in islice(view.pasts(), MOST_LEADS):
            leads += 1
            facts, signals = history.as_of(now)
            for name, value in facts.items():
                _count(attributes, name, value)
            for signal in signals:
                for name, value in signal.properties.items():
                    _count(properties, (str(signal.kind), name), value)
            fired.update(_fired(definition, history, now))
    return Observed(leads, attributes, properties, fired)


def _fired(definition: Definition, history: LeadHistory, now: datetime) -> set[str]:
    fired: set[str] = set()
    for at in {now, *(signal.occurred_at for signal in history.signals[-1:])}:
        facts, signals = history.as_of(now)
        fired.update(rule.id for rule in score(definition, facts, signals, as_of=at).rules)
    return fired


def _count(counters: dict[_Name, Counter[str]], name: _Name, value: Scalar) -> None:
    """Count a text; of what has too many different ones, the first."""
    if isinstance(value, str) and value.strip():
        counter = counters[name]
        if value in counter or len(counter) < MOST_VALUES:
            counter[value] += 1
    elif value is not None and not isinstance(value, str):
        counters.setdefault(name, Counter())


def explain(
    desk: Desk,
    workspace: str,
    lead: Lead,
    *,
    by: Written | None = None,
    as_of: datetime | None = None,
) -> Reckoning:
    """Reckon one lead by a definition, the one in force unless said, as of now or of a moment.

    In the past it is what was known of the lead by then. Nothing is changed.
    """
    with desk.read(workspace) as view:
        kept = by or _in_force(view)
        facts, signals = _known(view, lead, as_of)
        asks = lead.stage is Stage.NURTURING and as_of is None
        entries = [record.entry for record in view.records(lead.id)] if asks else []
        reasons = view.workspace().policy.reasons
    definition = load(kept.text)
    explanation = score(
        definition,
        facts,
        signals,
        as_of=as_of or desk.now(),
        previous=None if as_of else lead.temperature,
    )
    stands = course(lead, entries, signals, definition, at=desk.now(), reasons=reasons)
    return Reckoning(lead, kept.label, definition, explanation, _by_id(signals), stands)


def _in_force(view: View) -> Written:
    kept = view.definition()
    return Written(kept.label, kept.text)


def _known(
    view: View, lead: Lead, as_of: datetime | None
) -> tuple[Mapping[str, Scalar], Sequence[Signal]]:
    if as_of is None:
        return lead.facts(), view.signals(lead.id)
    return view.history(lead.id).as_of(as_of)


def _by_id(signals: Iterable[Signal]) -> dict[str, Signal]:
    return {signal.id: signal for signal in signals}
