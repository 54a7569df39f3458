"""The history of a lead: what was known of it when, so that an old score can be reckoned again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain.lead import Scalar, Signal


@dataclass(frozen=True, slots=True)
class Description:
    """How a lead was described from a moment on, until the next description: `Lead.facts()`."""

    known_from: datetime
    facts: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class LeadHistory:
    """Everything that was ever known of one lead. Descriptions come in the order they were kept."""

    lead_id: str
    descriptions: Sequence[Description]
    signals: Sequence[Signal]

    def as_of(self, at: datetime) -> tuple[Mapping[str, Scalar], Sequence[Signal]]:
        """The attributes and signals by which the lead was scored at `at`.

        What happened before but was told of later is not among them.
        """
        facts: Mapping[str, Scalar] = {}
        since: datetime | None = None
        for description in self.descriptions:
            if description.known_from <= at and (since is None or description.known_from >= since):
                facts, since = description.facts, description.known_from
        return facts, [signal for signal in self.signals if max(known(signal)) <= at]

    def arrivals(self) -> Sequence[datetime]:
        """The moments at which there was news of the lead, each once, in order."""
        told = {description.known_from for description in self.descriptions}
        told.update(max(known(signal)) for signal in self.signals)
        return sorted(told)


def known(signal: Signal) -> tuple[datetime, datetime]:
    """When it happened and when we learned of it; of what nobody dated, at once."""
    return signal.occurred_at, signal.received_at or signal.occurred_at
