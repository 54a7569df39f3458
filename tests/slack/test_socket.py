"""Socket Mode says clearly why it cannot begin."""

from __future__ import annotations

import socket

import pytest

from bot.settings import Settings
from bot.socket import listening
from bot.wiring import put_together
from core.errors import Unready
from tests.slack.fake import TOKEN, FakeSlack
from tests.slack.team import Team


def settings(sqlite_url: str, **parts: str) -> Settings:
    given = {"DATABASE_URL": sqlite_url, "SLACK_BOT_TOKEN": TOKEN, **parts}
    return Settings.model_validate(given)


def test_without_an_app_token(sqlite_url: str) -> None:
    baton = put_together(settings(sqlite_url))
    with pytest.raises(Unready, match="SLACK_APP_TOKEN"), listening(baton):
        pass


def test_with_a_token_that_slack_refuses(sqlite_url: str) -> None:
    with FakeSlack({TOKEN: Team()}) as slack:
        given = {"SLACK_APP_TOKEN": "xapp-refused", "SLACK_API_URL": slack.url}
        baton = put_together(settings(sqlite_url, **given))
        with pytest.raises(Unready, match="SLACK_APP_TOKEN: Slack says"), listening(baton):
            pass


def test_with_nobody_there(sqlite_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    given = {"SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": f"http://127.0.0.1:{port}/api/"}
    baton = put_together(settings(sqlite_url, **given))
    with pytest.raises(Unready, match="cannot be reached"), listening(baton):
        pass
