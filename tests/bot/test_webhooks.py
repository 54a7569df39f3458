"""The command line of webhooks: secrets are shown once, and what it refuses is said clearly."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from standardwebhooks import Webhook as Signer

from bot.cli import main
from bot.wiring import new_id, now
from core.desk import Desk
from core.domain.definition import default
from core.domain.webhook import Webhook
from core.services import webhooks
from core.services.setup import open_workspace
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, a_policy
from tests.webhooks.receiver import Receiver, receiving

Run = Callable[..., Result]


@pytest.fixture
def desk(sqlite_url: str) -> Iterator[Desk]:
    engine = make_engine(sqlite_url)
    desk = Desk(SqlStore(engine), now, new_id, lambda: None)
    open_workspace(desk, team=TEAM, bot_user="U0BATON", policy=a_policy(), definition=default())
    yield desk
    engine.dispose()


@pytest.fixture
def run(desk: Desk, sqlite_url: str) -> Run:
    """`baton webhook WORDS`."""
    return lambda *words: CliRunner().invoke(
        main, ["webhook", *words], env={"DATABASE_URL": sqlite_url}
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def only(desk: Desk) -> Webhook:
    [webhook] = webhooks.listed(desk, TEAM)
    return webhook


def test_a_secret_is_shown_once_and_signs_what_is_sent(
    run: Run, desk: Desk, receiver: Receiver
) -> None:
    said = run("add", receiver.url, "--event", "lead.returned")
    assert said.exit_code == 0, said.output
    secret = said.stdout.splitlines()[-1]
    assert secret == only(desk).secret
    listed = run("list").output
    assert secret not in listed
    assert receiver.url in listed
    assert "lead.returned" in listed
    tried = run("test", only(desk).id)
    assert (tried.exit_code, tried.output) == (0, "It answered 204.\n")
    (one,) = receiver.received
    event = Signer(secret).verify(one.body, one.headers)
    assert (event["type"], event["data"]["workspace"]) == ("webhook.test", TEAM)


def test_a_rotation_shows_the_new_secret_and_says_until_when_the_old_one_holds(
    run: Run, desk: Desk, receiver: Receiver
) -> None:
    run("add", receiver.url)
    before = only(desk).secret
    rotated = run("rotate", only(desk).id).stdout.strip()
    assert rotated == only(desk).secret != before
    assert "old secret signs until" in run("list").output
    run("test", only(desk).id)
    (one,) = receiver.received
    for secret in (before, rotated):
        Signer(secret).verify(one.body, one.headers)


def test_whoever_is_not_well_is_told_of(run: Run, desk: Desk, receiver: Receiver) -> None:
    run("add", receiver.url)
    receiver.answers = [(500, {})]
    assert run("test", only(desk).id).exit_code == 1
    webhooks.ended(desk, TEAM, only(desk).id, "it answered 410 Gone")
    assert "ended: it answered 410 Gone" in run("list").output
    assert run("enable", only(desk).id).exit_code == 0
    assert "ended" not in run("list").output
    receiver.answers = ["cut"]
    cut = run("test", only(desk).id)
    assert (cut.exit_code, cut.output) == (1, "It did not answer: connection lost.\n")


@pytest.mark.parametrize(
    ("words", "because"),
    [
        (("add", "http://tool.example/"), "has to begin with https://"),
        (("add", "https://u:p@tool.example/"), "must not hold a user or a password"),
        (("remove", "wh_0"), "no webhook has the id wh_0"),
        (("rotate", "wh_0"), "no webhook has the id wh_0"),
        (("test", "wh_0"), "no webhook has the id wh_0"),
        (("enable", "wh_0"), "no webhook has the id wh_0"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(
    run: Run, desk: Desk, words: tuple[str, ...], because: str
) -> None:
    said = run(*words)
    assert said.exit_code == 1
    assert because in said.stderr
    assert list(webhooks.listed(desk, TEAM)) == []


def test_an_unknown_event_is_refused_with_all_that_there_are(run: Run) -> None:
    said = run("add", "https://tool.example/", "--event", "lead.retuned")
    assert said.exit_code == 2
    assert "lead.returned" in said.output


def test_what_is_removed_is_gone(run: Run, desk: Desk, receiver: Receiver) -> None:
    run("add", receiver.url)
    assert run("remove", only(desk).id).exit_code == 0
    assert "Nobody is told yet" in run("list").output


def test_the_doctor_looks_at_them(
    desk: Desk, sqlite_url: str, receiver: Receiver, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    env = {"DATABASE_URL": sqlite_url, "SLACK_API_URL": "http://127.0.0.1:9/"}

    def said() -> str:
        return CliRunner().invoke(main, ["doctor"], env=env).output

    assert "ok   webhooks: none" in said()
    run("add", receiver.url)
    assert "ok   webhooks: 1 told" in said()
    webhooks.ended(desk, TEAM, only(desk).id, "it answered 410 Gone")
    assert "FAIL webhooks: " in said()
    assert "has ended: it answered 410 Gone" in said()
