"""What signals and descriptions answer to the conditions of a definition, each thing asked once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np

from core.domain.condition import Attribute, Filter
from core.domain.definition import Mail
from core.domain.lead import Scalar, Signal, SignalKind
from core.domain.predicate import Predicate, Since, as_moment, as_number, is_missing
from core.domain.scoring import is_believed
from storage.columnar.columns import Columns, Ints, microseconds, moment
from storage.columnar.strands import Bools

_NEVER = np.iinfo(np.int64).max
_ANY_TIME = moment(0)  # for predicates that do not ask what time it is
_MICROSECOND = timedelta(microseconds=1)


def span(duration: timedelta) -> int:
    """Whole microseconds of a span of time."""
    return duration // _MICROSECOND


@dataclass(slots=True)
class Lookup:
    """Answers by number of what a signal says, or by row of a description (-1: of none)."""

    columns: Columns
    _by_row: dict[Any, Any] = field(default_factory=dict)

    def meant(self, wanted: Filter) -> Bools:
        """By word: is it a signal that the filter means?"""

        def is_meant(signal: Signal) -> bool:
            if wanted.kind is not None and signal.kind is not wanted.kind:
                return False
            return all(
                all(each.holds(prop(signal, name), _ANY_TIME) for each in asked)
                for name, asked in wanted.properties
            )

        answers: Bools = self._words(wanted, is_meant, np.bool_)
        return answers

    def unit(self, name: str) -> Ints:
        """By word: a number for the value of a property, -1 for none."""
        numbers: dict[Scalar, int] = self.columns.words.answers.setdefault(("units", name), {})

        def number(signal: Signal) -> int:
            value = prop(signal, name)
            return -1 if is_missing(value) else numbers.setdefault(value, len(numbers))

        units: Ints = self._words(("unit", name), number, np.int64)
        return units

    def believed(self, mail: Mail, said: Ints, happened: Ints) -> Bools:
        """By signal: is it a person's doing?"""

        def delivered(signal: Signal) -> int:
            """When the mail came that was clicked, if only that says whose doing it was."""
            if signal.kind is not SignalKind.EMAIL_CLICK:
                return -1 if is_believed(signal, mail) else _NEVER
            if as_number(signal.properties.get("seconds_after_delivery")) is not None:
                return -1 if is_believed(signal, mail) else _NEVER
            at = as_moment(signal.properties.get("delivered_at"))
            return -1 if at is None else max(0, microseconds(at))

        came = self._words(("delivered", mail), delivered, np.int64)[said]
        later = happened - came >= span(mail.machine_within)
        return np.asarray((came < 0) | ((came != _NEVER) & later))

    def _words(self, key: Any, answer: Callable[[Signal], Any], kind: type[Any]) -> Any:
        known = self.columns.words.answers.get(key)
        signals = self.columns.words.signals()
        if known is None or len(known) < len(signals):
            before = 0 if known is None else len(known)
            news = np.array([answer(signal) for signal in signals[before:]], dtype=kind)
            known = news if known is None else np.concatenate((known, news))
            self.columns.words.answers[key] = known
        return known

    def describes(self, attribute: Attribute) -> Bools:
        """By description: does the attribute satisfy whatever does not ask what time it is?"""
        asked = [each for each in attribute.predicates if not isinstance(each, Since)]

        def answer(value: Scalar) -> bool:
            return all(each.holds(value, _ANY_TIME) for each in asked)

        answers: Bools = self._rows(("is", attribute), attribute.name, answer, np.bool_)
        return answers

    def moments(self, name: str) -> Ints:
        """By description: the moment that an attribute names; one that never comes for none."""

        def answer(value: Scalar) -> int:
            at = as_moment(value)
            return _NEVER if at is None else microseconds(at)

        named: Ints = self._rows(("moment", name), name, answer, np.int64)
        return named

    def has(self, name: str) -> Bools:
        """By description: is there a value at all?"""

        def answer(value: Scalar) -> bool:
            return not is_missing(value)

        answers: Bools = self._rows(("has", name), name, answer, np.bool_)
        return answers

    def _rows(self, key: Any, name: str, answer: Callable[[Scalar], Any], kind: type[Any]) -> Any:
        known = self._by_row.get(key)
        if known is None:
            values, which = self._different(name)
            known = np.array([answer(value) for value in values], dtype=kind)[which]
            self._by_row[key] = known
        return known

    def _different(self, name: str) -> tuple[Sequence[Scalar], Ints]:
        """The values of an attribute, each once, and which one every description has."""
        known: tuple[Sequence[Scalar], Ints] | None = self._by_row.get(("values", name))
        if known is None:
            places: dict[tuple[type, Scalar], int] = {}
            values = [facts.get(name) for facts in self.columns.facts]
            values.append(None)  # of no description
            which = [places.setdefault((type(value), value), len(places)) for value in values]
            different = [value for _, value in places]
            known = different, np.array(which, dtype=np.int64)
            self._by_row["values", name] = known
        return known

    def satisfied(self, attribute: Attribute, described: Ints, at: Ints) -> Bools:
        """Whether descriptions, each at a moment, satisfy a condition on an attribute."""
        holds: Bools = self.describes(attribute)[described]
        for each in attribute.predicates:
            if isinstance(each, Since):
                named = self.moments(attribute.name)[described]
                holds = holds & (named <= at) & _has_begun(each, named, at)
        return holds


def _has_begun(asked: Since, named: Ints, at: Ints) -> Bools:
    if isinstance(asked.start, timedelta):
        return np.asarray(named > at - span(asked.start))
    return np.asarray(named >= microseconds(asked.start))


def prop(signal: Signal, name: str) -> Scalar:
    """A property of a signal; its source counts as one."""
    return signal.properties.get(name, signal.source if name == "source" else None)


def each_once(values: Any, asked: Sequence[Predicate]) -> Bools:
    """Whether numbers satisfy predicates, each different number asked once."""
    different, which = np.unique(values, return_inverse=True)
    answers = [all(each.holds(value, _ANY_TIME) for each in asked) for value in different.tolist()]
    return np.array(answers, dtype=np.bool_)[which]
