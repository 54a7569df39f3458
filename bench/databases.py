"""The databases that are measured: one for Baton and one for its floor, on the same disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.floors import Raw, RawPostgres, RawSqlite
from tests.postgres import running

NAMES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Database:
    """`url` is an empty database for Baton, `raw` another one beside it."""

    name: str
    url: str
    raw: Raw


@contextmanager
def fresh(names: Sequence[str]) -> Iterator[Sequence[Database]]:
    """New databases, as durable as in production, gone afterwards."""
    with ExitStack() as stack:
        databases = []
        if "sqlite" in names:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="baton-bench-"))
            raw = RawSqlite(Path(folder))
            databases.append(Database("sqlite", f"sqlite:///{folder}/baton.db", raw))
        if "postgresql" in names:
            server = stack.enter_context(running(durable=True))
            own, other = server.fresh_database(), server.fresh_database()
            databases.append(Database("postgresql", own, RawPostgres(other)))
        yield databases
