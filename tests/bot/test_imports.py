"""Imports from the terminal: shown first, good rows in, bad ones told, and never done twice."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from core.desk import Desk
from core.domain.definition import default
from core.domain.lead import Identity, Lead
from core.domain.log import faults
from core.domain.stages import Stage
from core.ports import LeadQuery
from core.services import setup
from storage.store import SqlStore
from tests.bot.importer import SIZE
from tests.builders import NOW, TEAM, Names, a_policy

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@dataclass(frozen=True)
class Desktop:
    """A terminal over a database in which a workspace in Tokyo was set up."""

    url: str
    folder: Path
    store: SqlStore

    def file(self, content: str | bytes, name: str = "some.csv") -> Path:
        file = self.folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def run(self, *words: str | Path) -> Result:
        runner = CliRunner(env={"DATABASE_URL": self.url, "COLUMNS": "200"})
        return runner.invoke(main, [str(word) for word in words])

    def leads(self) -> dict[str | None, Lead]:
        with self.store.read(TEAM) as view:
            return {
                lead.identity.email: lead
                for lead in view.leads(LeadQuery(), offset=0, limit=10_000)
            }

    def log_holds(self) -> bool:
        with self.store.read(TEAM) as view:
            return not list(faults(view.chain(), view.stages(), end=view.chain_end()))


@pytest.fixture
def desktop(database_url: str, sql_store: SqlStore, tmp_path: Path) -> Desktop:
    desk = Desk(sql_store, lambda: NOW, Names(), lambda: None)
    policy = a_policy(timezone="Asia/Tokyo")
    setup.open_workspace(desk, team=TEAM, bot_user="U0BATON", policy=policy, definition=default())
    return Desktop(database_url, tmp_path, sql_store)


@pytest.mark.parametrize("name", ["leads.csv", "leads.cp932.csv"])
def test_the_examples_come_in_whole_and_only_once(desktop: Desktop, name: str) -> None:
    first = desktop.run("leads", "import", EXAMPLES / name)
    second = desktop.run("leads", "import", EXAMPLES / name)

    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert "5 new leads" in first.output
    assert "4 past handoffs" in first.output
    assert "5 already there" in second.output
    stages = sorted(lead.stage for lead in desktop.leads().values())
    assert stages == sorted([Stage.SAL, Stage.NURTURING, Stage.NURTURING, Stage.MQL, Stage.NEW])
    assert desktop.log_holds()


def test_the_plan_is_shown_before_anything_is_kept(desktop: Desktop) -> None:
    shown = desktop.run("leads", "import", EXAMPLES / "leads.cp932.csv", "--dry-run")

    assert shown.exit_code == 0
    assert "Shift_JIS" in shown.output
    assert "Asia/Tokyo" in shown.output
    assert "会社名" in shown.output
    assert "attribute employees" in shown.output
    assert "Would be: 5 new leads" in shown.output
    assert desktop.leads() == {}


def test_bad_rows_are_told_and_the_good_ones_are_in(desktop: Desktop) -> None:
    file = desktop.file(
        "Email,Name,MQL date,Accepted at\n"
        "a@x.example,Ann,2025-06-02,2025-06-03\n"
        "nobody,Bob,,\n"
        'c@x.example,"Cleo,,\n'
        "d@x.example,Dan,2025-06-02,2025-06-01\n"
        "e@x.example,Eve,soon,\n"
        "f@x.example,=cmd(),2099-01-01,\n"
        "g@x.example,Gus\n"
        "h@x.example,Hal,,\n"
    )
    told = desktop.folder / "report.csv"

    result = desktop.run("leads", "import", file, "--report", told)

    assert result.exit_code == 2, result.output
    assert set(desktop.leads()) == {"a@x.example", "h@x.example"}
    lines = list(csv.reader(told.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0] == ["line", "column", "value", "problem"]
    assert [line[0] for line in lines[1:]] == ["3", "4", "5", "6", "7", "8"]
    assert lines[1][1:3] == ["Email", "nobody"]
    assert "never closes" in lines[2][3]
    assert "before mql_at" in lines[3][3]
    assert "2026-11-23" in lines[4][3]
    assert "future" in lines[5][3]
    assert "has 2 cells" in lines[6][3]
    assert "line 3: Email 'nobody' is not an e-mail address" in result.output


def test_a_report_holds_no_formula(desktop: Desktop) -> None:
    file = desktop.file("Email\n=HYPERLINK(1)\n+1\n@x\n\u202e-2\n")
    told = desktop.folder / "report.csv"

    desktop.run("leads", "import", file, "--report", told)

    rows = list(csv.reader(told.read_text(encoding="utf-8-sig").splitlines()))[1:]
    assert [row[2] for row in rows] == ["'=HYPERLINK(1)", "'+1", "'@x", "'-2"]


@pytest.mark.parametrize(
    ("content", "words", "problem"),
    [
        ("", (), "is empty"),
        ("Name,Company\nJane,Acme\n", (), "no column says who it is"),
        ("Email,Created\na@x.example,01/02/2026\n", (), "--date-order"),
        ("Email\na@x.example\n", ("--map", "Mail=email"), "no column is called 'Mail'"),
        ("Email\na@x.example\n", ("--map", "Email=emial"), "did you mean 'email'"),
        ("Email\na@x.example\n", ("--map", "nonsense"), "Header=field"),
        ("Email\na@x.example\n", ("--zone", "Mars/Olympus"), "no time zone"),
        ("Email\na@x.example\n", ("--encoding", "klingon"), "no encoding"),
        ("Email\na@x.example\n", ("--report", "/nowhere/at/all.csv"), "cannot be written"),
        (b"PK\x03\x04...", (), "Excel workbook"),
        ("Email\nnobody\n", (), "is not an e-mail address"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_done(
    desktop: Desktop, content: str | bytes, words: Sequence[str], problem: str
) -> None:
    result = desktop.run("leads", "import", desktop.file(content), *words)

    assert result.exit_code == 1
    assert problem in result.output
    assert desktop.leads() == {}


def test_a_missing_file_a_directory_and_a_wrong_option_exit_with_1(desktop: Desktop) -> None:
    for words in (["none.csv"], [str(desktop.folder)], [], ["x.csv", "--no-such-option"]):
        assert desktop.run("leads", "import", *words).exit_code == 1


def test_the_order_of_day_and_month_can_be_said(desktop: Desktop) -> None:
    file = desktop.file("Email,Created\na@x.example,01/02/2025\n")

    assert desktop.run("leads", "import", file, "--date-order", "mdy").exit_code == 0

    assert desktop.leads()["a@x.example"].created_at.isoformat() == "2025-01-01T15:00:00+00:00"


def test_signals_come_in_after_their_leads(desktop: Desktop) -> None:
    leads = desktop.file("Email\na@x.example\n", "leads.csv")
    did = desktop.file(
        "Email;Event;Timestamp;URL;Form\n"
        "a@x.example;page view;2025-11-23 10:00;https://acme.example/pricing?x=1;\n"
        "a@x.example;form submit;23.11.2025 10:05;;demo\n"
        "a@x.example;Booth visit;2025-11-23 11:00;;\n"
        "a@x.example;download;2025-11-23 11:00;;\n"
        "b@x.example;page;2025-11-23 11:00;/;\n",
        "signals.csv",
    )
    desktop.run("leads", "import", leads)

    first = desktop.run("signals", "import", did)
    again = desktop.run("signals", "import", did)

    assert first.exit_code == again.exit_code == 2
    assert "3 signals" in first.output
    assert "document" in first.output
    assert "--create" in first.output
    assert "3 already there" in again.output
    with desktop.store.read(TEAM) as view:
        lead = view.lead_known_by(Identity("a@x.example"))
        assert lead is not None
        signals = view.signals(lead.id)
    told = [(signal.kind.value, dict(signal.properties)) for signal in signals]
    assert told == [
        ("page", {"path": "/pricing"}),
        ("form", {"form": "demo"}),
        ("custom", {"name": "Booth visit"}),
    ]
    assert lead.version == 2  # scored once, when all of it was there


# Killed at every moment


def _history(people: int) -> str:
    rows = ["Email,Name,MQL date,Accepted at,Rejected at,Reason"]
    for n in range(people):
        decided = ",2025-06-03,no_need" if n % 2 else "2025-06-03,,"
        rows.append(f"p{n}@x.example,Person {n},2025-06-02,{decided}")
    rows += [f"p{n}@x.example,Person {n} again,,,," for n in range(0, people, 3)]
    return "\n".join(rows) + "\n"


def _import(url: str, file: Path, number: int, when: str, *more: str) -> int:
    words = [sys.executable, "-m", "tests.bot.importer", url, str(file), str(number), when, *more]
    return subprocess.run(words, cwd=ROOT, env={**os.environ}, check=False).returncode


def _kept(desktop: Desktop) -> list[tuple[object, ...]]:
    """All there is to say of each lead but its id and how often it was touched."""
    with desktop.store.read(TEAM) as view:
        return sorted(
            (
                str(lead.identity.email),
                str(lead.profile.name),
                lead.stage.value,
                lead.score or 0.0,
                len(view.handoffs_back_from([lead.handoff_id] if lead.handoff_id else [])),
                tuple(record.entry.verb.value for record in view.records(lead.id)),
                tuple(record.entry.occurred_at for record in view.records(lead.id)),
            )
            for lead in view.leads(LeadQuery(), offset=0, limit=10_000)
        )


def test_killed_at_every_commit_and_done_again_it_is_as_if_nothing_had_happened(
    desktop: Desktop,
) -> None:
    people = 3 * SIZE - 1
    file = desktop.file(_history(people))
    batches = -(-(people + -(-people // 3)) // SIZE)

    for number in range(1, batches + 1):
        for when in ("before", "after"):
            assert _import(desktop.url, file, number, when) == -signal.SIGKILL
            assert desktop.log_holds()
    assert _import(desktop.url, file, 0, "after") == 0

    kept = _kept(desktop)
    assert [row[0] for row in kept] == sorted(f"p{n}@x.example" for n in range(people))
    assert all(row[4] == 1 for row in kept)
    assert all(len(row[5]) == 3 for row in kept)  # type: ignore[arg-type]
    assert all(str(row[1]).endswith("again") == (int(str(row[0])[1:-10]) % 3 == 0) for row in kept)
    assert desktop.log_holds()


def test_the_naive_import_doubles_what_it_had_kept_when_it_was_killed(desktop: Desktop) -> None:
    file = desktop.file(_history(2 * SIZE))

    assert _import(desktop.url, file, 2, "after", "naive") == -signal.SIGKILL
    assert _import(desktop.url, file, 0, "after", "naive") == 0

    with desktop.store.read(TEAM) as view:
        assert view.count_leads(LeadQuery(text="Person 0")) > 2
