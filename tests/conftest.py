"""The databases of the tests: built once by the migrations, copied for every test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ports import Store
from storage.engine import make_engine
from storage.schema import migrate
from storage.store import SqlStore
from tests.builders import TEAM, a_workspace
from tests.memory import MemoryStore
from tests.postgres import Postgres, postgres

__all__ = ["postgres"]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "baton.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test's own."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'baton.db')}"


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A migrated PostgreSQL database of this test's own."""
    url = postgres.fresh_database(migrate)
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database, of each sort in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def sql_store(database_url: str) -> Iterator[SqlStore]:
    """A store over each sort of database in turn."""
    engine = make_engine(database_url)
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A store of each sort in turn, with the workspace of the builders."""
    if request.param == "memory":
        opened: Store = MemoryStore()
        yield _founded(opened)
        return
    engine = make_engine(str(request.getfixturevalue(f"{request.param}_url")))
    yield _founded(SqlStore(engine))
    engine.dispose()


def _founded(store: Store) -> Store:
    with store.write(TEAM) as unit:
        unit.found(a_workspace())
    return store
