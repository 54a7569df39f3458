"""A log tells what happened, and never a secret, an address or what a library quotes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.logs import Redactor, trace
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
START = """
import logging
from bot.logs import start_logging
start_logging({level!r}, secrets=["5ecret-key"])
"""


def logged(code: str, level: str = "DEBUG") -> list[dict[str, Any]]:
    """What a program logs that does this, line by line."""
    done = subprocess.run(
        [sys.executable, "-c", START.format(level=level) + code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1-abc",
        "xoxe.xoxp-1-abc",
        "xapp-1-A0-abc",
        "Bearer abcdef",
        "https://hooks.slack.com/services/T0/B0/abc",
        "jane.doe+x@acme.example",
        "o'jane@acme.co.jp",
        "鈴木@例え.jp",
        "jane%40acme.example",
        "the known one",
    ],
)
def test_what_looks_like_a_secret_or_an_address_is_taken_out(secret: str) -> None:
    said = Redactor(["the known one"])(f"before {secret} after")
    assert said.startswith("before ")
    assert said.endswith(" after")
    assert not {"abc", "jane", "acme", "鈴木", "known"} & set(said.replace(".", " ").split())
    assert secret not in said


def test_the_password_of_a_database_is_taken_out() -> None:
    said = Redactor()("postgresql://baton:pa55word@db.example/baton")
    assert "pa55word" not in said
    settings = Settings.model_validate({"DATABASE_URL": "postgresql://baton:pa%2Fss@db/x"})
    assert settings.secrets() == {"pa/ss"}


def test_a_short_secret_does_not_take_words_with_it() -> None:
    assert Redactor(["s", ""])("a session starts") == "a session starts"


def test_our_own_lines_are_kept_at_their_level() -> None:
    said = logged("logging.getLogger('core.x').debug('handoff=%s key=%s', 'ho_1', '5ecret-key')")
    assert [line["event"] for line in said] == ["handoff=ho_1 key=[secret]"]
    assert said[0].keys() == {"event", "logger", "level", "timestamp"}
    assert logged("logging.getLogger('core.x').info('no')", "WARNING") == []


def test_a_library_is_not_heard_below_a_warning_even_if_it_insists() -> None:
    code = "l = logging.getLogger('slack_sdk.x'); l.setLevel(1); l.info('body: jane')"
    assert logged(code) == []


def test_of_a_library_that_warns_only_the_unquoted_part_is_heard() -> None:
    code = "logging.getLogger('slack_bolt').warning('Unhandled request (%s)', {'name': 'Jane'})"
    assert [line["event"] for line in logged(code)] == ["Unhandled request …"]


def test_what_slack_answered_is_not_told_by_its_library() -> None:
    code = "logging.getLogger('slack_sdk').error('Failed to decode: not JSON: %s', 'Jane Doe')"
    assert [line["event"] for line in logged(code)] == ["Failed to decode …"]


def test_an_exception_is_told_by_its_type_and_place_only() -> None:
    code = """
try:
    try:
        int('Jane Doe')
    except ValueError as fault:
        raise KeyError('Jane Doe') from fault
except KeyError:
    logging.getLogger('uvicorn.error').exception('Exception in ASGI application')
"""
    [line] = logged(code)
    assert "Jane" not in json.dumps(line)
    assert "builtins.KeyError" in line["exception"]
    assert "after builtins.ValueError" in line["exception"]


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError('Jane Doe')",
        "import threading; threading.Thread(target=int, args=('Jane Doe',)).start()",
        "import warnings; warnings.warn('odd: \"Jane Doe\"')",
    ],
)
def test_what_nobody_catches_goes_the_same_way(code: str) -> None:
    [line] = logged(code)
    assert "Jane" not in json.dumps(line)


def test_a_trace_of_nothing_is_empty() -> None:
    assert trace(None) == ""
