"""Statements that are compiled only once: a click is a dozen of them, and somebody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError

Row = Mapping[str, Any]
Processor = Callable[[Any], Any]

_FEW = 8  # rows, up to which it costs more to send them all at once


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one dialect writes it, and how values go in."""

    sql: str
    fixed: Row
    going_in: Mapping[str, Processor]
    positions: Sequence[str] | None

    def parameters(self, row: Row) -> Any:
        """A row as the driver wants it: by position on SQLite, by name on PostgreSQL."""
        if self.positions is not None and not self.fixed:
            going_in = self.going_in
            return [
                going_in[name](row[name]) if name in going_in else row[name]
                for name in self.positions
            ]
        named = {**self.fixed, **row}
        for name, process in self.going_in.items():
            named[name] = process(named[name])
        return named if self.positions is None else [named[name] for name in self.positions]


class Prepared:
    """A statement that is always given the same parameters. It is compiled at its first use."""

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}
        self._coming_out: dict[str, Mapping[int, Processor]] = {}

    def first(self, connection: Connection, row: Row) -> list[Any] | None:
        """The first row that a SELECT finds, or None."""
        form = self._form(connection.dialect, row)
        with _failing_alike(connection):
            cursor = connection.connection.cursor()
            cursor.execute(form.sql, form.parameters(row))
            found = cursor.fetchone()
            processors = self._processors(connection.dialect, cursor) if found else {}
            cursor.close()
        return _processed(found, processors) if found else None

    def every(self, connection: Connection, row: Row) -> list[Sequence[Any]]:
        """All rows that a SELECT finds, their values as the driver has them."""
        form = self._form(connection.dialect, row)
        with _failing_alike(connection):
            cursor = connection.connection.cursor()
            cursor.execute(form.sql, form.parameters(row))
            found: list[Sequence[Any]] = list(cursor.fetchall())
            cursor.close()
        return found

    def change(self, connection: Connection, rows: Sequence[Row]) -> int:
        """Write rows one after the other; how many were found or made."""
        form = self._form(connection.dialect, rows[0])
        changed = 0
        with _failing_alike(connection):
            cursor = connection.connection.cursor()
            if len(rows) > _FEW:
                cursor.executemany(form.sql, list(map(form.parameters, rows)))
                changed = cursor.rowcount
            else:
                for row in rows:
                    cursor.execute(form.sql, form.parameters(row))
                    changed += cursor.rowcount
            cursor.close()
        return changed

    def _processors(self, dialect: Dialect, cursor: Any) -> Mapping[int, Processor]:
        """How values come out. psycopg describes columns slowly: it is asked once."""
        known = self._coming_out.get(dialect.name)
        if known is None:
            known = _coming_out(self._statement, dialect, cursor.description)
            self._coming_out[dialect.name] = known
        return known

    def _form(self, dialect: Dialect, names: Iterable[str]) -> _Form:
        known = self._forms.get(dialect.name)
        if known is None:
            known = self._forms[dialect.name] = _form(self._statement, dialect, list(names))
        return known


def _form(statement: Any, dialect: Dialect, names: list[str]) -> _Form:
    compiled = statement.compile(dialect=dialect, column_keys=names)
    going_in = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in compiled.binds.items()
    }
    return _Form(
        str(compiled),
        {name: value for name, value in compiled.params.items() if name not in names},
        {name: process for name, process in going_in.items() if process},
        compiled.positiontup,
    )


def _coming_out(statement: Any, dialect: Dialect, columns: Any) -> Mapping[int, Processor]:
    processors = {
        place: selected.type.dialect_impl(dialect).result_processor(dialect, column[1])
        for place, (selected, column) in enumerate(
            zip(statement.selected_columns, columns, strict=True)
        )
    }
    return {place: process for place, process in processors.items() if process}


def _processed(found: Sequence[Any], processors: Mapping[int, Processor]) -> list[Any]:
    """What the driver found, in the types of our tables."""
    values = list(found)
    for place, process in processors.items():
        values[place] = process(values[place])
    return values


@dataclass(frozen=True, slots=True)
class Write:
    """Rows for one statement; `must_change` is how many it has to find, or the race is lost."""

    statement: Prepared
    rows: Sequence[Row]
    must_change: int | None = None


def send(connection: Connection, writes: Iterable[Write]) -> bool:
    """Run writes in their order. False, and no further, as soon as a race is lost."""
    return all(
        write.must_change in (None, write.statement.change(connection, write.rows))
        for write in writes
        if write.rows
    )


def batched(changes: Iterable[Sequence[Write]]) -> list[Write]:
    """The writes of many changes, one for each statement; what each change writes first is first.

    Where only some of the writes to a statement must change something, all must: it is one race.
    """
    together: dict[int, dict[int, list[Write]]] = {}
    for writes in changes:
        for place, write in enumerate(writes):
            if write.rows:
                of_place = together.setdefault(place, {})
                of_place.setdefault(id(write.statement), []).append(write)
    return [_merged(same) for place in sorted(together) for same in together[place].values()]


def _merged(writes: Sequence[Write]) -> Write:
    first = writes[0]
    if len(writes) == 1:
        return first
    demands = [write.must_change for write in writes]
    must_change = sum(filter(None, demands)) if None not in demands else None
    return Write(first.statement, [row for write in writes for row in write.rows], must_change)


@contextmanager
def _failing_alike(connection: Connection) -> Iterator[None]:
    """What the driver raises, raised as everything else that runs on this connection does."""
    errors = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        driver: Any = connection.connection.dbapi_connection
        is_lost = connection.dialect.is_disconnect(error, driver, None)
        if is_lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            None,
            None,
            error,
            errors,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=connection.dialect,
        ) from error
