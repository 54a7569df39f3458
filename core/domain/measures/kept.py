"""Measures as JSON text, kept for ever: what an older version of Baton wrote can still be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from core.domain.measures.figures import Measures

VERSION = 1


def to_json(measures: Measures) -> str:
    """Every figure as JSON text; durations are in seconds."""
    return json.dumps({"version": VERSION, **_tree(measures)}, ensure_ascii=False)


def from_json(text: str) -> Measures:
    """The figures that `to_json` kept; what was not measured yet then has its default."""
    measures: Measures = _value(Measures, json.loads(text))
    return measures


def _tree(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _tree(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, tuple):
        return [_tree(each) for each in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date):  # a moment, too
        return value.isoformat()
    return value


@lru_cache(maxsize=64)
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


@lru_cache(maxsize=64)
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _value(kind: Any, tree: Any) -> Any:
    if isinstance(kind, UnionType):
        [kind] = [part for part in get_args(kind) if part is not NoneType]
        return None if tree is None else _value(kind, tree)
    if get_origin(kind) is tuple:
        return _values(get_args(kind), tree)
    if is_dataclass(kind) and isinstance(kind, type):
        return _part(kind, tree)
    if kind is timedelta:
        return timedelta(seconds=tree)
    if kind in (datetime, date):
        return kind.fromisoformat(tree)
    return kind(tree) if issubclass(kind, StrEnum) else tree


def _values(kinds: tuple[Any, ...], trees: Any) -> tuple[Any, ...]:
    if kinds[-1] is Ellipsis:
        return tuple(_value(kinds[0], tree) for tree in trees)
    return tuple(_value(kind, tree) for kind, tree in zip(kinds, trees, strict=True))


def _part(kind: type, tree: Mapping[str, Any]) -> Any:
    hints = _hints(kind)
    known = {
        field.name: _value(hints[field.name], tree[field.name])
        for field in fields(kind)
        if field.name in tree or (field.default is MISSING and field.default_factory is MISSING)
    }
    return kind(**known)
