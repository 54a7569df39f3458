"""What the README and the documents say is what the program is."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import click
import pytest

from bot.cli import main
from bot.settings import Settings
from core.domain import stages, versions
from core.domain.permission import HOLDERS, RIGHTS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
HOW_IT_WORKS = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_default_and_nothing_else_is() -> None:
    table = README.split("## Settings")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    expected = []
    for field in Settings.model_fields.values():
        value = getattr(field.default, "value", field.default)
        default = "" if value is None else f"`{value}`"
        expected.append(f"| `{field.alias}` | {default} | {field.description} |")
    assert rows == expected


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented_and_its_help_says_more_than_its_name(name: str) -> None:
    command = main.commands[name]
    assert f"| `baton {name}" in README
    assert len((command.help or "").split()) >= 8
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.name != "locale":
            assert parameter.help, f"{name} --{parameter.name}"


def test_no_command_is_documented_that_does_not_exist() -> None:
    said = {line.split("`")[1].split()[1] for line in README.splitlines() if "| `baton " in line}
    assert said == set(main.commands)


@pytest.mark.parametrize("table", [stages.TRANSITIONS, versions.TRANSITIONS])
def test_the_diagrams_are_the_tables(
    table: Mapping[tuple[StrEnum | None, StrEnum], StrEnum],
) -> None:
    rows = [
        f"    {start or '[*]'} --> {end}: {verb.replace('_', ' ')}"
        for (start, verb), end in table.items()
    ]
    diagram = "\n".join(["stateDiagram-v2", *rows])
    assert f"```mermaid\n{diagram}\n```" in HOW_IT_WORKS


def test_every_file_that_the_documents_name_exists() -> None:
    for document in (README, HOW_IT_WORKS):
        for word in document.replace("`", " ").replace("(", " ").replace(")", " ").split():
            path = word.strip(".,;:")
            if path.startswith(("core/", "handlers/", "storage/", "bot/", "tests/", "docs/")):
                assert (ROOT / path).exists(), path


def test_the_table_of_rights_is_the_one_that_decides() -> None:
    section = HOW_IT_WORKS.split("## Who may take which step")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| (\w+) \| ([\w, ]+) \|$", section, re.MULTILINE))
    assert rows.pop("step") == "for"
    assert rows == {verb: ", ".join(sorted(HOLDERS[right])) for verb, right in RIGHTS.items()}
