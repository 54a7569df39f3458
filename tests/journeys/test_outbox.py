"""`baton outbox`: what the person in charge sees and can do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from core.domain.intents import IntentKind, about
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, a_workspace


@pytest.fixture
def store(sqlite_url: str) -> SqlStore:
    """A store with one message that is parked, one that is dead and one that waits."""
    store = SqlStore(make_engine(sqlite_url))
    with store.write(TEAM) as unit:
        unit.found(a_workspace())
        for number in (1, 2, 3):
            unit.enqueue(about(f"ho_{number}", IntentKind.CARD), at=NOW)
    first, second = store.outbox.claim(now=NOW, lease=timedelta(minutes=1), limit=2)
    store.outbox.park(first, problem="is_archived")
    store.outbox.park(second, problem="500", dead=True)
    return store


@pytest.fixture
def outbox(
    store: SqlStore, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Outbox:
    """The command, on that database."""
    monkeypatch.chdir(tmp_path)
    return Outbox(sqlite_url)


class Outbox:
    """Runs the command."""

    def __init__(self, url: str) -> None:
        self._env = {"DATABASE_URL": url}

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["outbox", *arguments], env=self._env)


def test_it_lists_what_is_set_aside_first_and_why(outbox: Outbox) -> None:
    lines = outbox().output.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["1", "parked", "card", "ho_1"],
        ["2", "dead", "card", "ho_2"],
        ["3", "queued", "card", "ho_3"],
    ]
    assert lines[0].endswith("is_archived")


def test_one_is_tried_again(outbox: Outbox, store: SqlStore) -> None:
    assert outbox("--retry", "2").output == "1 will be tried again.\n"
    assert store.outbox.state().counts == {"parked": 1, "queued": 2}


def test_all_are_tried_again_and_a_shut_workspace_opens(outbox: Outbox, store: SqlStore) -> None:
    store.outbox.shut(TEAM, problem="token_revoked")
    assert outbox().output.startswith(f"{TEAM} is shut: token_revoked\n")
    assert outbox("--retry", "all").output == "2 will be tried again.\n"
    assert store.outbox.state().counts == {"queued": 3}


def test_one_is_forgotten(outbox: Outbox, store: SqlStore) -> None:
    assert outbox("--drop", "1").output == "Forgotten.\n"
    assert store.outbox.state().counts == {"dead": 1, "queued": 1}


@pytest.mark.parametrize("option", ["--retry", "--drop"])
def test_what_is_not_set_aside_is_left_alone(outbox: Outbox, option: str) -> None:
    refused = outbox(option, "3")
    assert refused.exit_code == 1
    assert "nothing that is set aside has the id 3" in refused.output


def test_nonsense_is_refused(outbox: Outbox) -> None:
    assert outbox("--retry", "everything").exit_code == 2
