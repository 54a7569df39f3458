"""Sweeping: old rows of a table go in small batches, and two sweepers take different ones."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Delete, Table, bindparam, delete, select, tuple_


def forgetting(table: Table, age: ColumnElement[Any], *conditions: ColumnElement[bool]) -> Delete:
    """Delete at most `most` rows whose `age` lies before `before`, the oldest first."""
    key = tuple(table.primary_key.columns)
    oldest = (
        select(*key)
        .where(age < bindparam("before"), *conditions)
        .order_by(age)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )
    return delete(table).where(tuple_(*key).in_(oldest))
