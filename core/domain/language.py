"""The language of definitions as a JSON Schema, by which editors complete, explain and check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.domain.condition import PROPERTIES, WRITTEN_BY_SALES
from core.domain.definition import SCHEMA, GroupKind
from core.domain.lead import SignalKind, Temperature
from core.domain.predicate import COMPARISONS

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string", "pattern": r"\S"}
_NUMBER: Schema = {"type": "number", "minimum": -1e9, "maximum": 1e9}
_FLAG: Schema = {"type": "boolean"}
_WHOLE: Schema = {"type": "integer", "minimum": 1}
_SCALAR: Schema = {"type": ["string", "number", "boolean"]}


def schema() -> Schema:
    """The schema: what `parse` understands, as far as a schema can say it.

    Not said here: that names of groups and grades exist, that ids differ, that warm begins below
    hot. `baton definition check` says those.
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Baton definition",
        "description": "When marketing passes a lead to sales, and why.",
        **_table(_parts(), required=("schema", "name", "bands", "groups", "qualify")),
        "definitions": {
            "span": _about(
                {"type": "string", "pattern": r"^0*[1-9][0-9]*[smhdw]$", "maxLength": 6},
                'A span of time: "12h", "7d" or "2w".',
            ),
            "words": _about(_words(), "A sentence for the rep: a text, or one for each language."),
            "asked": _about(_asked(), "What the value has to be; all of it has to hold."),
            "property": {"anyOf": [_SCALAR, {"$ref": "#/definitions/asked"}]},
            "signals": _about(_any_of(_signals()), "Which signals are meant."),
            "condition": _about(_condition(), "What has to be true of the lead."),
            "outcome": _about(_outcome(), "The same, and what the reckoning came to."),
        },
    }


def _parts() -> Mapping[str, Schema]:
    return {
        "schema": _about({"const": SCHEMA}, "The version of this language."),
        "name": _about(_TEXT, "What people call this definition."),
        "score": _about(_table(_bounds()), "The score of a lead lies between these two."),
        "bands": _about(_bands(), "Temperature by score, or by grade."),
        "hysteresis": _about(
            _table({"leave_hot_below": _NUMBER, "requalify_after": _ref("span")}),
            "Keeps a lead from flickering, and leaves one alone that sales sent back.",
        ),
        "mail": _about(
            _table({"opens": _FLAG, "machine_within": _ref("span")}), "How mail is believed."
        ),
        "groups": _about(
            {"type": "object", "additionalProperties": _group()},
            "Groups of rules with their own bounds, by name.",
        ),
        "matrix": _about(
            _table({"fit": _steps(), "engagement": _steps()}, required=("fit", "engagement")),
            "Grades such as B2: from how many points on each step is given.",
        ),
        "reset": _about(_list(_reset()), "What sets groups back."),
        "exclude": _about(_list(_criterion()), "Who is left out."),
        "rules": _about(_list(_rule()), "Points for a condition."),
        "hot": _about(_list(_criterion()), "Reasons to call a lead hot, whatever the score."),
        "qualify": _about(
            _table({"when": _ref("outcome")}, required=("when",)), "When a lead becomes an MQL."
        ),
        "journey": _about(_list(_phase()), "Phases in order; the last that fits is the lead's."),
        "nurturing": _about(
            _table({"offers": _list(_offer()), "tracks": _list(_track())}),
            "What leads get that came back: the first track that fits is the lead's.",
        ),
    }


def _bands() -> Schema:
    grades = _one_or_more(_TEXT)
    table = _table({"hot": _NUMBER, "warm": _NUMBER, "hot_grades": grades, "warm_grades": grades})
    return {
        **table,
        "allOf": [
            {"anyOf": [{"required": [band]}, {"required": [f"{band}_grades"]}]}
            for band in ("hot", "warm")
        ],
    }


def _group() -> Schema:
    decay = _table(
        {
            "half_life": _ref("span"),
            "linear": {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]+)?%/[0-9]{1,5}[smhdw]$"},
            "quiet": _about(_ref("span"), "Forget nothing until the lead was quiet for so long."),
        }
    )
    one = {"oneOf": [{"required": ["half_life"]}, {"required": ["linear"]}]}
    kind = {"enum": [str(kind) for kind in GroupKind]}
    return _table({"kind": kind, **_bounds(), "decay": {**decay, **one}}, required=("kind",))


def _steps() -> Schema:
    return {"type": "object", "minProperties": 1, "additionalProperties": _NUMBER}


def _reset() -> Schema:
    table = _table(
        {
            "id": _TEXT,
            "group": _one_or_more(_TEXT),
            "why": _ref("words"),
            "when": _ref("condition"),
            "attr": _about(_attribute(), "An attribute that holds the date."),
        },
        required=("id",),
    )
    return {**table, "oneOf": [{"required": ["when"]}, {"required": ["attr"]}]}


def _criterion() -> Schema:
    parts = {"id": _TEXT, "why": _ref("words"), "when": _ref("condition")}
    return _table(parts, required=("id", "when"))


def _rule() -> Schema:
    per = {"anyOf": [_ref("span"), {"const": "ever"}]}
    parts = {
        "id": _TEXT,
        "group": _TEXT,
        "points": _NUMBER,
        "why": _ref("words"),
        "when": _ref("condition"),
        "limit": _about(
            _table({"times": _WHOLE, "per": per}, required=("times",)),
            "At most so many times in any such span, or ever.",
        ),
        **_bounds(),
        "share": _about(_FLAG, "Take no signal away from the rules that follow."),
    }
    return _table(parts, required=("id", "group", "points", "why", "when"))


def _phase() -> Schema:
    parts = {"phase": _TEXT, "when": _ref("condition"), "offer": _ref("words")}
    return _table(parts, required=("phase", "when"))


def _offer() -> Schema:
    parts = {
        "id": _TEXT,
        "name": _ref("words"),
        "link": {"type": "string", "pattern": r"^\s*https://[^\s/]+\S*\s*$"},
        "document": _about(_TEXT, "What download signals call it: who downloaded it has it."),
        "taken": _about(_ref("condition"), "When a lead has it already."),
    }
    return _table(parts, required=("id", "name"))


def _track() -> Schema:
    names = _one_or_more(_TEXT)
    parts = {
        "id": _TEXT,
        "name": _ref("words"),
        "reasons": _about(names, "Reasons, or classes of reasons; without, any."),
        "phases": _about(names, "Phases of the journey; without, any."),
        "offers": _about(names, "What is sent, in this order."),
    }
    return _table(parts, required=("id", "name", "offers"))


def _condition() -> Schema:
    return _any_of([*_leaves(), _joined({}, "condition")])


def _outcome() -> Schema:
    numbers = dict.fromkeys(("eq", *COMPARISONS), _NUMBER)
    asked = {
        "band": ({"enum": [str(band) for band in Temperature]}, {}),
        "hot": (_FLAG, {}),
        "grade": (_one_or_more(_TEXT), {}),
        "group": (_TEXT, numbers),
    }
    outcomes = [
        _joined({subject: schema, **more}, "outcome", required=(subject,))
        for subject, (schema, more) in asked.items()
    ]
    leaves = [*_leaves("outcome"), *outcomes, _joined({}, "outcome")]
    return _any_of(leaves)


def _leaves(of: str = "condition") -> list[Schema]:
    within = {"within": _ref("span")}
    count = {"count": _ref("signals"), "gte": _WHOLE, **within, "distinct": _TEXT}
    silent = {"anyOf": [_kinds(), _ref("signals")]}
    return [
        _joined({"attr": _attribute(), **_operators()}, of, required=("attr",)),
        *(_joined({**parts, **within}, of, required=("signal",)) for parts in _filters()),
        _joined(count, of, required=("count", "gte")),
        _joined({"no_signal": silent, **within}, of, required=("no_signal", "within")),
        _joined({"reachable": _FLAG}, of, required=("reachable",)),
    ]


def _joined(parts: Mapping[str, Schema], of: str, *, required: tuple[str, ...] = ()) -> Schema:
    """A condition that may be joined with others of its sort."""
    several = {**_list(_ref(of)), "minItems": 1}
    joiners = {
        "all": several,
        "any": several,
        "not": _ref(of),
        "and": {"anyOf": [_ref(of), several]},
    }
    return {**_table({**parts, **joiners}, required=required), "minProperties": len(required) or 1}


def _signals() -> list[Schema]:
    return [_table(parts, required=("signal",)) for parts in _filters()]


def _filters() -> list[dict[str, Schema]]:
    """What may be said of signals, for each kind: its own properties come by their names."""
    either = {
        "path_glob": _one_or_more(_TEXT),
        "where": {"type": "object", "additionalProperties": _ref("property")},
        "fold": _FLAG,
    }
    kinds: list[tuple[str, tuple[str, ...]]] = [("any", ())]
    kinds += [(str(kind), names) for kind, names in PROPERTIES.items()]
    return [
        {"signal": {"const": kind}, **dict.fromkeys(names, _ref("property")), **either}
        for kind, names in kinds
    ]


def _kinds() -> Schema:
    return {"enum": ["any", *(str(kind) for kind in SignalKind)]}


def _attribute() -> Schema:
    return {**_TEXT, "not": {"enum": sorted(WRITTEN_BY_SALES)}}


def _asked() -> Schema:
    return {**_table(_operators()), "minProperties": 1}


def _operators() -> dict[str, Schema]:
    scalars, texts = _one_or_more(_SCALAR), _one_or_more(_TEXT)
    return {
        "eq": _SCALAR,
        "in": scalars,
        "not_in": scalars,
        **dict.fromkeys(COMPARISONS, _NUMBER),
        "exists": _FLAG,
        "missing": _FLAG,
        "contains": texts,
        "domain_in": texts,
        "path_glob": texts,
        "since": _about(_TEXT, 'No longer ago than "30d", or not before "2025-04-01".'),
        "fold": _about(_FLAG, "Compare texts in any case."),
    }


def _words() -> Schema:
    by_language = {"type": "object", "minProperties": 1, "additionalProperties": _TEXT}
    return {"anyOf": [_TEXT, by_language]}


def _bounds() -> dict[str, Schema]:
    return {"min": _NUMBER, "max": _NUMBER}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _table(parts: Mapping[str, Schema], *, required: tuple[str, ...] = ()) -> Schema:
    table: Schema = {"type": "object", "properties": dict(parts), "additionalProperties": False}
    return {**table, "required": list(required)} if required else table


def _any_of(each: list[Schema]) -> Schema:
    return {"anyOf": each}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def _about(of: Schema, description: str) -> Schema:
    return (
        {"description": description, **of}
        if "$ref" not in of
        else {
            "description": description,
            "allOf": [of],
        }
    )
