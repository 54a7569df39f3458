"""The command line of the agreement: what it refuses and what it tells; nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.settings import Settings
from core.domain.definition import default
from core.domain.log import Door
from core.domain.roles import Role, Team
from core.domain.versions import State
from core.errors import Unready
from core.services import agreement
from core.services.agreement import Signing
from core.services.setup import open_workspace
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, Names, StoppedClock, a_policy

STRICTER = default().replace("hot = 70", "hot = 75")


class Terminal:
    """Somebody at a command line, with a database of their own."""

    def __init__(self, url: str, room: Path) -> None:
        from core.desk import Desk

        self.url, self.room = url, room
        self.engine = make_engine(url)
        self.desk = Desk(SqlStore(self.engine), StoppedClock(), Names(), lambda: None)

    def file(self, text: str = STRICTER) -> str:
        path = self.room / "stricter.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run(self, *words: str) -> Result:
        """`baton definition WORDS`."""
        return CliRunner().invoke(main, ["definition", *words], env={"DATABASE_URL": self.url})

    def states(self) -> list[State]:
        with self.desk.read(TEAM) as view:
            return [version.state for version in view.versions()]

    def sign(self, number: int) -> None:
        for team, by, channel in (
            (Team.SALES, "U01", "C0SALES"),
            (Team.MARKETING, "U02", "C0MARKETING"),
        ):
            signing = Signing(TEAM, number, (team,), by, Door.BUTTON, channel)
            agreement.approve(self.desk, signing)


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    opened = Terminal(sqlite_url, tmp_path)
    open_workspace(
        opened.desk, team=TEAM, bot_user="U0BATON", policy=a_policy(), definition=default()
    )
    return opened


def test_a_proposal_is_tried_on_the_past_and_told_with_what_it_changes(terminal: Terminal) -> None:
    said = terminal.run("propose", terminal.file(), "--by", "U02", "--comment", "too warm")
    assert said.exit_code == 0, said.output
    assert "v2 " in said.output
    assert "75" in said.output
    with terminal.desk.read(TEAM) as view:
        version = view.version(2)
    assert version
    assert version.measured
    assert (version.proposed_by, version.based_on) == ("U02", 1)


def test_one_that_is_not_to_be_tried_is_not(terminal: Terminal) -> None:
    assert terminal.run("propose", terminal.file(), "--untried").exit_code == 0
    with terminal.desk.read(TEAM) as view:
        version = view.version(2)
    assert version
    assert version.measured is None


def test_a_base_that_is_older_than_what_is_in_force_is_kept(terminal: Terminal) -> None:
    terminal.run("propose", terminal.file(), "--untried")
    terminal.sign(2)
    text = STRICTER.replace("warm = 40", "warm = 45")
    said = terminal.run("propose", terminal.file(text), "--untried", "--base", "v1")
    assert said.exit_code == 0, said.output
    with terminal.desk.read(TEAM) as view:
        version = view.version(3)
    assert version
    assert version.based_on == 1
    assert "written from v1" in terminal.run("history").output


@pytest.mark.parametrize(
    ("text", "words", "problem"),
    [
        (default(), (), "is in force already, and says the same"),
        ("schema = 1", (), "is missing"),
        ("schema = ", (), "TOML"),
        (STRICTER, ("--by", "mina"), "no Slack user id"),
        (STRICTER, ("--base", "latest"), "no version such as"),
        (STRICTER, ("--base", "v7"), "there is no version 7"),
        (STRICTER, ("--comment", "x" * 2001), "longer than 2000 characters"),
        (STRICTER, ("--since", "soon"), "--since: 'soon' is no day"),
        (STRICTER, ("--capacity", "0"), "at least 1"),
    ],
)
def test_what_cannot_be_proposed_is_refused_in_a_line_and_nothing_is_kept(
    terminal: Terminal, text: str, words: tuple[str, ...], problem: str
) -> None:
    said = terminal.run("propose", terminal.file(text), *words)
    assert said.exit_code == 1
    assert said.output.startswith("baton: ")
    assert problem in said.output
    assert terminal.states() == [State.ACTIVE]


def test_the_same_twice_is_refused_by_the_name_of_the_first(terminal: Terminal) -> None:
    terminal.run("propose", terminal.file(), "--untried")
    said = terminal.run("propose", terminal.file(), "--by", "U03")
    assert said.exit_code == 1
    assert "says the same, and waits to be signed" in said.output


def test_the_history_says_who_signed_and_when(terminal: Terminal) -> None:
    terminal.run("propose", terminal.file(), "--by", "U02", "--comment", "too warm")
    terminal.sign(2)
    said = terminal.run("history").output
    assert said.index("v2 ") < said.index("v1 "), "the latest first"
    assert "signed for sales by U01" in said
    assert "came with Baton; nobody signed it" in said
    steps = terminal.run("history", "2").output
    assert "propose" in steps
    assert "too warm" in steps
    assert terminal.run("history", "v9").exit_code == 1


def test_a_proposal_is_withdrawn_by_whoever_may(terminal: Terminal) -> None:
    terminal.run("propose", terminal.file(), "--by", "U02")
    refused = terminal.run("withdraw", "v2", "--by", "U03")
    assert refused.exit_code == 1
    assert terminal.states()[-1] is State.PROPOSED
    assert terminal.run("withdraw", "v2", "--by", "U02").exit_code == 0
    assert terminal.states()[-1] is State.WITHDRAWN
    again = terminal.run("withdraw", "2")
    assert again.exit_code == 1
    assert "waits for nobody" in again.output


# Who is of which team


def settings(**said: str) -> Settings:
    return Settings.model_validate({"BATON_SALES_CHANNEL": "C0SALES", **said})


def test_the_settings_say_who_has_which_role() -> None:
    given = settings(BATON_REPS="U01, U02", BATON_MARKETERS="U03", BATON_ADMINS="W04")
    assert given.first_policy().people == {
        Role.REP: frozenset({"U01", "U02"}),
        Role.MARKETER: frozenset({"U03"}),
        Role.ADMIN: frozenset({"W04"}),
    }


def test_without_settings_nobody_has_a_role() -> None:
    assert settings().first_policy().people == {}


@pytest.mark.parametrize("people", ["bob", "@U01", "U01;U02", "C01ABC"])
def test_what_is_no_user_is_refused(people: str) -> None:
    from pydantic import ValidationError

    with pytest.raises((ValidationError, Unready), match="Slack user ids"):
        settings(BATON_REPS=people)
