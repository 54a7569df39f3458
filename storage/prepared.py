"""Statements compiled once and sent together: a click is a dozen of them, and somebody waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one dialect writes it, and how its parameters are handed over."""

    sql: str
    fixed: Row
    processors: Mapping[str, Callable[[Any], Any]]
    positions: Sequence[str] | None

    def parameters(self, row: Row) -> Any:
        """A row as the driver wants it: by position on SQLite, by name on PostgreSQL."""
        named = {**self.fixed, **row}
        for name, process in self.processors.items():
            named[name] = process(named[name])
        return named if self.positions is None else [named[name] for name in self.positions]


class Prepared:
    """A statement that is always given the same parameters. It is compiled at its first use."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._forms: dict[str, _Form] = {}

    def form(self, dialect: Dialect, names: Iterable[str]) -> _Form:
        """The statement as this dialect writes it."""
        known = self._forms.get(dialect.name)
        if known is None:
            known = self._forms[dialect.name] = self._compiled(dialect, list(names))
        return known

    def _compiled(self, dialect: Dialect, names: list[str]) -> _Form:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=names)
        processors = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        return _Form(
            str(compiled),
            {name: value for name, value in compiled.params.items() if name not in names},
            {name: process for name, process in processors.items() if process is not None},
            compiled.positiontup,
        )

    def first(self, connection: Connection, row: Row) -> Sequence[Any] | None:
        """The first row of the answer, as the driver gives it."""
        form = self.form(connection.dialect, row)
        with failing_as(connection):
            cursor = connection.connection.cursor()
            cursor.execute(form.sql, form.parameters(row))
            found: Sequence[Any] | None = cursor.fetchone()
            cursor.close()
            return found


@dataclass(frozen=True, slots=True)
class Write:
    """Rows for one statement; `must_change` is how many it has to find, or the race is lost."""

    statement: Prepared
    rows: Sequence[Row]
    must_change: int | None = None


def send(connection: Connection, writes: Sequence[Write]) -> bool:
    """Run writes in their order, in one round trip where the driver can. False: a race is lost."""
    wanted = [write for write in writes if write.rows]
    with failing_as(connection):
        if connection.dialect.name == "sqlite":
            return all(_run(connection, write) for write in wanted)
        return _run_together(connection, wanted)


def _run(connection: Connection, write: Write) -> bool:
    form = write.statement.form(connection.dialect, write.rows[0])
    cursor = connection.connection.cursor()
    cursor.executemany(form.sql, [form.parameters(row) for row in write.rows])
    changed = cursor.rowcount
    cursor.close()
    return write.must_change in (None, changed)


def _run_together(connection: Connection, writes: Sequence[Write]) -> bool:
    driver: Any = connection.connection.driver_connection
    sent: list[tuple[Write, list[Any]]] = []
    with driver.pipeline():
        for write in writes:
            form = write.statement.form(connection.dialect, write.rows[0])
            cursors = [driver.execute(form.sql, form.parameters(row)) for row in write.rows]
            sent.append((write, cursors))
    return all(
        write.must_change in (None, sum(cursor.rowcount for cursor in cursors))
        for write, cursors in sent
    )


@contextmanager
def failing_as(connection: Connection) -> Iterator[None]:
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
