"""A request that is sent again under its key has one effect and one answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from core.desk import Desk
from core.domain.draft import Draft
from core.domain.lead import Identity, Profile
from core.domain.log import Door
from core.ports import KeptAnswer
from core.services.intake import Sender, capture
from storage.store import SqlStore
from tests.builders import TEAM
from tests.web.site import Site, a_site, make_desk

JANE = {
    "email": "jane@acme.example",
    "attributes": {"employees": 250, "plan": "pro"},
    "signals": [{"id": "f-1", "kind": "form", "form": "demo"}],
}
AT_ONCE = 12


def version(desk: Desk) -> int:
    with desk.read(TEAM) as view:
        lead = view.lead_known_by(Identity("jane@acme.example"))
    assert lead
    return lead.version


def test_the_first_answer_is_given_again(site: Site) -> None:
    first = site.post("/v1/leads", JANE, Idempotency_Key="f-1")
    site.post("/v1/leads", {**JANE, "company": "Acme"})
    site.clock.forward(days=1)
    again = site.post("/v1/leads", JANE, Idempotency_Key="f-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert again.headers["content-type"] == first.headers["content-type"] == "application/json"
    assert version(site.desk) == 2


def test_the_order_of_the_fields_does_not_matter(site: Site) -> None:
    site.post("/v1/leads", JANE, Idempotency_Key="f-1")
    turned = dict(reversed(JANE.items()))
    turned["attributes"] = {"plan": "pro", "employees": 250}

    again = site.post("/v1/leads", turned, Idempotency_Key="f-1")
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("other", [{**JANE, "company": "Acme"}, {"email": "x@acme.example"}])
def test_another_body_under_the_same_key_is_refused(site: Site, other: Any) -> None:
    site.post("/v1/leads", JANE, Idempotency_Key="f-1")
    refused = site.post("/v1/leads", other, Idempotency_Key="f-1")

    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/key-reused")
    assert version(site.desk) == 1
    assert site.http.get("/v1/leads/x@acme.example").status_code == 404


def test_another_key_is_another_request(site: Site) -> None:
    assert site.post("/v1/leads", JANE, Idempotency_Key="f-1").status_code == 201
    assert site.post("/v1/leads", JANE, Idempotency_Key="f-2").status_code == 200
    assert version(site.desk) == 2


def test_a_refused_request_does_not_use_the_key_up(site: Site) -> None:
    assert site.post("/v1/leads", {"email": "jane"}, Idempotency_Key="f-1").status_code == 422
    assert site.post("/v1/leads", JANE, Idempotency_Key="f-1").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(site: Site, key: str) -> None:
    refused = site.post("/v1/leads", JANE, Idempotency_Key=key)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"


# At the same moment


def at_once(send: Callable[[], tuple[int, str]], *, many: int = AT_ONCE) -> list[tuple[int, str]]:
    """What comes back when many send the same thing in the same moment."""
    gate = threading.Barrier(many)

    def one(_: int) -> tuple[int, str]:
        gate.wait()
        return send()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def had_one_effect(desk: Desk, answers: list[tuple[int, str]]) -> bool:
    return len(set(answers)) == 1 and answers[0][0] == 201 and version(desk) == 1


def test_the_same_request_at_once_has_one_effect_and_one_answer(sql_store: SqlStore) -> None:
    def send() -> tuple[int, str]:
        answer = site.post("/v1/leads", JANE, Idempotency_Key="f-1")
        replayed.append("idempotent-replayed" in answer.headers)
        return answer.status_code, answer.text

    replayed: list[bool] = []
    with a_site(sql_store) as site:
        assert had_one_effect(site.desk, at_once(send))
    assert sorted(replayed) == [False, *[True] * (AT_ONCE - 1)]


def test_two_bodies_at_once_under_one_key_have_one_effect(sql_store: SqlStore) -> None:
    def send(company: str) -> httpx.Response:
        gate.wait()
        return site.post("/v1/leads", {**JANE, "company": company}, Idempotency_Key="f-1")

    gate = threading.Barrier(2)
    with a_site(sql_store) as site, ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, ["Acme", "Globex"]))
        assert version(site.desk) == 1
    assert sorted(answer.status_code for answer in answers) == [201, 422]


def test_the_same_harness_convicts_whoever_looks_first_and_keeps_later(
    sql_store: SqlStore,
) -> None:
    """The negative control: the answer is not kept in the transaction of its effect."""

    def look_then_keep() -> tuple[int, str]:
        with desk.read(TEAM) as view:
            kept = view.kept_answer("f-1")
        between.wait()
        if kept:
            return kept.status, kept.body
        draft = Draft(Identity("jane@acme.example"), Profile())
        taken = capture(desk, TEAM, draft, sender=Sender("api", Door.API))
        status, body = (201 if taken.created else 200), taken.lead.id
        with desk.store.write(TEAM) as unit:
            unit.keep_answer("f-1", KeptAnswer("", status, body), at=desk.now())
        return status, body

    between = threading.Barrier(3)
    desk, _ = make_desk(sql_store)
    assert not had_one_effect(desk, at_once(look_then_keep, many=3))
