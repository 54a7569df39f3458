"""`baton definition backtest` from the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from core.domain.definition import default
from storage.engine import make_engine
from storage.store import SqlStore
from tests.services.company import Company


@dataclass(frozen=True)
class Terminal:
    """A terminal over the database of a company that has lived for some months."""

    url: str
    company: Company
    folder: Path

    def run(self, *words: str | Path) -> Result:
        runner = CliRunner(env={"DATABASE_URL": self.url, "COLUMNS": "100"})
        return runner.invoke(main, ["definition", "backtest", *map(str, words)])

    def draft(self, *changes: tuple[str, str]) -> Path:
        text = default()
        for before, after in changes:
            assert before in text
            text = text.replace(before, after)
        file = self.folder / "draft.toml"
        file.write_text(text, encoding="utf-8")
        return file


@pytest.fixture
def terminal(database_url: str, tmp_path: Path) -> Iterator[Terminal]:
    engine = make_engine(database_url)
    company = Company(SqlStore(engine))
    company.live(3, moments=120)
    yield Terminal(database_url, company, tmp_path)
    engine.dispose()


def parsed(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    tree: dict[str, Any] = json.loads(result.stdout)
    return tree


def test_both_definitions_stand_side_by_side(terminal: Terminal) -> None:
    stricter = terminal.draft(("{ hot = true }", '{ band = "hot" }'), ("hot = 70", "hot = 90"))
    result = terminal.run(stricter)
    assert result.exit_code == 0, result.output
    for words in (
        "v2 ddddddd",
        "draft.toml",
        "carry a label",
        "No verdict",
        "the most it decided in one week so far",
        "If draft.toml passed leads on by points alone",
        "engagement.demo",
        "Only v2 ddddddd passes on",
        "Never fired: fit.free-mail, engagement.email-click",
    ):
        assert words in result.output
    assert max(len(line) for line in result.output.splitlines()) <= 100


def test_the_same_as_json(terminal: Terminal) -> None:
    tree = parsed(terminal.run(terminal.draft(("hot = 70", "hot = 90")), "--json"))
    assert tree["verdict"] == "too_few"
    assert tree["before"]["label"] == "v2 ddddddd"
    assert tree["evidence"]["passed_on"] == len(terminal.company.handoffs())
    accepted = tree["before"]["accepted"]
    assert accepted["rate"] == pytest.approx(accepted["part"] / accepted["whole"])
    assert 0 <= accepted["low"] <= accepted["rate"] <= accepted["high"] <= 1
    assert tree["after"]["never_fired"] == ["fit.free-mail", "engagement.email-click"]


def test_versions_can_be_compared(terminal: Terminal) -> None:
    tree = parsed(terminal.run("v1", "--against", "v2", "--json", "--capacity", "3"))
    assert tree["after"]["label"].startswith("v1 ")
    assert (tree["capacity"], tree["capacity_is_given"]) == (3, True)
    assert tree["after"]["qualified"] != tree["before"]["qualified"]


def test_only_since_a_day(terminal: Terminal) -> None:
    everything = parsed(terminal.run("active", "--json"))
    latest = terminal.company.handoffs()[-1].opened_at.date().isoformat()
    found = parsed(terminal.run("active", "--json", "--since", latest))
    assert found["period"]["start"] == f"{latest}T00:00:00+00:00"
    assert 0 < found["evidence"]["passed_on"] < everything["evidence"]["passed_on"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("active", "--since", "soon"), "--since: 'soon' is no day such as 2025-04-30"),
        (("active", "--since", "2999-01-01"), "lies in the future"),
        (("active", "--capacity", "0"), "at least 1"),
        (("v9",), "no version v9"),
        (("nothing.toml",), "no file nothing.toml"),
    ],
)
def test_what_cannot_be_asked_is_said(terminal: Terminal, words: tuple[str], said: str) -> None:
    result = terminal.run(*words)
    assert result.exit_code == 1
    assert said in result.output
