"""A site that uses Segment's own client sends to Baton by changing one URL."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from segment.analytics.client import Client

from bot.gestures import words
from bot.local_slack import App, LocalSlack, free_port, running
from tests.journeys.test_processes import HEADERS, await_ready, baton, settings
from tests.local_slack import COMPANY, ROOT, SALES, program

WRITE_KEY = "a-write-key-of-the-site"
EMAIL = "jane.doe@acme.example"
PAGES = 12


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client goes straight to this machine, whatever the environment says."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def port() -> int:
    """Where Baton will listen."""
    return free_port()


@pytest.fixture
def slack(port: int) -> Iterator[LocalSlack]:
    """A local Slack."""
    app = App(request_url=f"http://127.0.0.1:{port}/slack/events")
    with running(COMPANY, app, program=program()) as slack:
        yield slack


def ask(port: int, path: str) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=HEADERS)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=5) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_visitor_becomes_a_card_through_the_official_client(
    slack: LocalSlack, port: int, tmp_path: Path, packed: bool
) -> None:
    failures: list[Any] = []
    client = Client(
        WRITE_KEY,
        host=f"http://127.0.0.1:{port}",
        gzip=packed,
        upload_size=5,
        upload_interval=0.1,
        on_error=lambda error, batch: failures.append(error),
    )
    app = App(request_url=f"http://127.0.0.1:{port}/slack/events")
    environment = settings(slack, app, port, BATON_WRITE_KEY=f"{WRITE_KEY}:website")

    # Nobody answers yet: the client has to try again.
    for number in range(PAGES):
        path = "/pricing" if number % 4 == 0 else f"/docs/{number}"
        client.page(anonymous_id="browser-1", properties={"path": path})
    time.sleep(1)
    with baton("run", ROOT, tmp_path, environment) as process:
        await_ready(port, process)
        client.flush()
        client.identify(
            "u-7",
            {"email": EMAIL, "name": "Jane Doe", "title": "CTO", "company": {"name": "Acme"}},
            anonymous_id="browser-1",
        )
        client.group("u-7", "g-1", {"name": "Acme", "employees": 250})
        client.flush()
        card = slack.await_message(SALES, lambda message: "Jane Doe" in words(message))
        assert "Acme" in words(card)
        client.track("u-7", "Document Downloaded", {"document": "price-list.pdf"})
        client.screen("u-7", name="Prices")
        client.alias("browser-2", "u-7")
        client.page(anonymous_id="browser-2", properties={"path": "/careers"})
        client.shutdown()
        lead = ask(port, f"/v1/leads/{EMAIL}")
    assert failures == []
    assert (lead["stage"], lead["temperature"]) == ("mql", "hot")
    assert (lead["name"], lead["title"], lead["external_id"]) == ("Jane Doe", "CTO", "u-7")
    assert lead["attributes"] == {"company_id": "g-1", "employees": 250}
    with closing(sqlite3.connect(tmp_path / "baton.db")) as database:
        kept = database.execute("SELECT kind, source, lead_id FROM signal").fetchall()
        assert database.execute("SELECT count(*) FROM stray").fetchone() == (0,)
    assert {(source, owner) for _, source, owner in kept} == {("website", lead["id"])}
    assert sorted(kind for kind, _, _ in kept) == ["download", *["page"] * (PAGES + 2)]
    assert len([m for m in slack.messages(SALES) if "thread_ts" not in m]) == 1
