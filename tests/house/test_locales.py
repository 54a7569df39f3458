"""Both languages say the same things, all that the code says is written, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import BaseNode, Junk, Message, TextElement, VariableReference

from core.domain.definition import GroupKind
from core.domain.lead import SignalKind, Temperature
from core.domain.log import Door
from core.domain.policy import LOCALES
from core.domain.reasons import REASONS, ReasonClass
from core.domain.stages import Stage, Verb
from core.errors import BatonError
from handlers.i18n import LANGUAGES, catalogues, keys, speak
from handlers.slack.views.notices import KNOWN_ERRORS

ROOT = Path(__file__).parents[2]
ENGLISH, JAPANESE = LANGUAGES
LABELS: dict[str, type[StrEnum]] = {
    "stage": Stage,
    "verb": Verb,
    "temperature": Temperature,
    "door": Door,
    "signal": SignalKind,
    "group": GroupKind,
    "reason-class": ReasonClass,
}


def messages(language: str) -> list[Message]:
    parser = FluentParser(with_spans=False)
    bodies = [parser.parse(text).body for text in catalogues(language).values()]
    return [entry for body in bodies for entry in body if isinstance(entry, Message)]


def nodes(node: object) -> Iterator[BaseNode]:
    if isinstance(node, BaseNode):
        yield node
        for value in vars(node).values():
            yield from nodes(value)
    elif isinstance(node, list):
        for each in node:
            yield from nodes(each)


def variables(language: str) -> dict[str, set[str]]:
    return {
        message.id.name: {n.id.name for n in nodes(message) if isinstance(n, VariableReference)}
        for message in messages(language)
    }


def code() -> Iterator[tuple[str, ast.AST]]:
    """Every piece of the code that can speak, with the file it stands in."""
    for package in ("handlers", "bot"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                yield str(file.relative_to(ROOT)), node


def said() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a voice."""
    for file, node in code():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            yield file, node


def test_a_workspace_can_choose_every_language() -> None:
    assert LANGUAGES == LOCALES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_catalogue_can_be_read_and_says_each_thing_once(language: str) -> None:
    parser = FluentParser()
    for name, text in catalogues(language).items():
        junk = [entry.content for entry in parser.parse(text).body if isinstance(entry, Junk)]
        assert junk == [], name
    counted = Counter(message.id.name for message in messages(language))
    assert [key for key, times in counted.items() if times > 1] == []


def test_both_languages_say_the_same_things() -> None:
    assert keys(ENGLISH) == keys(JAPANESE)
    assert sorted(catalogues(ENGLISH)) == sorted(catalogues(JAPANESE))


def test_both_languages_tell_the_same_facts() -> None:
    assert variables(ENGLISH) == variables(JAPANESE)


def test_the_code_says_only_what_is_written_and_fills_every_gap() -> None:
    known = variables(ENGLISH)
    for file, call in said():
        key = call.args[0]
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str)):
            continue
        place = f"{file}:{call.lineno}: {key.value}"
        assert key.value in known, place
        given = {word.arg for word in call.keywords if word.arg}
        assert given <= known[key.value], place
        if all(word.arg for word in call.keywords):
            assert given == known[key.value], place


def test_nothing_is_written_that_the_code_never_says() -> None:
    strings = {
        node.value
        for _, node in code()
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    composed = [_pattern(call.args[0]) for _, call in said() if call.args]
    silent = {
        key
        for key in keys(ENGLISH) - strings
        if not any(pattern and pattern.fullmatch(key) for pattern in composed)
    }
    assert silent == set()


def _pattern(node: ast.expr) -> re.Pattern[str] | None:
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = (
        re.escape(part.value)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
        else r"[\w-]+"
        for part in node.values
    )
    return re.compile("".join(parts))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prefix", LABELS)
def test_every_thing_of_the_business_has_a_label(prefix: str, language: str) -> None:
    for member in LABELS[prefix]:
        assert f"{prefix}-{member.value}" in keys(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_label(language: str) -> None:
    labels = {(reason.verb, speak(language)(f"reason-{reason.id}")) for reason in REASONS}
    assert len(labels) == len(REASONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_of_the_business_has_a_sentence(language: str) -> None:
    codes = {error.code for error in _family(BatonError) if error.__module__ == "core.errors"}
    assert codes <= set(KNOWN_ERRORS)
    assert {f"error-{code}" for code in KNOWN_ERRORS} <= keys(language)


def _family(parent: type[BatonError]) -> Iterator[type[BatonError]]:
    yield parent
    for child in parent.__subclasses__():
        yield from _family(child)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_has_a_mark_that_slack_would_take_for_its_own(language: str) -> None:
    for message in messages(language):
        for node in nodes(message):
            if isinstance(node, TextElement):
                assert not set("<>&") & set(node.value), message.id.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_bold_words_stand_apart_or_slack_would_show_their_stars(language: str) -> None:
    for text in catalogues(language).values():
        for line in text.splitlines():
            value = line.partition("= ")[2]
            bold = re.findall(r"\*[^*]+\*", value)
            for each in bold:
                before, after = value.split(each, 1)
                assert not before or before[-1] == " ", line
                assert not after or after[0] in " :.,", line
            assert len(bold) * 2 == value.count("*"), line


def test_japanese_is_japanese() -> None:
    """Apart from names of stages and systems, a sentence without Japanese was forgotten."""
    spoken = {message.id.name: message for message in messages(JAPANESE)}
    for key, message in spoken.items():
        words = "".join(node.value for node in nodes(message) if isinstance(node, TextElement))
        plain = re.sub(
            r"MQL|SAL|SQL|TQL|API|Baton|Segment|[^A-Za-z\u3040-\u30ff\u4e00-\u9fff]", "", words
        )
        assert not plain or re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", plain), key
