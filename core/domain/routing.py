"""Routing: who in sales is asked to take a lead, by which rule, and who was passed over and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Mode(StrEnum):
    """How a plan chooses."""

    POOL = "pool"  # nobody by name: the first to accept
    ROUND_ROBIN = "round_robin"
    WEIGHTED = "weighted"


class Skip(StrEnum):
    """Why somebody whose turn it was is not asked."""

    HAD_IT = "had_it"  # they refused this lead before, or let it lapse
    AWAY = "away"
    FULL = "full"  # asked as often as they wish to be on this day
    NO_REP = "no_rep"  # they may not accept a lead any more


@dataclass(frozen=True, slots=True)
class Considered:
    """Somebody whose turn it was; `skipped` says why they were not asked."""

    person: str
    skipped: Skip | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How it came that somebody was asked, kept with the handoff: ids only.

    `rule` is the id of the rule that matched, None for the catch-all. `considered` are people in
    the order of their turn; the last is the one asked, unless nobody could be.
    """

    rule: str | None
    mode: Mode
    considered: tuple[Considered, ...] = ()

    @property
    def found_nobody(self) -> bool:
        """True where people were considered, and none of them could be asked."""
        return self.mode is not Mode.POOL and all(each.skipped for each in self.considered)


def receipt_json(receipt: Receipt) -> dict[str, Any]:
    """The receipt in what JSON has; `receipt_from` gives the same receipt again."""
    return {
        "rule": receipt.rule,
        "mode": receipt.mode.value,
        "considered": [
            [each.person, each.skipped.value if each.skipped else None]
            for each in receipt.considered
        ],
    }


def receipt_from(tree: Mapping[str, Any]) -> Receipt:
    """Read a receipt that `receipt_json` wrote."""
    return Receipt(
        tree["rule"],
        Mode(tree["mode"]),
        tuple(
            Considered(person, Skip(skipped) if skipped else None)
            for person, skipped in tree["considered"]
        ),
    )
