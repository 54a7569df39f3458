"""What leads did comes in by HTTP in several shapes, and counts once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW, TEAM
from tests.web.site import Site

EMAIL = {"email": "jane@acme.example"}
OTHER = {"email": "bob@acme.example"}


@pytest.fixture(autouse=True)
def two_leads(site: Site) -> None:
    site.post("/v1/leads", {**EMAIL, "phone": "+81 3-1234-5678", "external_id": "crm-7"})
    site.post("/v1/leads", OTHER)


def view(id: str, **parts: Any) -> dict[str, Any]:
    return {"id": id, "kind": "page", "path": "/pricing", **parts}


def kept(site: Site, lead: str = "ld_1") -> list[str]:
    with site.desk.read(TEAM) as view:
        return [signal.id for signal in view.signals(lead)]


@pytest.mark.parametrize(
    "said",
    [
        {**EMAIL, "signals": [view("a"), view("b")]},
        {"lead": "ld_1", "signals": [view("a"), view("b")]},
        [{**EMAIL, **view("a")}, {**EMAIL, **view("b")}],
        [{"lead": "ld_1", **view("a")}, {"lead": "ld_1", "signals": [view("b")]}],
    ],
)
def test_signals_come_in_any_of_these_shapes(site: Site, said: Any) -> None:
    answer = site.post("/v1/signals", said)

    assert answer.status_code == 200
    assert (answer.json()["received"], answer.json()["new"]) == (2, 2)
    assert [lead["id"] for lead in answer.json()["leads"]] == ["ld_1"]
    assert kept(site) == ["a", "b"]


def test_one_signal_needs_no_list(site: Site) -> None:
    answer = site.post("/v1/signals", {**EMAIL, **view("a", session="s-1", depth=0.5)})

    assert answer.status_code == 200
    with site.desk.read(TEAM) as kept:
        [signal] = kept.signals("ld_1")
    assert (signal.source, signal.session, signal.occurred_at) == ("api", "s-1", NOW)
    assert signal.properties == {"path": "/pricing", "depth": 0.5}


@pytest.mark.parametrize(
    "whose", [{"phone": "+81312345678"}, {"external_id": "crm-7"}, {"email": "BOB@acme.example"}]
)
def test_whoever_is_known_by_something_else_is_found_too(site: Site, whose: Any) -> None:
    if "email" not in whose:
        site.post("/v1/leads", {"name": "Nameless", **whose})
    assert site.post("/v1/signals", {**whose, **view("a")}).status_code == 200


def test_signals_of_several_leads_come_in_one_request(site: Site) -> None:
    answer = site.post("/v1/signals", [{**EMAIL, **view("a")}, {**OTHER, **view("b")}])

    assert [lead["id"] for lead in answer.json()["leads"]] == ["ld_1", "ld_2"]
    assert (kept(site), kept(site, "ld_2")) == (["a"], ["b"])


def test_each_counts_once_however_often_it_comes(site: Site) -> None:
    said = {**EMAIL, "signals": [view("a"), view("b"), view("a")]}
    first = site.post("/v1/signals", said).json()
    second = site.post("/v1/signals", said).json()

    assert (first["received"], first["new"]) == (3, 2)
    assert (second["received"], second["new"]) == (3, 0)
    assert kept(site) == ["a", "b"]


def test_the_third_look_at_the_price_opens_a_handoff(site: Site) -> None:
    stages = [
        site.post("/v1/signals", {**EMAIL, **view(id)}).json()["leads"][0]["stage"] for id in "abc"
    ]
    assert stages == ["new", "new", "mql"]


def test_where_one_lead_is_unknown_nothing_is_kept(site: Site) -> None:
    answer = site.post(
        "/v1/signals", [{**EMAIL, **view("a")}, {"email": "no@acme.example", **view("b")}]
    )

    assert answer.status_code == 404
    assert "number 1" in answer.json()["detail"]
    assert kept(site) == []


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({**EMAIL, "id": "a", "kind": "page"}, "path"),
        ({**EMAIL, "id": "a", "kind": "download", "document": " "}, "document"),
        ({**EMAIL, "id": "a", "kind": "form", "form": 7}, "form"),
        ({**EMAIL, "id": "a", "kind": "attended"}, "name"),
        ({**EMAIL, "id": "a", "kind": "custom", "name": None}, "name"),
        ({**EMAIL, "id": "a", "kind": "opened"}, "kind"),
        ({**EMAIL, "kind": "page", "path": "/"}, "id"),
        ({**EMAIL, **view(" ")}, "id"),
        ({**EMAIL, **view("a", nested={})}, "nested"),
        ({**EMAIL, **view("a", occurred_at="yesterday")}, "occurred_at"),
        ({**EMAIL, **view("a", occurred_at="2026-03-04T10:30:00")}, "occurred_at"),
        ({**EMAIL, **view("a", occurred_at="0001-01-01T00:00:00+09:00")}, "occurred_at"),
        ({**EMAIL, **view("a", occurred_at="1969-12-31T23:59:59Z")}, "occurred_at"),
        ({**EMAIL, **view("a", occurred_at=(NOW + timedelta(hours=1)).isoformat())}, "occurred_at"),
        ({**EMAIL, **view("a", occurred_at=1700000000)}, "occurred_at"),
        ({"email": "nobody", **view("a")}, "email"),
        (view("a"), "email"),
        ({**EMAIL, "signals": []}, "signals"),
        ({**EMAIL, "signals": {}}, "signals"),
        ({**EMAIL, "signals": [view("a"), {"id": "b"}]}, "signals.1.kind"),
        ({**EMAIL, "signals": [view("a"), view("b", path=1)]}, "signals.1.path"),
        ({**EMAIL, "signals": [view("a")], "extra": 1}, "extra"),
        ([{**EMAIL, **view("a")}, {**EMAIL, **view("b", path="")}], "1.path"),
        ([{**EMAIL, "signals": [view("a", path="")]}], "0.signals.0.path"),
        ([{**EMAIL, **view("a")}, {"email": "x", **view("b")}], "1.email"),
        ([{**EMAIL, **view("a")}, 5], "1"),
        ([], "body"),
        (5, "body"),
        ([{**EMAIL, **view(str(n))} for n in range(1001)], "body"),
        ({**EMAIL, "signals": [view(str(n)) for n in range(1001)]}, "signals"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_kept(
    site: Site, said: Any, field: str
) -> None:
    answer = site.post("/v1/signals", said)

    assert answer.status_code == 422, answer.text
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert kept(site) == []


def test_a_click_in_a_mail_needs_no_campaign(site: Site) -> None:
    said = {**EMAIL, "id": "a", "kind": "email_click"}
    assert site.post("/v1/signals", said).status_code == 200
