"""Health says whether the process lives, and whether it is fit to serve."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from core.errors import Unready
from core.ports import Retry
from core.services.delivery import LEASE
from handlers.web.health import Check
from storage.store import SqlStore
from tests.builders import TEAM
from tests.web.site import Site, a_site

DEMO = {
    "email": "jane@acme.example",
    "signals": [{"id": "f-1", "kind": "form", "form": "demo"}],
}


def found(site: Site) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in site.stranger.get("/readyz").json()["checks"]}


def test_the_process_lives(site: Site) -> None:
    assert site.stranger.get("/healthz").json() == {"status": "alive"}


def test_the_process_is_ready_and_says_what_waits_to_be_told(site: Site) -> None:
    assert found(site)["queue"]["detail"] == "empty"
    site.post("/v1/leads", DEMO)
    site.clock.forward(seconds=2)
    ready = site.stranger.get("/readyz")

    assert ready.status_code == 200
    assert ready.json() == {
        "status": "ready",
        "checks": [
            {"name": "database", "ok": True, "detail": "can be written to"},
            {"name": "queue", "ok": True, "detail": "1 wait, the oldest for 2 s"},
            {"name": "parked", "ok": True, "detail": "none"},
        ],
    }


def test_what_is_missing_is_named_beside_what_is_well(store: SqlStore) -> None:
    def ticker() -> str:
        raise Unready("the ticker stands still")

    with a_site(store, checks=[Check("clock", ticker)]) as site:
        answer = site.stranger.get("/readyz")
        assert site.stranger.get("/healthz").status_code == 200

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (503, "/problems/unready")
    assert problem["detail"] == "clock: the ticker stands still"
    assert {each["name"]: each["ok"] for each in problem["checks"]} == {
        "database": True,
        "queue": True,
        "parked": True,
        "clock": False,
    }


def test_a_message_that_nobody_takes_up_is_red_after_five_minutes(site: Site) -> None:
    site.post("/v1/leads", DEMO)
    site.clock.forward(minutes=5)
    assert site.stranger.get("/readyz").status_code == 200
    site.clock.forward(seconds=1)
    assert site.stranger.get("/readyz").status_code == 503
    assert "301 s" in found(site)["queue"]["detail"]


def test_a_message_that_slack_asked_to_wait_is_not(site: Site) -> None:
    site.post("/v1/leads", DEMO)
    [errand] = site.desk.store.outbox.claim(now=site.clock.now, lease=LEASE, limit=5)
    in_an_hour = Retry(site.clock.now + timedelta(hours=1), 0, False, "ratelimited")
    assert site.desk.store.outbox.put_back(errand, in_an_hour)
    site.clock.forward(minutes=59)
    assert site.stranger.get("/readyz").status_code == 200
    assert found(site)["queue"]["detail"] == "1 wait, the oldest for 3540 s"


def test_what_is_parked_is_shown_and_not_red(site: Site) -> None:
    site.post("/v1/leads", DEMO)
    [errand] = site.desk.store.outbox.claim(now=site.clock.now, lease=LEASE, limit=5)
    site.desk.store.outbox.park(errand, problem="is_archived")
    site.desk.store.outbox.shut(TEAM, problem="token_revoked")
    site.clock.forward(hours=1)
    said = "1 parked, T01 is shut: token_revoked"
    assert found(site)["parked"] == {"name": "parked", "ok": True, "detail": said}
    assert site.stranger.get("/readyz").status_code == 200
