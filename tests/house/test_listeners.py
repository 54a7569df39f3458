"""Bolt hands a listener None for an argument that it does not know; so ours ask for none such."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App, Args, BoltResponse
from slack_bolt.listener.custom_listener import CustomListener
from slack_sdk import WebClient

from bot.slack import make_bolt
from core.desk import Desk
from tests.builders import Names, StoppedClock
from tests.memory import MemoryStore

KNOWN = set(inspect.signature(Args).parameters)


@pytest.fixture
def app() -> App:
    desk = Desk(MemoryStore(), StoppedClock(), Names(), lambda: None)
    return make_bolt(desk, WebClient("xoxb-test", base_url="http://127.0.0.1:9/"))


def listeners(app: App) -> list[Callable[..., Any]]:
    found = [listener for listener in app._listeners if isinstance(listener, CustomListener)]
    assert len(found) == len(app._listeners)
    return [listener.ack_function for listener in found]


def unknown(function: Callable[..., Any]) -> set[str]:
    return set(inspect.signature(function).parameters) - KNOWN


def test_listeners_ask_only_for_what_exists(app: App) -> None:
    for listener in listeners(app):
        assert unknown(listener) == set(), listener.__name__


def test_a_misspelt_argument_would_be_found() -> None:
    def misspelt(akc: object) -> None: ...

    assert unknown(misspelt) == {"akc"}


def test_there_is_one_listener_for_each_sort_of_payload(app: App) -> None:
    names = sorted(listener.__name__ for listener in listeners(app))
    assert names == ["asked", "clicked", "happened", "submitted", "summoned"]


def test_the_catalogue_of_arguments_is_bolts_own(app: App) -> None:
    assert {"ack", "body", "client", "context", "event"} <= KNOWN
    assert not any(re.search(r"\s", name) for name in KNOWN)
    assert BoltResponse(status=200).status == 200
