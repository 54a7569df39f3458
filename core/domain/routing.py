"""Routing: who in sales is asked to take a lead, by which rule, and who was passed over and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any

from core.domain.clause import Clause
from core.domain.explanation import Explanation
from core.domain.lead import Lead, Scalar
from core.domain.predicate import OPERATORS, Predicate, predicates
from core.errors import DefinitionInvalid, Invalid

CATCH_ALL = ""  # the name of its plan
_MOST_SEATS = 200


class Mode(StrEnum):
    """How a plan chooses."""

    POOL = "pool"  # nobody by name: the first to accept
    ROUND_ROBIN = "round_robin"
    WEIGHTED = "weighted"
    AGAIN = "again"  # whoever wished to have this lead again; no plan, but how it may come about


class Skip(StrEnum):
    """Why somebody whose turn it was is not asked."""

    HAD_IT = "had_it"  # they refused this lead before, or let it lapse
    AWAY = "away"
    FULL = "full"  # asked as often as they can take on this day
    NO_REP = "no_rep"  # they may not accept a lead any more


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody in a plan: a Slack user, or a user group, each member of which has such a seat.

    `weight` is how many turns they get where others get one, in a weighted plan. `capacity` is
    how many leads they are asked to take on one local day, None for any number.
    """

    person: str
    weight: int = 1
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is asked, and how they take turns."""

    mode: Mode = Mode.POOL
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """A question about one attribute of a lead, in the words of the definition.

    `operator` is such as `in` or `gte`; texts compare without regard to case. `temperature` is an
    attribute here, too.
    """

    attribute: str
    operator: str
    value: Scalar | tuple[Scalar, ...]

    def holds(self, facts: Mapping[str, Scalar], *, at: datetime) -> bool:
        """Whether the lead with these facts answers to it."""
        value = facts.get(self.attribute)
        return all(each.holds(value, at) for each in _predicates(self.operator, self.value))


@lru_cache(maxsize=512, typed=True)
def _predicates(operator: str, value: Scalar | tuple[Scalar, ...]) -> tuple[Predicate, ...]:
    written = list(value) if isinstance(value, tuple) else value
    return predicates(Clause("routing", {operator: written}), fold=True)


@dataclass(frozen=True, slots=True)
class Rule:
    """Leads of which every test holds go by this plan; `id` names it in receipts."""

    id: str
    when: tuple[Criterion, ...]
    plan: Plan


@dataclass(frozen=True, slots=True)
class Routing:
    """A workspace's rules, the first that matches counts, and the plan for everybody else.

    Raises Invalid, its field below `routing`, where a rule or a plan cannot be meant.
    """

    rules: tuple[Rule, ...] = ()
    otherwise: Plan = Plan()

    def __post_init__(self) -> None:
        ids = [rule.id for rule in self.rules]
        for number, rule in enumerate(self.rules):
            place = f"routing.rules[{number}]"
            if not rule.id.strip() or ids.index(rule.id) != number:
                raise Invalid(f"{place}.id", "each rule needs a name of its own")
            _check_tests(rule.when, place)
            _check_plan(rule.plan, f"{place}.plan")
        _check_plan(self.otherwise, "routing.otherwise")

    @property
    def asks_by_name(self) -> bool:
        """Whether anybody is ever asked by name."""
        plans = (self.otherwise, *(rule.plan for rule in self.rules))
        return any(plan.mode is not Mode.POOL for plan in plans)


def _check_tests(tests: Sequence[Criterion], place: str) -> None:
    if not tests:
        raise Invalid(f"{place}.when", "a rule needs a condition: what holds for all is the rest")
    for test in tests:
        if not test.attribute.strip():
            raise Invalid(f"{place}.when", "a condition needs an attribute")
        if test.operator not in OPERATORS:
            raise Invalid(f"{place}.when", f'there is no question "{test.operator}"')
        try:
            _predicates(test.operator, test.value)
        except DefinitionInvalid as fault:
            raise Invalid(f"{place}.when", fault.problem) from fault


def _check_plan(plan: Plan, place: str) -> None:
    if plan.mode is Mode.AGAIN:
        raise Invalid(place, "is no way to take turns")
    if plan.mode is not Mode.POOL and not plan.seats:
        raise Invalid(place, "names nobody to ask")
    if len(plan.seats) > _MOST_SEATS:
        raise Invalid(place, f"has more than {_MOST_SEATS} people")
    if len({seat.person for seat in plan.seats}) < len(plan.seats):
        raise Invalid(place, "names somebody twice")
    for seat in plan.seats:
        if not 1 <= seat.weight <= 100:
            raise Invalid(place, "a weight is a whole number from 1 to 100")
        if seat.capacity is not None and seat.capacity < 1:
            raise Invalid(place, "a capacity is a whole number from 1")


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


Turns = Mapping[str, Mapping[str, int]]
"""How many turns each had, by plan and person."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What keeps somebody from being asked now. `today` counts whom they were asked to take."""

    is_rep: bool = True
    is_away: bool = False
    today: int = 0


@dataclass(frozen=True, slots=True)
class Routed:
    """Whom to ask, None for whoever is first, how that came, and whose turn is next."""

    asked: str | None
    receipt: Receipt | None
    turns: Turns


def plan_for(
    lead: Lead, explanation: Explanation, routing: Routing, *, at: datetime
) -> tuple[str, Plan]:
    """The first rule that matches by its id, or the catch-all, and its plan."""
    if routing.rules:
        facts = {**lead.facts(), "temperature": explanation.temperature.value}
        for rule in routing.rules:
            if all(test.holds(facts, at=at) for test in rule.when):
                return rule.id, rule.plan
    return CATCH_ALL, routing.otherwise


def pooled(name: str) -> Receipt | None:
    """The receipt of a lead that all of sales may take; none where no rule says so."""
    return Receipt(name, Mode.POOL) if name else None


def seated(plan: Plan, groups: Mapping[str, Collection[str]]) -> Plan:
    """The plan with people in place of their user groups; who is named by name counts so."""
    named = {seat.person for seat in plan.seats}
    seats: dict[str, Seat] = {}
    for seat in plan.seats:
        if seat.person not in groups:
            seats[seat.person] = seat
            continue
        for member in sorted(groups[seat.person]):
            if member not in named:
                seats.setdefault(member, replace(seat, person=member))
    return replace(plan, seats=tuple(seats.values()))


def route(
    name: str,
    plan: Plan,
    *,
    ready: Mapping[str, Readiness],
    turns: Turns,
    excluding: Collection[str] = (),
    first: str | None = None,
) -> Routed:
    """Whose turn it is in a plan that is no pool, with people in place of their user groups.

    `name` is what `plan_for` gave. `ready` knows everybody in the plan, and `first`, who is asked
    before all others if possible. Turns are given as seats are by Sainte-Laguë's method: to whom
    (2 turns + 1) / weight is least. Over a whole cycle everybody gets as many as their weight says,
    spread evenly; who could not be asked for a while does not have to catch up.
    """
    rule = name or None
    considered: list[Considered] = []
    if first is not None:
        seat = next((seat for seat in plan.seats if seat.person == first), None)
        why_not = _skipped(first, seat, ready, excluding=())
        considered.append(Considered(first, why_not))
        if why_not is None:
            return Routed(first, Receipt(rule, Mode.AGAIN, tuple(considered)), turns)
    had = _caught_up(plan, turns.get(name, {}))
    skips = {seat.person: _skipped(seat.person, seat, ready, excluding) for seat in plan.seats}
    for seat in sorted(plan.seats, key=lambda seat: _claim(plan, seat, had[seat.person])):
        if seat.person != first:
            considered.append(Considered(seat.person, skips[seat.person]))
        if skips[seat.person] is None:
            receipt = Receipt(rule, plan.mode, tuple(considered))
            now = {**had, seat.person: had[seat.person] + 1}
            return Routed(seat.person, receipt, {**turns, name: now})
    return Routed(None, Receipt(rule, plan.mode, tuple(considered)), turns)


def _claim(plan: Plan, seat: Seat, had: int) -> Fraction:
    """By how much others go before somebody who had so many turns."""
    return Fraction(2 * had + 1, _weight(plan, seat))


def _caught_up(plan: Plan, had: Mapping[str, int]) -> dict[str, int]:
    """How many turns each had, or would have had who was not there while others had theirs."""
    latest = max(
        (_claim(plan, seat, had.get(seat.person, 0) - 1) for seat in plan.seats),
        default=Fraction(0),
    )
    least = {seat.person: ceil((latest * _weight(plan, seat) - 1) / 2) for seat in plan.seats}
    return {person: max(had.get(person, 0), missed) for person, missed in least.items()}


def _weight(plan: Plan, seat: Seat) -> int:
    return seat.weight if plan.mode is Mode.WEIGHTED else 1


def _skipped(
    person: str, seat: Seat | None, ready: Mapping[str, Readiness], excluding: Collection[str]
) -> Skip | None:
    """Why somebody cannot be asked, None where they can."""
    now = ready.get(person, Readiness(is_rep=False))
    if person in excluding:
        return Skip.HAD_IT
    if not now.is_rep:
        return Skip.NO_REP
    if now.is_away:
        return Skip.AWAY
    if seat is not None and seat.capacity is not None and now.today >= seat.capacity:
        return Skip.FULL
    return None


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
