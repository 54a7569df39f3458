"""The command line of the settings: what it changes, refuses and tells; nothing is half done."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.settings import Settings
from core.desk import Desk
from core.domain.definition import default
from core.domain.lead import Temperature
from core.domain.policy import Policy
from core.domain.roles import Role
from core.domain.settings import Setting
from core.services.setup import open_workspace
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, Names, StoppedClock, a_policy

ROOT = Path(__file__).parents[2]


class Terminal:
    """Somebody at a command line, with a database of their own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.desk = Desk(SqlStore(make_engine(url)), StoppedClock(), Names(), lambda: None)

    def run(self, *words: str) -> Result:
        """`baton settings WORDS`."""
        return CliRunner().invoke(main, ["settings", *words], env={"DATABASE_URL": self.url})

    def verify(self) -> Result:
        return CliRunner().invoke(main, ["verify"], env={"DATABASE_URL": self.url})

    @property
    def policy(self) -> Policy:
        with self.desk.read(TEAM) as view:
            return view.workspace().policy


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    opened = Terminal(sqlite_url)
    open_workspace(
        opened.desk, team=TEAM, bot_user="U0BATON", policy=a_policy(), definition=default()
    )
    return opened


def test_settings_are_typed_as_people_write_them(terminal: Terminal) -> None:
    said = terminal.run(
        "set",
        "respond_within=hot=30min,warm=2h",
        "undo_within=5 min",
        "reps=U01,S02",
        "managers=U03",
        "holidays=jp,DE-BY",
        "hours=08:30-17:00",
        "timezone=Asia/Tokyo",
        "confirms_by_call=yes",
        "returns_untouched_after=never",
        "locale=ja",
    )
    assert said.exit_code == 0, said.output
    policy = terminal.policy
    assert policy.respond_within[Temperature.HOT] == timedelta(minutes=30)
    assert policy.respond_within[Temperature.WARM] == timedelta(hours=2)
    assert policy.people == {Role.REP: {"U01", "S02"}, Role.MANAGER: {"U03"}}
    assert (policy.hours.start, policy.hours.holidays) == (time(8, 30), ("JP", "DE-BY"))
    assert policy.confirms_by_call
    assert policy.returns_untouched_after is None
    assert terminal.verify().exit_code == 0


@pytest.mark.parametrize("setting", [each for each in Setting if each is not Setting.GROUPS])
def test_what_is_shown_can_be_set(terminal: Terminal, setting: Setting) -> None:
    shown = terminal.run("show", setting.value).output.strip()
    said = terminal.run("set", f"{setting.value}={shown}")
    assert said.output == "That is how it was.\n"


def test_everything_is_shown(terminal: Terminal) -> None:
    shown = terminal.run("show").output
    assert [line.split()[0] for line in shown.splitlines()] == [each.value for each in Setting]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["timezone=Mars"], "timezone: 'Mars' is not an IANA time zone"),
        (["undo_within=soon"], "undo_within"),
        (["respond_within=hot=soon"], "respond_within.hot"),
        (["undo_within=0min"], "shorter than a minute"),
        (["holidays=XX"], "no known holidays"),
        (["reps=bob"], "is no id of a person"),
        (["sales_channel=#leads"], "is no channel id"),
        (["hours=18:00-09:00"], "would leave nobody any working time"),
        (["confirms_by_call=perhaps"], "confirms_by_call"),
        (
            ['routing={"rules":[],"otherwise":{"mode":"weighted","seats":[]}}'],
            "names nobody to ask",
        ),
        (["reasons=[{}]"], "reasons"),
        (["digests=1"], "digests"),
        (["groups={}"], "nobody sets it"),
        (["locales=ja"], "did you mean locale"),
        (["locale"], "is not NAME=VALUE"),
        (["locale=ja", "locale=en"], "named twice"),
        (["locale=ja", "--by", "bob"], "is no Slack user id"),
        (["locale=ja", "timezone=Mars"], "Nothing was changed"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(
    terminal: Terminal, words: list[str], complaint: str
) -> None:
    said = terminal.run("set", *words)
    assert said.exit_code == 1
    assert complaint in said.output
    assert terminal.policy == a_policy()


def test_the_log_says_who_changed_what_and_why(terminal: Terminal) -> None:
    terminal.run("set", "locale=ja", "--by", "U012ABCDEF", "--comment", "we moved")
    terminal.run("set", "undo_within=5min")
    said = terminal.run("log").output
    assert "locale by U012ABCDEF (terminal)" in said
    assert '"en" -> "ja"' in said
    assert "we moved" in said
    assert "undo_within by terminal (terminal)" in said
    assert "undo_within" not in terminal.run("log", "locale").output


def test_every_setting_is_explained() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [each.value for each in Setting if f"`{each.value}`" not in page] == []


def settings(**said: str) -> Settings:
    return Settings.model_validate({"BATON_SALES_CHANNEL": "C0SALES", **said})


def test_inside_sales_and_groups_can_be_there_from_the_first_start() -> None:
    people = settings(BATON_INSIDE_SALES="U07", BATON_REPS="S02,U01").first_policy().people
    assert people == {Role.INSIDE_SALES: {"U07"}, Role.REP: {"S02", "U01"}}


def test_the_terminal_asks_for_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["settings", "show"], env={"DATABASE_URL": "sqlite:///no.db"})
    assert said.exit_code == 1
    assert "baton migrate" in said.output
