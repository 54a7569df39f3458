"""A site for each test of the web."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.engine import make_engine
from storage.store import SqlStore
from tests.web.site import Door, Site, served, site_behind


@pytest.fixture
def store(sqlite_url: str) -> Iterator[SqlStore]:
    """A store in a file."""
    engine = make_engine(sqlite_url)
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def door() -> Iterator[tuple[Door, int]]:
    """A server for all sites, and its port."""
    door = Door()
    with served(door) as port:
        yield door, port


@pytest.fixture
def site(door: tuple[Door, int], store: SqlStore) -> Iterator[Site]:
    """A site over a file."""
    with site_behind(*door, store) as site:
        yield site
