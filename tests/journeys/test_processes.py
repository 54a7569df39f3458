"""The program as it is installed: from a wheel, elsewhere, with nothing but settings."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.gestures import words
from bot.local_slack import App, LocalSlack, free_port, running
from tests.local_slack import BOB, COMPANY, ROOT, SALES, program

KEY = "a-key-of-sixteen-characters"
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked where no checkout is."""
    folder = tmp_path_factory.mktemp("elsewhere")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    options = ["--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "install", *options, "--target", folder, ROOT], check=True)
    return folder


@contextmanager
def baton(
    command: str, installed: Path, room: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """`baton COMMAND` in an empty folder, from the installed wheel; ended at the end."""
    room.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", "from bot.cli import main; main()", command],
        cwd=room,
        env={"PYTHONPATH": str(installed), "PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def settings(slack: LocalSlack, app: App, port: int, **more: str) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_SIGNING_SECRET": app.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "BATON_API_KEY": KEY,
        "BATON_SALES_CHANNEL": SALES,
        "BATON_PACE": "0",
        "PORT": str(port),
        **more,
    }


def post(port: int, path: str, body: object) -> tuple[int, dict[str, object]]:
    url = f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(url, json.dumps(body).encode(), HEADERS)
    with urllib.request.urlopen(request, timeout=5) as answer:
        return answer.status, json.load(answer)


def await_ready(port: int, process: subprocess.Popen[str], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError(f"it did not come up: {process.communicate()[1]}")


LEAD = {
    "email": "jane.doe@acme.example",
    "name": "Jane Doe",
    "signals": [{"id": "1", "kind": "form", "form": "demo"}],
}


def test_the_installed_program_takes_a_lead_to_slack_and_ends_when_told(
    installed: Path, tmp_path: Path
) -> None:
    port = free_port()
    app = App(request_url=f"http://127.0.0.1:{port}/slack/events")
    with running(COMPANY, app, program=program()) as slack:
        environment = settings(slack, app, port)
        with baton("run", installed, tmp_path, environment) as process:
            await_ready(port, process)
            status, lead = post(port, "/v1/leads", LEAD)
            assert (status, lead["stage"]) == (201, "mql")
            slack.await_message(SALES, lambda m: "Jane Doe" in words(m))
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=15)
            assert process.returncode == 0, errors
        assert (tmp_path / "baton.db").exists()
        with baton("verify", installed, tmp_path, environment) as process:
            assert process.communicate(timeout=20)[0] == "The logs hold.\n"
        with baton("doctor", installed, tmp_path, environment) as process:
            said, _ = process.communicate(timeout=20)
            assert process.returncode == 0, said
        with baton("run", installed, tmp_path, environment) as process:
            await_ready(port, process)
            slack.click(SALES, slack.messages(SALES)[0]["ts"], "accept", user=BOB.id)
            slack.await_message(SALES, lambda m: f"<@{BOB.id}>" in words(m))
        cards = [m for m in slack.messages(SALES) if "thread_ts" not in m]
        assert len(cards) == 1, "a restart must not post the card again"


def test_web_and_worker_in_two_processes_on_postgresql(
    installed: Path, tmp_path: Path, postgres_url: str
) -> None:
    port = free_port()
    app = App(request_url=f"http://127.0.0.1:{port}/slack/events")
    with running(COMPANY, app, program=program()) as slack:
        environment = settings(slack, app, port, DATABASE_URL=postgres_url)
        with (
            baton("work", installed, tmp_path, environment) as worker,
            baton("serve", installed, tmp_path, environment) as web,
        ):
            await_ready(port, web)
            post(port, "/v1/leads", LEAD)
            card = slack.await_message(SALES, lambda m: "Jane Doe" in words(m))
            slack.click(SALES, card["ts"], "accept", user=BOB.id)
            slack.await_message(SALES, lambda m: f"<@{BOB.id}>" in words(m))
            for process in (worker, web):
                process.send_signal(signal.SIGTERM)
                _, errors = process.communicate(timeout=15)
                assert process.returncode == 0, errors


def test_a_missing_setting_is_named_in_one_line(installed: Path, tmp_path: Path) -> None:
    wrong = {"PORT": "many", "BATON_LOCALE": "fr", "BATON_HOLIDAYS": "JP,XX"}
    with baton("run", installed, tmp_path, wrong) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    lines = errors.splitlines()
    assert all(line.startswith("baton: ") for line in lines)
    assert {line.split(": ")[1] for line in lines} == wrong.keys()


def test_serving_an_unmigrated_database_is_refused(installed: Path, tmp_path: Path) -> None:
    environment = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
    with baton("serve", installed, tmp_path, environment) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "baton migrate" in errors
    assert not (tmp_path / "baton.db").exists(), "a missing database is never silently created"
