"""Health says whether the process lives, and whether it is fit to serve."""

from __future__ import annotations

from core.errors import Unready
from storage.store import SqlStore
from tests.web.site import Site, a_site


def test_the_process_lives(site: Site) -> None:
    assert site.stranger.get("/healthz").json() == {"status": "alive"}


def test_the_process_is_ready_and_says_what_waits_to_be_told(site: Site) -> None:
    assert site.stranger.get("/readyz").json()["outbox"] == {}
    demo = {"id": "f-1", "kind": "form", "form": "demo"}
    site.post("/v1/leads", {"email": "jane@acme.example", "signals": [demo]})
    ready = site.stranger.get("/readyz")

    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ready",
        "outbox": {"queued": 1},
        "oldest_queued_at": "2026-03-04T10:30:00Z",
    }


def test_what_is_missing_is_named(store: SqlStore) -> None:
    def ticker() -> None:
        raise Unready("the ticker stands still")

    with a_site(store, checks=[ticker]) as site:
        answer = site.stranger.get("/readyz")
        assert site.stranger.get("/healthz").status_code == 200

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unready")
    assert answer.json()["detail"] == "the ticker stands still"
