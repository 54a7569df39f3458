"""Which shape the tables have: brought up to date by migrating, checked before anything runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from core.errors import Unready
from storage.engine import database, database_file, is_sqlite, make_engine
from storage.unit import reading, writing

_VERSION_TABLE = "alembic_version"
_MIGRATE = "run `baton migrate`"
_NEWER = "the database belongs to a newer version of Baton: install that one"
_ONE_THREAD = Lock()  # Alembic tells its steps where they are through names of the whole process
_ONE_AT_A_TIME = 422_866  # names the lock that migrations of one PostgreSQL database share


def migrate(url: str) -> None:
    """Bring a database up to this program's schema; makes a SQLite file that is missing.

    Raises Unready where the database belongs to a newer program, or to another one.
    """
    _make_file(database_file(url))
    engine = make_engine(url)
    try:
        with writing(database(engine)) as connection:
            _upgrade(connection)
    finally:
        engine.dispose()


def _make_file(path: Path | None) -> None:
    if path is None or path.exists():
        return
    try:
        path.touch()
    except OSError as refused:
        raise Unready(f"cannot make {path}: {refused.strerror}") from refused


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    version = _version(connection)
    if version is None and inspect(connection).get_table_names():
        raise Unready("the database holds tables that are not Baton's")
    if version is not None and not _is_known(version):
        raise Unready(_NEWER)
    config = _config()
    config.attributes["connection"] = connection
    with _ONE_THREAD:
        command.upgrade(config, "head")


def check_schema(engine: Engine) -> None:
    """Return where the database fits this program. Raises Unready saying what to do."""
    file = engine.url.database
    if is_sqlite(engine) and not Path(str(file)).exists():
        raise Unready(f"there is no database at {file}: {_MIGRATE}")
    with reading(database(engine)) as connection:
        _must_fit(_version(connection))


def touch(connection: Connection) -> None:
    """Write to the database without changing anything. Raises where that is impossible."""
    _must_fit(connection.execute(_TOUCH).scalar())


def _must_fit(version: str | None) -> None:
    if version == head():
        return
    if version is None:
        raise Unready(f"the database is empty: {_MIGRATE}")
    if not _is_known(version):
        raise Unready(_NEWER)
    raise Unready(f"the database is older than this program: {_MIGRATE}")


_TOUCH = text(f"UPDATE {_VERSION_TABLE} SET version_num = version_num RETURNING version_num")


@cache
def head() -> str:
    """The version of the schema that this program was written for."""
    return str(_scripts().get_current_head())


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    version = connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()
    return None if version is None else str(version)


def _is_known(version: str) -> bool:
    return version in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config
