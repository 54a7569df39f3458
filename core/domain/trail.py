"""A trail: what a lead did up to a moment, in order, found fast by kind, property and time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from core.domain.condition import Filter
from core.domain.lead import Scalar, Signal, SignalKind
from core.domain.predicate import Asked

Places = Sequence[int]
"""Places on a trail, in order; the first signal of all is at 0."""

_Value = tuple[type, Scalar]  # with its type, because 1 and True are one key


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """A filter, made ready to be looked for on many trails."""

    kind: SignalKind | None
    properties: tuple[tuple[str, Asked], ...]

    @classmethod
    def by(cls, wanted: Filter) -> Sought:
        """The same as a filter wants."""
        return cls(wanted.kind, tuple((name, Asked.of(asked)) for name, asked in wanted.properties))


class Trail:
    """Signals in the order they happened, each once. What was looked for once is known then."""

    __slots__ = ("_columns", "_found", "_kinds", "_starts", "_times", "as_of", "signals")

    def __init__(self, signals: Sequence[Signal], as_of: datetime) -> None:
        self.signals = signals
        self.as_of = as_of
        self._times = [signal.occurred_at for signal in signals]
        self._kinds: dict[SignalKind, list[int]] | None = None
        self._columns: dict[tuple[SignalKind | None, str], dict[_Value, list[int]]] = {}
        self._found: dict[Sought, Places] = {}
        self._starts: dict[timedelta, int] = {}

    def window(self, within: timedelta) -> int:
        """The first place in the window `(as_of - within, as_of]`."""
        known = self._starts.get(within)
        if known is None:
            known = self._starts[within] = bisect_right(self._times, self.as_of - within)
        return known

    def from_then(self, moment: datetime) -> int:
        """The first place at `moment` or later."""
        return bisect_left(self._times, moment)

    def find(self, sought: Sought) -> Places:
        """Where there is what is sought."""
        known = self._found.get(sought)
        if known is None:
            known = self._found[sought] = self._find(sought)
        return known

    def _find(self, sought: Sought) -> Places:
        found = self._of_kind(sought.kind)
        if not found or not sought.properties:
            return found
        (name, asked), *others = sought.properties
        answers = asked.answers(self.as_of)
        values = self._values(sought.kind, name).items()
        runs = [places for (_, value), places in values if answers[value]]
        found = runs[0] if len(runs) == 1 else sorted(chain.from_iterable(runs))
        for name, asked in others:
            answers, signals = asked.answers(self.as_of), self.signals
            found = [place for place in found if answers[property_of(signals[place], name)]]
        return found

    def _of_kind(self, kind: SignalKind | None) -> Places:
        if kind is None:
            return range(len(self.signals))
        if self._kinds is None:
            self._kinds = {each: [] for each in SignalKind}
            for place, signal in enumerate(self.signals):
                self._kinds[signal.kind].append(place)
        return self._kinds[kind]

    def _values(self, kind: SignalKind | None, name: str) -> Mapping[_Value, list[int]]:
        """Where each value of a property stands: most values come again and again."""
        known = self._columns.get((kind, name))
        if known is None:
            known = defaultdict(list)
            for place in self._of_kind(kind):
                value = property_of(self.signals[place], name)
                known[value.__class__, value].append(place)
            self._columns[kind, name] = known
        return known


def property_of(signal: Signal, name: str) -> Scalar:
    """A property of a signal by its name in a definition; None where it has none."""
    if name in signal.properties:
        return signal.properties[name]
    if name == "source":
        return signal.source
    return signal.session if name == "session" else None
