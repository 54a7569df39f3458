"""`baton digest`: what it prints, and what it exits with."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from bot.cli import main
from core.desk import Desk
from core.domain.draft import Draft
from core.domain.lead import Identity, Profile, Signal, SignalKind
from core.domain.log import Door
from core.services import handoff, watch
from core.services.handoff import Stimulus
from core.services.intake import Sender, capture
from core.services.setup import open_workspace
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, StoppedClock, a_policy
from tests.services.office import RULES


class Terminal:
    """Somebody at a command line, in a workspace that has had a week."""

    def __init__(self, url: str) -> None:
        self.url, self.engine, self.clock = url, make_engine(url), StoppedClock()
        self.desk = Desk(SqlStore(self.engine), self.clock, Names(), lambda: None)
        policy = a_policy(timezone="Europe/Berlin")
        open_workspace(self.desk, team=TEAM, bot_user="U0", policy=policy, definition=RULES)
        self.handoffs = [self.offered(number) for number in range(4)]
        self.accept(self.handoffs[0])
        self.accept(self.handoffs[1])
        self.clock.now = NOW + timedelta(days=7)
        watch.fire_due(self.desk)

    def offered(self, number: int) -> str:
        demo = Signal(f"s{number}", "api", SignalKind.FORM, NOW, None, {"form": "demo"})
        draft = Draft(Identity(f"{number}@acme.example"), Profile(source="fair"), (demo,))
        taken = capture(self.desk, TEAM, draft, sender=Sender("api", Door.API))
        assert taken.handoff is not None
        return taken.handoff.id

    def accept(self, id: str) -> None:
        handoff.accept(self.desk, Stimulus(TEAM, id, "U1", Door.BUTTON, None))

    def undo(self, id: str) -> None:
        handoff.undo(self.desk, Stimulus(TEAM, id, "U1", Door.BUTTON, None), for_ever=True)

    def run(self, *words: str) -> Result:
        """`baton digest WORDS`."""
        return CliRunner().invoke(main, ["digest", *words], env={"DATABASE_URL": self.url})

    @property
    def id(self) -> str:
        with self.desk.read(TEAM) as view:
            [kept] = view.digests(offset=0, limit=9)
        return kept.id


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(str(tmp_path))  # away from any .env
    return Terminal(sqlite_url)


@pytest.mark.parametrize("words", [(), ("--week", "2026-W10"), ("--schedule", "weekly")])
def test_the_digest_that_went_out_is_printed(terminal: Terminal, words: tuple[str, ...]) -> None:
    printed = terminal.run(*words)
    assert printed.exit_code == 0
    assert printed.output.splitlines()[0] == f"2026-W10  ({terminal.id}, schedule weekly)"
    for line in (
        "counted                 2026-03-11 11:30 CET",
        "offered                 4, the period before 0",
        "accepted                2 of 2: too few for a rate",
        "waiting                 2, of which overdue 2",
        "source fair           offered 4, 2 of 2: too few for a rate",
    ):
        assert line in printed.output


def test_a_digest_is_printed_for_programs(terminal: Terminal) -> None:
    tree = json.loads(terminal.run("--json").output)
    assert (tree["id"], tree["schedule"], tree["cadence"]) == (terminal.id, "weekly", "weekly")
    assert tree["from"] == "2026-03-01T23:00:00+00:00"
    assert tree["numbers"]["period"]["acceptance"] == {"part": 2, "whole": 2}


def test_a_period_of_which_none_went_out_is_counted_now(terminal: Terminal) -> None:
    month = terminal.run("--month", "2026-03")
    assert month.output.startswith("2026-03  (counted now, not kept)")
    assert "offered                 4," in month.output
    day = json.loads(terminal.run("--day", "2026-03-04", "--json").output)
    assert (day["id"], day["cadence"], day["numbers"]["period"]["offered"]) == (None, "daily", 4)


def test_digests_are_listed(terminal: Terminal) -> None:
    listed = terminal.run("--list").output
    assert listed == f"{terminal.id}  2026-W10    weekly        2026-03-11 11:30  waits\n"
    assert terminal.run("--list", "--schedule", "daily").output == "No digest has gone out yet.\n"


def test_a_digest_is_beside_the_log_what_it_was(terminal: Terminal) -> None:
    terminal.undo(terminal.handoffs[0])
    terminal.accept(terminal.handoffs[2])
    found = terminal.run("--recompute")
    assert found.exit_code == 0
    assert found.output.splitlines()[0].startswith(f"{terminal.id}: the log says the same as of")
    assert f"  1 decided later: {terminal.handoffs[2]}" in found.output
    assert f"  1 undone: {terminal.handoffs[0]}" in found.output
    tree = json.loads(terminal.run("--recompute", "--json").output)
    assert (tree["differences"], tree["since"]["undone"]) == ([], [terminal.handoffs[0]])


def test_a_digest_that_was_changed_behind_our_back_is_found(terminal: Terminal) -> None:
    with terminal.engine.begin() as connection:
        changed = """UPDATE digest SET numbers = replace(numbers, '"offered": 4', '"offered": 9')"""
        connection.execute(text(changed.replace(":", r"\:")))
    found = terminal.run("--recompute", "--id", terminal.id)
    assert found.exit_code == 1
    assert "period.offered: said 9, the log says 4" in found.output


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("--week", "2026-W99"), "is a day, week or month"),
        (("--week", "2199-W01"), "has not begun"),
        (("--id", "dg_none"), "no such digest has gone out"),
        (("--schedule", "daily"), "no such digest has gone out"),
        (("--week", "2026-W11", "--recompute"), "there is nothing to compare with"),
        (("--week", "last", "--day", "last"), "give one of"),
    ],
)
def test_what_cannot_be_is_said(terminal: Terminal, words: tuple[str, ...], because: str) -> None:
    refused = terminal.run(*words)
    assert refused.exit_code in (1, 2)
    assert because in refused.output + refused.stderr
