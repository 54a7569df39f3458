"""The tracking API: what sites send as to Segment becomes leads and what they did."""

from __future__ import annotations

import gzip
import json
import logging
import threading
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta
from itertools import islice
from typing import Any

import httpx
import pytest

from core.domain.lead import Signal, SignalKind
from handlers.web.events import EVENT_LIMIT, TYPES
from handlers.web.places import OF_ONE
from handlers.web.segment import BATCH_LIMIT, BATCH_MOST, PATHS
from tests.builders import NOW, TEAM
from tests.web.site import OTHER_WRITE_KEY, SHOP, WRITE_KEY, Site

JANE = {"anonymousId": "A", "userId": "u1"}
EMAIL = "jane@acme.example"
Said = dict[str, Any]


def send(site: Site, call: str, said: Any, **headers: str) -> httpx.Response:
    return site.stranger.post(f"/v1/{call}", json=said, auth=(WRITE_KEY, ""), headers=headers)


def known(site: Site) -> None:
    said = {**JANE, "messageId": "i0", "traits": {"email": EMAIL}}
    assert send(site, "identify", said).json() == {"success": True}


def lead(site: Site) -> Said:
    found = site.http.get(f"/v1/leads/{EMAIL}")
    assert found.status_code == 200
    told: Said = found.json()
    return told


def did(site: Site) -> list[Signal]:
    with site.desk.read(TEAM) as view:
        return list(view.signals(lead(site)["id"]))


# The calls


def test_identify_says_who_somebody_is(site: Site) -> None:
    traits = {
        "email": "Jane@Acme.example",
        "firstName": "Jane",
        "lastName": "Doe",
        "job_title": "CTO",
        "phone": "+81 3-1234-5678",
        "company": {"name": "Acme", "id": 7, "employee_count": 250, "industry": "Steel"},
        "address": {"country": "JP", "city": "Tokyo"},
        "interests": ["price", "speed"],
        "avatar": "https://acme.example/jane.png",
        "plan": None,
    }
    assert send(site, "identify", {**JANE, "traits": traits}).status_code == 200
    told = lead(site)
    assert (told["name"], told["company"], told["title"]) == ("Jane Doe", "Acme", "CTO")
    assert (told["external_id"], told["phone"], told["country"]) == ("u1", "+81312345678", "JP")
    assert told["attributes"] == {
        "first_name": "Jane",
        "last_name": "Doe",
        "company_id": 7,
        "employees": 250,
        "industry": "Steel",
        "address.city": "Tokyo",
        "interests": "price, speed",
    }


def test_a_japanese_name_is_written_as_it_is_in_japan(site: Site) -> None:
    traits = {"email": EMAIL, "firstName": "凛", "lastName": "佐藤"}
    send(site, "identify", {**JANE, "traits": traits})
    assert lead(site)["name"] == "佐藤 凛"


@pytest.mark.parametrize(
    ("call", "said", "kind", "properties"),
    [
        (
            "page",
            {"name": "Prices", "properties": {"path": "/pricing", "title": "P", "search": "?q"}},
            SignalKind.PAGE,
            {"name": "Prices", "path": "/pricing", "title": "P"},
        ),
        (
            "page",
            {
                "context": {
                    "page": {"url": "https://a.example/pricing?token=5#x", "referrer": "r?q"}
                }
            },
            SignalKind.PAGE,
            {"url": "https://a.example/pricing", "path": "/pricing", "referrer": "r"},
        ),
        (
            "screen",
            {"name": "Prices", "category": "Shop"},
            SignalKind.PAGE,
            {"screen": "Prices", "name": "Prices", "category": "Shop"},
        ),
        (
            "track",
            {"event": "Form Submitted", "properties": {"formName": "demo", "fields": [1]}},
            SignalKind.FORM,
            {"formName": "demo", "form": "demo"},
        ),
        ("track", {"event": "Demo Requested"}, SignalKind.FORM, {"form": "demo"}),
        (
            "track",
            {"event": "file_downloaded", "properties": {"file_name": "price-list.pdf"}},
            SignalKind.DOWNLOAD,
            {"file_name": "price-list.pdf", "document": "price-list.pdf"},
        ),
        (
            "track",
            {"event": "Webinar Attended", "properties": {"webinar": "Clinic"}},
            SignalKind.ATTENDED,
            {"webinar": "Clinic", "name": "Clinic"},
        ),
        (
            "track",
            {"event": "Email Link Clicked", "properties": {"seconds_after_delivery": 90}},
            SignalKind.EMAIL_CLICK,
            {"seconds_after_delivery": 90},
        ),
        (
            "track",
            {
                "event": "Plan Chosen",
                "properties": {"name": "Pro", "price": {"monthly": 9.5}, "ip": "10.0.0.1"},
                "context": {"ip": "10.0.0.1", "page": {"path": "/plans", "title": "Plans"}},
            },
            SignalKind.CUSTOM,
            {"name": "Plan Chosen", "property_name": "Pro", "price.monthly": 9.5, "path": "/plans"},
        ),
    ],
)
def test_what_somebody_did_is_a_signal(
    site: Site, call: str, said: Said, kind: SignalKind, properties: Said
) -> None:
    known(site)
    assert send(site, call, {**JANE, "messageId": "m1", **said}).json() == {"success": True}
    [signal] = did(site)
    assert (signal.id, signal.source, signal.kind) == ("m1", "segment", kind)
    assert (signal.occurred_at, signal.properties) == (NOW, properties)


def test_group_says_which_company(site: Site) -> None:
    known(site)
    traits = {"name": "Acme", "employees": 300, "industry": "Steel", "plan": "pro"}
    send(site, "group", {**JANE, "groupId": "g7", "traits": traits})
    told = lead(site)
    assert told["company"] == "Acme"
    assert told["attributes"] == {
        "company_id": "g7",
        "employees": 300,
        "industry": "Steel",
        "company.plan": "pro",
    }


def test_alias_says_that_both_are_one(site: Site) -> None:
    send(site, "page", {"anonymousId": "B", "messageId": "p1", "properties": {"path": "/"}})
    known(site)
    send(site, "alias", {"previousId": "B", "userId": "u1"})
    assert [signal.id for signal in did(site)] == ["p1"]


def test_where_they_came_from_is_kept_if_nobody_knew(site: Site) -> None:
    campaign = {"source": "search", "name": "spring", "medium": "cpc"}
    send(site, "page", {"anonymousId": "A", "context": {"campaign": campaign}})
    known(site)
    assert (lead(site)["source"], lead(site)["campaign"]) == ("search", "spring")


def test_traits_are_heard_in_any_call_and_an_email_may_be_the_user(site: Site) -> None:
    said = {"userId": EMAIL, "context": {"traits": {"name": "Jane", "phone": "n/a"}}}
    send(site, "track", {**said, "event": "Demo Requested"})
    assert (lead(site)["name"], lead(site)["phone"]) == ("Jane", None)
    assert lead(site)["stage"] == "mql"


def test_visits_are_told_apart(site: Site) -> None:
    known(site)
    for minute, more in ((0, {}), (10, {}), (40, {}), (41, {"context": {"sessionId": 17}})):
        at = (NOW - timedelta(hours=2) + timedelta(minutes=minute)).isoformat()
        send(site, "page", {**JANE, "messageId": f"p{minute}", "timestamp": at, **more})
    first, same, later, said = (signal.session for signal in did(site))
    assert (first == same, same == later, said) == (True, False, "17")


# When


@pytest.mark.parametrize(
    ("said", "happened"),
    [
        ({}, NOW),
        ({"timestamp": "2026-03-04T09:30:00.000Z"}, NOW - timedelta(hours=1)),
        ({"timestamp": "2026-03-04T09:30:00"}, NOW - timedelta(hours=1)),
        # Sent a minute after it happened, by a clock that is a day ahead, or years behind.
        (
            {"timestamp": "2026-03-05T10:29:00Z", "sentAt": "2026-03-05T10:30:00Z"},
            NOW - timedelta(minutes=1),
        ),
        (
            {"timestamp": "1970-01-01T00:00:00Z", "sentAt": "1970-01-01T00:01:00Z"},
            NOW - timedelta(minutes=1),
        ),
        ({"timestamp": "2026-03-04T10:34:00Z"}, NOW),
    ],
)
def test_a_wrong_clock_is_put_right(site: Site, said: Said, happened: Any) -> None:
    known(site)
    assert send(site, "page", {**JANE, "messageId": "m", **said}).status_code == 200
    assert did(site)[0].occurred_at == happened


def test_the_same_message_counts_once_even_without_an_id(site: Site) -> None:
    known(site)
    for said in ({"messageId": "m"}, {"timestamp": "2026-03-04T09:00:00Z"}):
        for _ in range(3):
            send(site, "page", {**JANE, "properties": {"path": "/"}, **said})
    assert len(did(site)) == 2
    for _ in range(2):
        send(site, "page", {**JANE, "properties": {"path": "/"}})
    assert len(did(site)) == 4


# Many at once


def a_batch(*messages: Any, **more: Any) -> Said:
    return {"batch": list(messages), "sentAt": NOW.isoformat(), **more}


def a_page(id: str, **said: Any) -> Said:
    return {"type": "page", "messageId": id, **JANE, "properties": {"path": "/"}, **said}


@pytest.mark.parametrize("call", ["batch", "import", "b"])
def test_a_batch_is_taken_in_whole(site: Site, call: str) -> None:
    who = {"type": "identify", **JANE, "traits": {"email": EMAIL}}
    shared = {"context": {"campaign": {"source": "fair"}}}
    answer = send(site, call, a_batch(a_page("p1"), who, a_page("p2"), **shared))
    assert answer.json() == {"success": True}
    assert [signal.id for signal in did(site)] == ["p1", "p2"]
    assert lead(site)["source"] == "fair"


def test_one_that_cannot_be_kept_does_not_cost_the_others(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    bad = [
        5,
        {"type": "nonsense"},
        {"type": "page", "messageId": "x1"},
        {"type": "track", **JANE, "messageId": EMAIL},
        a_page("x2", timestamp="soon"),
        a_page("x3", timestamp="2027-01-01T00:00:00Z"),
        a_page("x4", properties={"note": "x" * EVENT_LIMIT}),
        {"type": "identify", "userId": "u1", "traits": {"email": "no address"}},
        {"type": "alias", "userId": "u1"},
        a_page("x5", userId=["u1"]),
    ]
    known(site)
    with caplog.at_level(logging.WARNING):
        answer = send(site, "batch", a_batch(a_page("p1"), *bad, a_page("p2")))
    assert answer.status_code == 200
    told = answer.json()
    assert (told["success"], told["refused"]) == (True, len(bad))
    assert [error["number"] for error in told["errors"]] == list(range(1, len(bad) + 1))
    assert [signal.id for signal in did(site)] == ["p1", "p2"]
    lines = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert lines[2] == "event refused: source=segment id=x1 field=userId"
    assert len(lines) == len(bad)
    assert EMAIL not in caplog.text
    metrics = site.stranger.get("/metrics").text
    assert f'baton_events_total{{outcome="refused"}} {len(bad)}.0' in metrics
    assert 'baton_events_total{outcome="kept"} 3.0' in metrics


def test_half_a_character_costs_nobody_anything(site: Site) -> None:
    known(site)
    raw = json.dumps(a_batch(a_page("p1"), a_page("p2", name="x\ud83d"))).encode()
    answer = site.stranger.post("/v1/batch", content=raw, auth=(WRITE_KEY, ""))
    assert answer.json() == {"success": True}
    assert len(did(site)) == 2


# How it is sent


def test_a_packed_body_is_unpacked(site: Site) -> None:
    said = {**JANE, "traits": {"email": EMAIL}}
    packed = gzip.compress(json.dumps(said).encode())
    headers = {"Content-Encoding": "gzip"}
    for body in (packed, packed[:-8], packed[:10], b"", b"nonsense", packed[3:]):
        answer = site.stranger.post(
            "/v1/identify", content=body, headers=headers, auth=(WRITE_KEY, "")
        )
        assert answer.status_code == (200 if body == packed else 422)
    assert lead(site)["email"] == EMAIL
    answer = site.stranger.post(
        "/v1/identify", content=b"x", headers={"Content-Encoding": "br"}, auth=(WRITE_KEY, "")
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("call", ["track", "batch"])
def test_a_bomb_is_not_unpacked(site: Site, call: str) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(b" " * 100_000_000) + packer.flush()
    answer = site.stranger.post(
        f"/v1/{call}",
        content=bomb,
        headers={"Content-Encoding": "gzip"},
        auth=(WRITE_KEY, ""),
    )
    assert answer.status_code == 413


def test_what_is_too_long_is_refused_for_good(site: Site) -> None:
    long = {**JANE, "event": "E", "properties": {"note": "x" * EVENT_LIMIT}}
    assert send(site, "track", long).status_code == 413
    assert send(site, "batch", a_batch(a_page("p", name="x" * BATCH_LIMIT))).status_code == 413
    assert send(site, "batch", a_batch(*[{}] * (BATCH_MOST + 1))).status_code == 413


@pytest.mark.parametrize("said", [None, [], "x", {"batch": None}, {"batch": {}}, {}])
def test_what_is_no_batch_is_refused(site: Site, said: Any) -> None:
    assert send(site, "batch", said).status_code == 422


def test_every_path_leads_in(site: Site) -> None:
    for path in PATHS:
        answer = site.stranger.post(path, json={"writeKey": WRITE_KEY, "batch": [], **JANE})
        assert answer.status_code in (200, 422), path
    assert {f"/v1/{name}" for name in TYPES} < set(PATHS)


# Who may send


def test_a_key_may_be_sent_in_the_body_and_names_its_source(site: Site) -> None:
    known(site)
    said = {**JANE, "writeKey": OTHER_WRITE_KEY, "messageId": "m", "properties": {}}
    raw = json.dumps(said)
    answer = site.stranger.post("/v1/p", content=raw, headers={"Content-Type": "text/plain"})
    assert answer.json() == {"success": True}
    assert did(site)[0].source == "shop"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic"},
        {"Authorization": "Basic ???"},
        {"Authorization": "Basic bm90IG91cnM6"},
        {"Authorization": f"Bearer {WRITE_KEY}"},
    ],
)
def test_who_has_no_key_is_kept_out(site: Site, headers: dict[str, str]) -> None:
    for said in ({}, {"writeKey": "wrong"}, {"writeKey": 5}, {"writeKey": "\ud800"}):
        raw = json.dumps({**JANE, **said})
        answer = site.stranger.post("/v1/page", content=raw, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"


def test_who_guesses_is_not_listened_to_for_a_while(site: Site) -> None:
    answers = [
        site.stranger.post("/v1/page", json=JANE, auth=(f"guess-{number}", ""))
        for number in range(25)
    ]
    assert [answer.status_code for answer in answers[18:22]] == [401, 401, 429, 429]


def test_who_sends_too_many_at_once_is_told_to_wait_and_others_are_not(site: Site) -> None:
    locked, free = threading.Event(), threading.Event()

    def lock() -> None:
        with site.desk.store.write(TEAM):
            locked.set()
            free.wait(1.8)

    limits = httpx.Limits(max_connections=100)
    url = site.stranger.base_url
    with (
        httpx.Client(base_url=url, trust_env=False, limits=limits, timeout=20) as sender,
        ThreadPoolExecutor(60) as crowd,
    ):

        def post(key: str) -> int:
            return sender.post("/v1/page", json=JANE, auth=(key, "")).status_code

        assert post(WRITE_KEY) == 200
        crowd.submit(lock)
        locked.wait()
        many = [crowd.submit(post, WRITE_KEY) for _ in range(OF_ONE + 15)]
        refused = [each.result() for each in islice(as_completed(many), 15)]
        assert not free.is_set()
        other = crowd.submit(post, OTHER_WRITE_KEY)
        assert site.stranger.get("/healthz").status_code == 200
        free.set()
        assert other.result() == 200
    assert refused == [429] * 15
    assert Counter(each.result() for each in many) == {200: OF_ONE, 429: 15}


# From a browser


def test_the_browser_of_an_allowed_origin_may_send(site: Site) -> None:
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    answer = site.stranger.options("/v1/t", headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "content-type" in answer.headers["access-control-allow-headers"]
    for said, status in (({"writeKey": WRITE_KEY}, 422), ({}, 401)):
        answer = site.stranger.post("/v1/t", json=said, headers={"Origin": SHOP})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{SHOP}.evil.example"])
def test_no_other_may(site: Site, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    answer = site.stranger.options("/v1/t", headers=asked)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    answer = site.stranger.options("/v1/leads", headers={**asked, "Origin": SHOP})
    assert "access-control-allow-origin" not in answer.headers
