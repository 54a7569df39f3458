"""An office for each test of Slack's doors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.engine import make_engine
from storage.store import SqlStore
from tests.slack.office import Office, an_office
from tests.web.site import Door, served


@pytest.fixture(scope="session")
def entrance() -> Iterator[tuple[Door, int]]:
    """A server for all offices, and its port."""
    door = Door()
    with served(door) as port:
        yield door, port


@pytest.fixture
def office(entrance: tuple[Door, int], sqlite_url: str) -> Iterator[Office]:
    """An office that keeps everything in a file."""
    engine = make_engine(sqlite_url)
    with an_office(entrance, SqlStore(engine)) as office:
        yield office
    engine.dispose()
