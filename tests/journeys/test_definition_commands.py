"""`baton definition`: what a marketer asks of the rules, and what the terminal answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from core.domain.definition import default
from core.domain.language import schema
from core.domain.lead import SignalKind
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import (
    NOW,
    TEAM,
    a_capture,
    a_lead,
    a_signal,
    a_workspace,
    an_offer,
    put_in_force,
)
from tests.storage.keeping import record, rejected

CHANGED = default().replace("points = 40", "points = 45").replace("hot = 70", "hot = 75")


class Terminal:
    """Runs `baton definition` on a database with one lead that did a few things."""

    def __init__(self, url: str, folder: Path) -> None:
        self._env = {"DATABASE_URL": url, "COLUMNS": "160"}
        self.folder = folder

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, ["definition", *arguments], env=self._env)

    def file(self, text: str, name: str = "rules.toml") -> str:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)


@pytest.fixture
def definition(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    store = SqlStore(make_engine(sqlite_url))
    lead = a_lead()
    lead = replace(
        lead, profile=replace(lead.profile, attributes={"employees": 300, "plan": "Pro"})
    )
    pages = [
        a_signal(f"p{n}", occurred_at=NOW - timedelta(days=n), received_at=NOW - timedelta(days=n))
        for n in (1, 2, 3)
    ]
    form = a_signal(
        "f1", kind=SignalKind.FORM, properties={"form": "demo"}, occurred_at=NOW, received_at=NOW
    )
    with store.write(TEAM) as unit:
        unit.found(a_workspace())
        put_in_force(unit, default())
        unit.record(a_capture(lead, signals=pages), at=NOW - timedelta(days=1))
    with store.write(TEAM) as unit:
        known = unit.lead(lead.id)
        assert known is not None
        unit.record(replace(a_capture(known, signals=[form]), entries=()), at=NOW)
    return Terminal(sqlite_url, tmp_path)


def test_check_says_what_is_wrong_by_line_and_fails(definition: Terminal) -> None:
    broken = definition.file(default().replace('kind = "fit"', 'kind = "fti"'))
    found = definition("check", broken, "--offline")
    line = default().splitlines().index('kind = "fit"') + 1
    assert found.exit_code == 1
    assert f'rules.toml:{line}: error: groups.fit.kind: unknown name "fti"' in found.output
    assert "1 error, 0 warnings, 0 hints" in found.output


def test_check_of_what_is_sound_succeeds(definition: Terminal) -> None:
    found = definition("check", definition.file(default()), "--offline")
    assert (found.exit_code, found.output) == (0, "0 errors, 0 warnings, 0 hints\n")


def test_check_looks_into_the_database_too(definition: Terminal) -> None:
    plan = (
        '[[rules]]\nid = "plan"\ngroup = "fit"\npoints = 5\nwhy = "on the plan"\n'
        'when = { attr = "plan", eq = "pro" }\n'
    )
    found = definition("check", definition.file(default() + plan))
    assert found.exit_code == 0
    assert '"Pro" stands in the attribute "plan" once and is not "pro"' in found.output
    assert '"plan" never fired for any of 1 lead' in found.output
    assert '"fit.size.large" never fired' not in found.output


def test_a_file_that_is_no_text_is_refused(definition: Terminal) -> None:
    path = definition.folder / "rules.toml"
    path.write_bytes("name = 'é'".encode("latin-1"))
    found = definition("check", str(path), "--offline")
    assert (found.exit_code, "is not UTF-8" in found.output) == (1, True)


def test_explain_shows_the_whole_reckoning(definition: Terminal) -> None:
    told = definition("explain", "hana", "--as-of", "2026-03-04T10:30:00+00:00").output
    for part in (
        "Hana Sato (ld_1)",
        "qualifies",
        "engagement.pricing",
        "2026-03-03 page /pricing",
        "fit.size.large",
        "hot by pricing-3-in-7d",
        "a limit or a bound took something away",
    ):
        assert part in told


def test_explain_as_of_then_knows_only_what_was_known(definition: Terminal) -> None:
    def at(moment: str) -> dict[str, object]:
        answer = definition("explain", "ld_1", "--as-of", moment, "--json")
        assert answer.exit_code == 0, answer.output
        told: dict[str, object] = json.loads(answer.output)
        return told

    now, then, before = at("2026-03-04T10:30"), at("2026-03-03T23:00"), at("2026-02-28")
    assert (now["phase"], then["phase"]) == ("decision", "decision")
    assert now["total"] != then["total"]
    assert before["rules"] == []
    assert now["lead"] == {"id": "ld_1", "name": "Hana Sato"}


def test_explain_says_what_a_lead_in_nurturing_is_to_be_sent(
    definition: Terminal, sqlite_url: str
) -> None:
    store = SqlStore(make_engine(sqlite_url))
    with store.write(TEAM) as unit:
        known = unit.lead("ld_1")
        assert known
        offered = an_offer(known)
        assert unit.record(offered, at=NOW)
    record(store, rejected(store, reason="too_early"))
    told = definition("explain", "ld_1")
    assert "on the track first-steps" in told.output, told.output
    assert "to be sent next: introduction" in told.output.replace("\n", " ")
    answer = json.loads(definition("explain", "ld_1", "--json").output)
    assert (answer["track"], answer["next_offer"]) == ("first-steps", "introduction")


def test_explain_by_other_rules(definition: Terminal) -> None:
    told = definition("explain", "ld_1", "--by", definition.file(CHANGED), "--json")
    assert json.loads(told.output)["definition"] == "rules.toml"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["explain", "nobody"], "no lead like 'nobody'"),
        (["explain", "ld_1", "--as-of", "lately"], "is no day such as"),
        (["explain", "ld_1", "--by", "v9"], "there is no version v9"),
        (["diff", "active", "nowhere.toml"], "no file nowhere.toml"),
        (["show", "v9"], "there is no version v9"),
    ],
)
def test_what_cannot_be_found_is_told_in_a_line(
    definition: Terminal, arguments: list[str], says: str
) -> None:
    answer = definition(*arguments)
    assert (answer.exit_code, says in answer.output) == (1, True), answer.output


def test_diff_says_what_changes(definition: Terminal) -> None:
    for old in ("active", "v1", "1"):
        lines = definition("diff", old, definition.file(CHANGED)).output.splitlines()
        assert lines[0].endswith("-> rules.toml: 2 differences")
        assert lines[1:] == [
            "~ bands.hot: 70 -> 75",
            "~ rules.engagement.demo.points: 40 -> 45  (asked for a demo)",
        ]


def test_diff_of_two_files_needs_no_database(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.toml", "b.toml")]
    for file in files:
        file.write_text(default(), encoding="utf-8")
    answer = CliRunner().invoke(
        main, ["definition", "diff", *map(str, files)], env={"DATABASE_URL": "nothing://here"}
    )
    assert answer.output == "a.toml and b.toml mean the same.\n"


def test_show_prints_what_was_written(definition: Terminal) -> None:
    shown = definition("show")
    assert shown.stdout == default()
    assert shown.stderr.startswith("# v1 ")


def test_the_schema_is_printed(definition: Terminal) -> None:
    assert json.loads(definition("schema").output) == schema()
