"""Leads come in by HTTP, and HTTP tells where they stand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from core.domain.log import Door
from core.services import handoff as decisions
from core.services.handoff import Rejection, Stimulus
from storage.store import SqlStore
from tests.builders import NOW, TEAM
from tests.web.site import Site, a_site

JANE = {
    "email": "Jane@Acme.example",
    "name": "Jane Doe",
    "company": "Acme",
    "title": "CTO",
    "country": "JP",
    "source": "web form",
    "attributes": {"employees": 250, "newsletter": True, "score_elsewhere": 1.5, "note": "hi"},
}
DEMO = {"id": "f-1", "kind": "form", "form": "demo"}


def view(id: str, **parts: Any) -> dict[str, Any]:
    return {"id": id, "kind": "page", "path": "/pricing/eu", **parts}


def test_a_new_lead_is_201_and_a_known_one_200(site: Site) -> None:
    first = site.post("/v1/leads", JANE)
    second = site.post("/v1/leads", {"email": "jane@acme.example", "title": "CEO"})

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert second.json()["title"] == "CEO"
    assert second.json()["company"] == "Acme"


def test_the_answer_tells_where_the_lead_stands(site: Site) -> None:
    lead = site.post("/v1/leads", JANE).json()

    assert lead == {
        "id": "ld_1",
        "email": "jane@acme.example",
        "phone": None,
        "external_id": None,
        "name": "Jane Doe",
        "company": "Acme",
        "title": "CTO",
        "country": "JP",
        "source": "web form",
        "campaign": None,
        "attributes": JANE["attributes"],
        "stage": "new",
        "temperature": "warm",
        "score": 50.0,
        "reasons": ["200 or more employees", "decision maker"],
        "owner": None,
        "created_at": "2026-03-04T10:30:00Z",
        "entered_stage_at": "2026-03-04T10:30:00Z",
        "handoff": None,
    }


def test_a_truth_stays_a_truth_and_a_number_a_number(site: Site) -> None:
    kept = site.post("/v1/leads", JANE).json()["attributes"]

    assert [type(value) for value in kept.values()] == [int, bool, float, str]


def test_a_lead_that_asks_for_a_demo_is_passed_on_at_once(site: Site) -> None:
    lead = site.post("/v1/leads", {**JANE, "signals": [DEMO]}).json()

    assert (lead["stage"], lead["temperature"]) == ("mql", "hot")
    assert lead["reasons"][0] == "asked for a demo"
    handoff = lead["handoff"]
    assert handoff.pop("definition").startswith("v1 ")
    assert handoff == {
        "id": "ho_2",
        "state": "open",
        "opened_at": "2026-03-04T10:30:00Z",
        "due_at": "2026-03-04T11:30:00Z",
        "decided_by": None,
        "decided_at": None,
        "reason": None,
    }


def test_the_reasons_are_told_in_the_language_of_the_workspace(store: SqlStore) -> None:
    with a_site(store, locale="ja") as site:
        told = site.post("/v1/leads", {**JANE, "signals": [DEMO]}).json()
        asked = site.http.get(f"/v1/leads/{told['id']}").json()

    assert told["reasons"][0] == asked["reasons"][0] == "デモを依頼"


def test_a_signal_without_a_date_has_that_of_the_lead(site: Site) -> None:
    long_ago = (NOW - timedelta(days=60)).isoformat()
    site.post("/v1/leads", {**JANE, "occurred_at": long_ago, "signals": [DEMO]})

    with site.desk.read(TEAM) as kept:
        [signal] = kept.signals("ld_1")
    assert signal.occurred_at == NOW - timedelta(days=60)


@pytest.mark.parametrize("name", ["ld_1", "jane@acme.example", "JANE@acme.example"])
def test_a_lead_is_asked_for_by_id_or_address(site: Site, name: str) -> None:
    told = site.post("/v1/leads", {**JANE, "signals": [DEMO]}).json()

    assert site.http.get(f"/v1/leads/{name}").json() == told


def test_an_address_may_hold_a_slash(site: Site) -> None:
    site.post("/v1/leads", {"email": "a/b@acme.example"})

    assert site.http.get("/v1/leads/a%2Fb@acme.example").json()["id"] == "ld_1"
    assert len(site.http.get("/v1/leads/a%2Fb@acme.example/log").json()["entries"]) == 1


def test_points_fade_when_asked_later(site: Site) -> None:
    attended = {"id": "s-1", "kind": "attended", "name": "Seminar"}
    told = site.post("/v1/leads", {"email": "x@acme.example", "signals": [attended]}).json()
    site.clock.forward(days=14)

    assert site.http.get("/v1/leads/ld_1").json()["score"] == told["score"] / 2


def decided(site: Site) -> None:
    stimulus = Stimulus(TEAM, "ho_2", "U7", Door.MODAL)
    site.clock.forward(minutes=5)
    decisions.reject(site.desk, stimulus, Rejection("other", "knows us from school"))


def test_a_decision_shows_on_the_lead(site: Site) -> None:
    site.post("/v1/leads", {**JANE, "signals": [DEMO]})
    decided(site)
    lead = site.http.get("/v1/leads/ld_1").json()

    assert (lead["stage"], lead["owner"]) == ("nurturing", None)
    assert (
        lead["handoff"]
        | {
            "state": "rejected",
            "decided_by": "U7",
            "decided_at": "2026-03-04T10:35:00Z",
            "reason": "other",
        }
        == lead["handoff"]
    )


def test_an_accepted_lead_has_an_owner(site: Site) -> None:
    site.post("/v1/leads", {**JANE, "signals": [DEMO]})
    decisions.accept(site.desk, Stimulus(TEAM, "ho_2", "U7", Door.BUTTON))
    lead = site.http.get("/v1/leads/ld_1").json()

    assert (lead["stage"], lead["owner"]) == ("sal", "U7")
    assert lead["handoff"]["state"] == "accepted"


def test_the_log_tells_every_change_of_stage_oldest_first(site: Site) -> None:
    site.post("/v1/leads", {**JANE, "signals": [DEMO]})
    decided(site)
    entries = site.http.get("/v1/leads/jane@acme.example/log").json()["entries"]

    assert [(row["from"], row["to"], row["verb"], row["actor"]) for row in entries] == [
        (None, "new", "capture", "api"),
        ("new", "mql", "qualify", "api"),
        ("mql", "nurturing", "reject", "U7"),
    ]
    label = entries[2].pop("definition")
    assert label.startswith("v1 ")
    assert entries[2] == {
        "from": "mql",
        "to": "nurturing",
        "verb": "reject",
        "actor": "U7",
        "reason": "other",
        "comment": "knows us from school",
        "door": "modal",
        "handoff": "ho_2",
        "occurred_at": "2026-03-04T10:35:00Z",
        "recorded_at": "2026-03-04T10:35:00Z",
    }


@pytest.mark.parametrize("who", ["ld_9", "x@acme.example", "%00", "%ff", "a%0Ab", "", "%20"])
@pytest.mark.parametrize("tail", ["", "/log"])
def test_nobody_by_that_name_is_404(site: Site, who: str, tail: str) -> None:
    assert_problem(site.http.get(f"/v1/leads/{who}{tail}"), 404, "not-found")


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")
    assert answer.headers["content-type"] == "application/problem+json"
