"""What the store does when the database is away, locked, full or wrongly named."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from itertools import count
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from core.errors import Busy, Invalid, Unready
from core.ports import LeadQuery
from storage.engine import LOCK_WAIT_MS, make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, a_capture, a_lead, a_workspace
from tests.postgres import Postgres


def capture(store: SqlStore, id: str = "ld_1") -> bool:
    with store.write(TEAM) as unit:
        unit.found(a_workspace())
        return unit.record(a_capture(a_lead(id)), at=NOW)


def leads(store: SqlStore) -> int:
    with store.read(TEAM) as view:
        return view.count_leads(LeadQuery())


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("mysql://root@localhost/baton", "use sqlite:// or postgresql://"),
        ("baton.db", "not a database URL"),
    ],
)
def test_a_wrong_url_is_refused(url: str, problem: str) -> None:
    with pytest.raises(Unready, match=problem):
        make_engine(url)


def test_the_old_name_of_postgresql_is_understood(postgres_url: str) -> None:
    engine = make_engine(postgres_url.replace("postgresql://", "postgres://"))
    SqlStore(engine).ready()
    engine.dispose()


def test_a_server_that_is_not_there_is_said_so(postgres_url: str) -> None:
    engine = make_engine(postgres_url.replace("baton-pg-", "nobody-"))
    with pytest.raises((Busy, Unready)):
        SqlStore(engine).ready()
    engine.dispose()


def test_a_database_that_is_not_there_is_said_so(postgres: Postgres) -> None:
    engine = make_engine(postgres.url("nobody"))
    with pytest.raises(Unready, match="does not exist"):
        SqlStore(engine).ready()
    engine.dispose()


def test_a_file_locked_by_another_process_is_busy_in_good_time(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    store = SqlStore(engine)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        with pytest.raises(Busy, match="locked"):
            capture(store)
        assert time.monotonic() - started < LOCK_WAIT_MS / 1000 + 0.5
        assert leads(store) == 0
    assert capture(store)
    engine.dispose()


def test_a_row_locked_by_another_process_is_busy_in_good_time(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    store = SqlStore(engine)
    capture(store)
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT 1 FROM chain FOR UPDATE")
        started = time.monotonic()
        with pytest.raises(Busy, match="lock timeout"):
            capture(store, "ld_2")
        assert time.monotonic() - started < LOCK_WAIT_MS / 1000 + 0.5
        assert leads(store) == 1
    assert capture(store, "ld_2")
    engine.dispose()


def test_nobody_notices_that_the_server_has_ended_idle_connections(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    store = SqlStore(engine)
    with store.read(TEAM), store.read(TEAM), store.write(TEAM) as unit:
        unit.found(a_workspace())
    with psycopg.connect(postgres_url) as admin:
        ended = admin.execute(
            "SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert ended == (3,)
    assert capture(store)
    assert leads(store) == 1
    engine.dispose()


def test_a_connection_lost_in_the_middle_keeps_nothing(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    store = SqlStore(engine)

    def interrupted() -> None:
        with store.write(TEAM) as unit:
            unit.found(a_workspace())
            with psycopg.connect(postgres_url) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            unit.record(a_capture(), at=NOW)

    with pytest.raises(Busy):
        interrupted()
    assert store.workspaces() == []
    assert capture(store)
    engine.dispose()


def test_a_full_disk_takes_nothing_in_and_heals_by_itself(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    store = SqlStore(engine)
    capture(store)
    full = True

    def shrink(connection: Any, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0] if full else 10**6
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "checkout", shrink)
    with pytest.raises(Busy, match="full"):
        all(capture(store, f"ld_{number}") for number in count(2))
    kept = leads(store)
    assert kept > 0
    full = False
    assert capture(store, "ld_more")
    assert leads(store) == kept + 1
    engine.dispose()


def test_a_text_that_no_column_takes_is_invalid(postgres_url: str) -> None:
    engine = make_engine(postgres_url)

    def look_for_nothing() -> None:
        with SqlStore(engine).read(TEAM) as view:
            view.lead("ld\0")

    with pytest.raises(Invalid):
        look_for_nothing()
    engine.dispose()


def test_when_every_connection_is_in_use_it_is_busy(database_url: str) -> None:
    engine = make_engine(database_url, pool_size=1)
    store = SqlStore(engine)
    with store.read(TEAM), pytest.raises(Busy, match="every connection"):
        leads(store)
    engine.dispose()
