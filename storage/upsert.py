"""Inserts that know what to do where the row is there already, alike on both databases."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import Insert, insert  # SQLite speaks the same clause

__all__ = ["insert", "insert_new", "insert_or_update"]


def insert_new(table: Table) -> Insert:
    """Insert a row unless it would break a key; the row count says which."""
    return insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def insert_or_update(table: Table, *, key: Iterable[str]) -> Insert:
    """Insert a row, or bring the row with the same key up to date."""
    keys = tuple(key)
    new = insert(table)
    changed = {part.name: new.excluded[part.name] for part in table.c if part.name not in keys}
    return new.on_conflict_do_update(index_elements=list(keys), set_=changed)
