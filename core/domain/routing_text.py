"""Routing as it is written down: who is asked to take a lead, in what JSON has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.domain.routing import Criterion, Mode, Plan, Routing, Rule, Seat


def routing_tree(routing: Routing) -> dict[str, Any]:
    """What JSON has of a routing; nothing of one in which whoever is first takes a lead."""
    if routing == Routing():
        return {}
    return {
        "rules": [
            {
                "id": rule.id,
                "when": [_criterion_tree(each) for each in rule.when],
                "plan": _plan_tree(rule.plan),
            }
            for rule in routing.rules
        ],
        "otherwise": _plan_tree(routing.otherwise),
    }


def _criterion_tree(test: Criterion) -> list[Any]:
    value = list(test.value) if isinstance(test.value, tuple) else test.value
    return [test.attribute, test.operator, value]


def _plan_tree(plan: Plan) -> dict[str, Any]:
    seats = [[seat.person, seat.weight, seat.capacity] for seat in plan.seats]
    return {"mode": plan.mode.value, "seats": seats}


def routing_from(tree: Mapping[str, Any]) -> Routing:
    """Read what `routing_tree` wrote."""
    return Routing(
        tuple(
            Rule(
                rule["id"],
                tuple(_criterion(*said) for said in rule["when"]),
                _plan_from(rule["plan"]),
            )
            for rule in tree["rules"]
        ),
        _plan_from(tree["otherwise"]),
    )


def _criterion(attribute: str, operator: str, value: Any) -> Criterion:
    return Criterion(attribute, operator, tuple(value) if isinstance(value, list) else value)


def _plan_from(tree: Mapping[str, Any]) -> Plan:
    return Plan(Mode(tree["mode"]), tuple(Seat(*seat) for seat in tree["seats"]))
