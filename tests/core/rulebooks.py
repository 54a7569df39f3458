"""Small definitions for tests: one unbounded group "all" and the given rules."""

from __future__ import annotations

from typing import Any

from core.domain.definition import Definition, parse


def rule(id: str, points: float, when: dict[str, Any], **more: object) -> dict[str, Any]:
    """A rule of the group "all" that gives its id as reason."""
    return {"id": id, "group": "all", "points": points, "why": id, "when": when, **more}


def written(*rules: dict[str, Any], **parts: object) -> dict[str, Any]:
    """The tree of a definition with these rules; `parts` replace whole tables."""
    return {
        "schema": 1,
        "name": "test",
        "score": {"min": -1000, "max": 1000},
        "bands": {"hot": 70, "warm": 40},
        "groups": {"all": {"kind": "engagement"}},
        "rules": list(rules),
        "qualify": {"when": {"band": "hot"}},
        **parts,
    }


def rulebook(*rules: dict[str, Any], **parts: object) -> Definition:
    """The definition that `written` writes."""
    return parse(written(*rules, **parts))
