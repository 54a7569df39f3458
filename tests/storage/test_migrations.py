"""How a database comes to its shape, and that Baton runs on no other."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.domain.definition_log import definition_faults
from core.domain.history import Description
from core.domain.lead import Temperature
from core.domain.log import Door, faults
from core.domain.settings_log import SettingAct, settings_faults
from core.errors import Unready
from storage.engine import make_engine
from storage.schema import check_schema, head, migrate
from storage.store import SqlStore
from storage.tables import METADATA
from tests.builders import NOW, TEAM, a_policy, a_workspace, an_offer, put_in_force
from tests.postgres import Postgres


def check(url: str) -> None:
    engine = make_engine(url)
    try:
        check_schema(engine)
    finally:
        engine.dispose()


def execute(url: str, statement: str) -> None:
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


LONG_AGO = r"'2026-01-02 03:04:05.000006+00\:00'"
OLD_LEAD = rf"""INSERT INTO lead (workspace, id, version, stage, known_by, email, company, search,
    attributes, created_at, entered_stage_at, changed_at)
    VALUES ('T01', 'ld_{{0}}', 4, 'mql', 'email:{{0}}', '{{0}}@acme.example', 'Acme', 'acme',
    '{{{{"employees"\:250}}}}', {LONG_AGO}, {LONG_AGO}, {LONG_AGO})"""
OLD_SIGNAL = rf"""INSERT INTO signal (workspace, source, id, lead_id, kind, occurred_at, properties)
    VALUES ('T01', 'api', 'sg_1', 'ld_1', 'page', {LONG_AGO}, '{{}}')"""


def migrate_to(url: str, version: str) -> None:
    """What a program of long ago left behind."""
    config = Config()
    config.set_main_option("script_location", "storage/migrations")
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).touch()
    engine = make_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()


def test_the_migrations_make_the_tables_of_the_program(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_migrated_database_is_accepted_and_can_be_migrated_again(database_url: str) -> None:
    check(database_url)
    migrate(database_url)
    check(database_url)


def test_two_can_migrate_at_once(postgres: Postgres) -> None:
    url = postgres.fresh_database()
    with ThreadPoolExecutor(2) as both:
        list(both.map(migrate, [url, url]))
    check(url)
    postgres.drop(url)


def test_several_databases_can_be_migrated_by_the_threads_of_one_program(
    postgres: Postgres, tmp_path: Path
) -> None:
    urls = [f"sqlite:///{tmp_path}/{number}.db" for number in range(4)]
    urls += [postgres.fresh_database() for _ in range(4)]
    with ThreadPoolExecutor(len(urls)) as all_at_once:
        list(all_at_once.map(migrate, urls))
    for url in urls:
        check(url)


def test_of_old_leads_what_is_known_now_is_taken_to_be_known_always(
    postgres: Postgres, tmp_path: Path
) -> None:
    for url in (postgres.fresh_database(), f"sqlite:///{tmp_path}/old.db"):
        migrate_to(url, "0004")
        for number in range(3):
            execute(url, OLD_LEAD.format(number))
        execute(url, OLD_SIGNAL)
        migrate(url)
        engine = make_engine(url)
        with SqlStore(engine).read(TEAM) as view:
            history, lead = view.history("ld_2"), view.lead("ld_2")
            assert lead is not None
            assert history.descriptions == [Description(lead.created_at, lead.facts())]
            assert lead.facts()["employees"] == 250
            [signal] = view.history("ld_1").signals
            assert signal.received_at == signal.occurred_at
        engine.dispose()


OLD_EXPLANATION = r"""{"temperature"\:"warm","hot_criteria"\:[],"rules"\:[
    {"id"\:"size","given"\:30.0,"signals"\:[]},
    {"id"\:"pricing","given"\:10.0,"signals"\:["sg_1"]},
    {"id"\:"careers","given"\:-5.0,"signals"\:["sg_2"]}]}"""
OLD_HANDOFF = rf"""INSERT INTO handoff (workspace, id, lead_id, version, opened_at, due_at,
    definition, explanation, outcome, decided_by, decided_at, door)
    VALUES ('T01', '{{0}}', 'ld_1', 2, {LONG_AGO}, {LONG_AGO}, 'v1', '{{1}}',
    '{{2}}', 'U1', {LONG_AGO}, 'button')"""
OLD_STEP = r"""INSERT INTO stage_log (workspace, seq, lead_id, handoff_id, from_stage, to_stage,
    verb, actor, door, occurred_at, recorded_at, previous, digest)
    VALUES ('T01', {0}, 'ld_1', '{1}', '{2}', '{3}', '{4}', 'U1', 'button',
    '2026-01-{0} 03\:04\:05.000006+00\:00', '2026-01-{0} 03\:04\:05.000006+00\:00', '', '')"""


def test_an_old_handoff_learns_from_its_lead_and_its_log_what_is_measured(
    postgres: Postgres, tmp_path: Path
) -> None:
    for url in (postgres.fresh_database(), f"sqlite:///{tmp_path}/old.db"):
        migrate_to(url, "0018")
        execute(url, OLD_LEAD.format(1))
        execute(url, "UPDATE lead SET source = 'web', campaign = 'spring', name = 'Jane'")
        execute(url, OLD_HANDOFF.format("ho_1", OLD_EXPLANATION, "rejected"))
        execute(url, OLD_HANDOFF.format("ho_2", OLD_EXPLANATION, "accepted"))
        for number, step in enumerate(
            (
                ("ho_1", "mql", "nurturing", "reject"),
                ("ho_2", "mql", "sal", "accept"),
                ("ho_2", "sal", "sql", "advance"),
                ("ho_2", "sql", "sal", "undo"),
                ("ho_2", "sal", "sql", "advance"),
                ("ho_2", "sql", "customer", "win"),
                ("ho_2", "customer", "sql", "undo"),
            ),
            start=11,
        ):
            execute(url, OLD_STEP.format(number, *step))
        migrate(url)
        engine = make_engine(url)
        with SqlStore(engine).read(TEAM) as view:
            first, second = sorted(view.every_fact(), key=lambda fact: fact.id)
        engine.dispose()
        assert (first.temperature, first.trigger) == (Temperature.WARM, "pricing")
        assert first.rules == ("pricing", "size")
        assert (first.source, first.campaign, first.complete) == ("web", "spring", False)
        assert first.returned_at == datetime(2026, 1, 11, 3, 4, 5, 6, tzinfo=UTC)
        assert (second.returned_at, second.won_at) == (None, None)
        assert second.sql_at == datetime(2026, 1, 15, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "crime",
    [
        "UPDATE stage_log SET actor = 'somebody else'",
        "DELETE FROM stage_log WHERE seq = 1",
        "TRUNCATE stage_log",
        "UPDATE definition_log SET actor = 'somebody else'",
        "DELETE FROM definition_log WHERE seq = 1",
        "TRUNCATE definition_log",
        "UPDATE settings_log SET actor = 'somebody else'",
        "DELETE FROM settings_log WHERE seq = 1",
        "TRUNCATE settings_log",
    ],
)
def test_the_logs_refuse_to_be_changed(database_url: str, crime: str) -> None:
    if database_url.startswith("sqlite"):
        crime = crime.replace("TRUNCATE", "DELETE FROM")  # which is how SQLite truncates
    engine = make_engine(database_url)
    store = SqlStore(engine)
    with store.write(TEAM) as unit:
        unit.found(a_workspace())
        unit.record(an_offer(), at=NOW)
        version = put_in_force(unit, "a = 1")
        act = SettingAct("locale", '"en"', '"ja"', "U0ADA", Door.MODAL, NOW)
        assert unit.change_policy(a_policy(locale="ja"), [act], revision=0, at=NOW)
    with pytest.raises(DBAPIError, match="only ever appended"):
        execute(database_url, crime)
    with store.read(TEAM) as view:
        assert list(faults(view.chain(), view.stages())) == []
        assert list(definition_faults(view.act_chain(), {1: version.standing})) == []
        acts, end = view.setting_acts(), view.setting_chain_end()
        assert list(settings_faults(acts, {"locale": '"ja"'}, end=end)) == []
    engine.dispose()


def test_definitions_from_before_there_were_signatures_are_kept_with_a_log_that_holds(
    postgres: Postgres, tmp_path: Path
) -> None:
    sqlite = f"sqlite:///{tmp_path}/old.db"
    for url in (sqlite, postgres.fresh_database()):
        migrate_to(url, "0004")
        insert = "INSERT INTO definition VALUES ('T01', {0}, 'v{0} {0}', '{0}', 'rules', '{1}')"
        execute(url, "INSERT INTO workspace VALUES ('T01', 'U0BATON', 's', '{}')")
        execute(url, "INSERT INTO workspace VALUES ('T02', 'U0BATON', 's', '{}')")
        execute(url, insert.format(1, "2026-01-01 09:00:00"))
        execute(url, insert.format(2, "2026-02-01 09:00:00"))
        migrate(url)
        store = SqlStore(engine := make_engine(url))
        with store.read("T01") as view:
            versions, end = view.versions(), view.act_chain_end()
            standing = {version.number: version.standing for version in versions}
            assert view.definition().label == "v2 2"
            assert list(definition_faults(view.act_chain(), standing, end=end)) == []
        assert [version.state for version in versions] == ["retired", "active"]
        assert [version.proposed_by for version in versions] == ["baton", "baton"]
        assert versions[0].ended_at == versions[1].active_from
        with store.write("T02") as unit:
            put_in_force(unit, "a = 1")
        engine.dispose()


def test_a_newer_database_is_refused(database_url: str) -> None:
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unready, match="newer version"):
        check(database_url)
    with pytest.raises(Unready, match="newer version"):
        migrate(database_url)
    store = SqlStore(engine := make_engine(database_url))
    with pytest.raises(Unready, match="newer"):
        store.ready()
    engine.dispose()


def test_an_unmigrated_database_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for url in (postgres.fresh_database(), f"sqlite:///{tmp_path}/empty.db"):
        with pytest.raises(Unready, match="run `baton migrate`"):
            check(url)


def test_a_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    file = tmp_path / "missing.db"
    with pytest.raises(Unready, match="there is no database at"):
        check(f"sqlite:///{file}")
    engine = make_engine(f"sqlite:///{file}")
    with pytest.raises(Unready):
        SqlStore(engine).ready()
    engine.dispose()
    assert not file.exists()


def test_a_file_in_no_folder_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Unready, match="cannot make"):
        migrate(f"sqlite:///{tmp_path}/nowhere/baton.db")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("minutes of a meeting\n" * 200)
    for attempt in (check, migrate):
        with pytest.raises(Unready, match="not a database"):
            attempt(f"sqlite:///{file}")
    assert file.read_text().startswith("minutes of a meeting")


def test_a_truncated_file_is_refused(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    file.write_bytes(file.read_bytes()[:6000])
    with pytest.raises(Unready, match="malformed"):
        check(sqlite_url)


def test_tables_of_another_program_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(Unready, match="not Baton's"):
        migrate(f"sqlite:///{file}")


def test_every_step_lies_on_the_one_way_to_the_latest_version() -> None:
    steps = {step.name for step in Path("storage/migrations/versions").glob("0*.py")}
    config = Config()
    config.set_main_option("script_location", "storage/migrations")
    way = [
        Path(str(script.path)).name
        for script in ScriptDirectory.from_config(config).walk_revisions()
    ]
    assert set(way) == steps
    assert way[0].startswith(head())
