"""The rooms of the house stay apart, wake nobody when entered, and travel together."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "core", "handlers", "storage")

# Alembic itself runs these, when it migrates and at no other time.
MIGRATIONS = Path("storage/migrations")


def modules() -> Iterator[str]:
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            path = file.relative_to(ROOT)
            if MIGRATIONS not in path.parents and path.name != "__main__.py":
                yield ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def effects(root: Path, *names: str) -> list[str]:
    """What the witness saw while the modules were imported with nothing in the environment."""
    witness = Path(__file__).with_name("witness.py")
    seen = subprocess.run(
        [sys.executable, "-I", "-B", witness, root, *names],
        env={},
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (seen.returncode, seen.stderr) == (0, "")
    return seen.stdout.splitlines()


def test_layers_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


def test_importing_has_no_effect() -> None:
    assert effects(ROOT, *modules()) == []


@pytest.mark.parametrize(
    ("statement", "effect"),
    [
        (
            "threading.Thread(target=lambda: threading.Event().wait(1), name='left').start()",
            "leaves the thread left",
        ),
        ("socket.socket().close()", "room/__init__.py does socket.__new__"),
        ("sqlite3.connect(':memory:').close()", "room/__init__.py does sqlite3.connect"),
        ("open('left-behind', 'w').close()", "room/__init__.py writes left-behind"),
        ("os.environ.get('TOKEN')", "room/__init__.py reads TOKEN"),
    ],
)
def test_an_effect_would_be_noticed(tmp_path: Path, statement: str, effect: str) -> None:
    (tmp_path / "room").mkdir()
    room = tmp_path / "room" / "__init__.py"
    room.write_text(f"import os, socket, sqlite3, threading\n{statement}\n")
    assert effect in effects(tmp_path, "room")


@pytest.fixture(scope="module")
def travelled(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """The names of the files in a freshly built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([sys.executable, "-m", *build, "--wheel-dir", folder, ROOT], check=True)
    [wheel] = folder.glob("baton-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


def test_every_file_of_the_product_travels_in_the_wheel(travelled: frozenset[str]) -> None:
    files = {
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {name for name in travelled if name.startswith(PACKAGES)} == files


@pytest.mark.parametrize(
    "pattern",
    [
        "storage/migrations/env.py",
        "storage/migrations/versions/*.py",
        "handlers/locales/en/*.ftl",
        "handlers/locales/ja/*.ftl",
        "core/domain/default.toml",
    ],
)
def test_what_is_not_imported_travels_too(travelled: frozenset[str], pattern: str) -> None:
    assert any(Path(name).match(pattern) for name in travelled)
