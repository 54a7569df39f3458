"""Whatever goes wrong is a problem document that says what and where."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core.errors import BatonError, Busy, NotFound, Refused, Unready
from handlers.web.guard import BODY_LIMIT
from handlers.web.problems import install_problems
from storage.store import SqlStore
from tests.web.site import KEY, Site, a_site, served

JANE = {"email": "jane@acme.example"}


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, said["status"], said["type"]) == (
        status,
        status,
        f"/problems/{code}",
    )
    assert said["title"]
    assert said["detail"]
    return said


# Who may enter


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Bearer {KEY}x"},
        {"Authorization": f"Bearer {KEY[:-1]}"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"Authorization": "Bearer \u00ff".encode("latin-1")},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/leads"),
        ("POST", "/v1/signals"),
        ("GET", "/v1/leads/ld_1"),
        ("GET", "/v1/leads/ld_1/log"),
    ],
)
def test_without_the_key_nobody_enters(
    site: Site, method: str, path: str, shown: dict[str, Any]
) -> None:
    answer = site.stranger.request(method, path, headers=shown)

    assert_problem(answer, 401, "unknown-key")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_stranger_learns_nothing_of_the_body(site: Site) -> None:
    assert site.stranger.post("/v1/leads", content=b"{").status_code == 401


def test_without_a_key_to_hold_the_api_is_closed(store: SqlStore) -> None:
    with a_site(store, key=None) as site:
        assert_problem(site.post("/v1/leads", JANE), 503, "unready")


# What cannot be used


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "email"),
        ({"email": None}, "email"),
        ({"email": "  "}, "email"),
        ({"email": "jane"}, "email"),
        ({"email": 5}, "email"),
        ({"email": ["jane@acme.example"]}, "email"),
        ({"phone": "call me"}, "phone"),
        ({"external_id": 7}, "external_id"),
        ({**JANE, "name": "x" * 501}, "name"),
        ({**JANE, "company": {"name": "Acme"}}, "company"),
        ({**JANE, "colour": "red"}, "colour"),
        ({**JANE, "attributes": None}, "attributes"),
        ({**JANE, "attributes": []}, "attributes"),
        ({**JANE, "attributes": {"a": [1]}}, "attributes.a"),
        ({**JANE, "attributes": {"a": {}}}, "attributes.a"),
        ({**JANE, "attributes": {"a": 2**63}}, "attributes.a"),
        ({**JANE, "attributes": {"a": "x" * 501}}, "attributes.a"),
        ({**JANE, "attributes": {str(n): n for n in range(101)}}, "attributes"),
        ({**JANE, "attributes": {"": 1}}, "attributes"),
        ({**JANE, "attributes": {"\x00": 1}}, "attributes"),
        ({**JANE, "attributes": {"a" * 501: 1}}, "attributes"),
        ({**JANE, "occurred_at": "soon"}, "occurred_at"),
        ({**JANE, "occurred_at": "2026-03-05T10:30:00Z"}, "occurred_at"),
        ({**JANE, "signals": None}, "signals"),
        ({**JANE, "signals": [{"id": "a", "kind": "page"}]}, "signals.0.path"),
        ([JANE], "body"),
        ("jane", "body"),
        (None, "body"),
    ],
)
def test_the_field_that_cannot_be_used_is_named(site: Site, said: Any, field: str) -> None:
    problem = assert_problem(site.post("/v1/leads", said), 422, "invalid")

    assert [fault["field"] for fault in problem["errors"]] == [field]
    assert problem["detail"].startswith(field)


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 4300])
def test_numbers_that_are_none_are_refused(site: Site, value: bytes) -> None:
    content = b'{"email": "jane@acme.example", "attributes": {"n": ' + value + b"}}"
    problem = assert_problem(site.http.post("/v1/leads", content=content), 422, "invalid")

    assert problem["errors"][0]["field"] == "attributes.n"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"email=jane",
        b"\xff\xfe",
        b'{"name": "\xff"}',
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"attributes": {"n": ' + b"9" * 5000 + b"}}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
@pytest.mark.parametrize("path", ["/v1/leads", "/v1/signals"])
def test_what_is_not_json_is_refused(site: Site, path: str, content: bytes) -> None:
    problem = assert_problem(site.http.post(path, content=content), 422, "invalid")

    assert problem["errors"][0]["field"] == "body"


def test_every_fault_is_named_but_not_thousands(site: Site) -> None:
    two = site.post("/v1/leads", {"email": 1, "name": 2}).json()
    many = site.post("/v1/leads", {**JANE, **{f"x{n}": n for n in range(1000)}}).json()

    assert [fault["field"] for fault in two["errors"]] == ["email", "name"]
    assert len(many["errors"]) == 20


# What the framework refuses


def test_there_is_nothing_here(site: Site) -> None:
    assert_problem(site.http.get("/v2/leads"), 404, "not-found")


def test_that_cannot_be_done_here(site: Site) -> None:
    answer = site.http.delete("/v1/leads")

    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


# How much may be carried in


def test_a_body_within_the_limit_is_read(site: Site) -> None:
    padding = b" " * (BODY_LIMIT - 30)
    content = b'{"email":"jane@acme.example"}' + padding

    assert site.http.post("/v1/leads", content=content).status_code == 201


def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 50_000):
        yield b" " * 50_000


@pytest.mark.parametrize("content", [b" " * (BODY_LIMIT + 1), chunks(BODY_LIMIT + 100_000)])
def test_a_body_beyond_the_limit_is_refused(site: Site, content: Any) -> None:
    assert_problem(site.http.post("/v1/leads", content=content), 413, "too-large")


def raw(site: Site, head: str, body: bytes = b"", *, ends: bool = False) -> bytes:
    """Speak HTTP by hand, and hear what comes back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as line:
        line.sendall(
            f"POST /v1/leads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n{head}\r\n\r\n"
            "".encode()
            + body
        )
        if ends:
            line.shutdown(socket.SHUT_WR)
        heard = b""
        while chunk := line.recv(65536):
            heard += chunk
        return heard


def test_a_claim_of_too_much_is_refused_before_anything_is_sent(site: Site) -> None:
    assert raw(site, "Content-Length: 50000000").startswith(b"HTTP/1.1 413")
    assert raw(site, f"Content-Length: {'9' * 30}").startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))


def test_a_body_without_end_is_cut_off_at_the_limit(site: Site) -> None:
    """No Content-Length to go by: the bytes themselves are counted."""
    chunk = b"c350\r\n" + b" " * 50_000 + b"\r\n"
    heard = raw(site, "Transfer-Encoding: chunked", chunk * 21)

    assert heard.startswith(b"HTTP/1.1 413")


def test_a_body_that_does_not_come_is_not_waited_for(store: SqlStore) -> None:
    with a_site(store, seconds=0.2) as site:
        heard = raw(site, "Content-Length: 10", b"{")

    assert heard.startswith(b"HTTP/1.1 408")
    assert b"/problems/too-slow" in heard


def test_whoever_hangs_up_does_not_disturb_the_others(site: Site) -> None:
    assert raw(site, "Content-Length: 10", b"{", ends=True) is not None
    assert site.post("/v1/leads", JANE).status_code == 201


# What fails on our side


class Odd(BatonError):
    """An expected failure that nobody has given a status."""

    code = "odd"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound(), 404, "not-found"),
        (Refused("no"), 403, "refused"),
        (Busy("later"), 503, "busy"),
        (Unready("no channel"), 503, "unready"),
        (Odd(), 500, "odd"),
    ],
)
def test_every_expected_failure_has_its_status(error: BatonError, status: int, code: str) -> None:
    def fail() -> None:
        raise error

    app = FastAPI()
    install_problems(app)
    app.get("/")(fail)
    with served(app) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)

    assert_problem(answer, status, code)
    assert ("retry-after" in answer.headers) == (status == 503)


def test_a_failure_nobody_expected_tells_nothing_of_itself() -> None:
    def fail() -> None:
        raise RuntimeError("the password is hunter2")

    app = FastAPI()
    install_problems(app)
    app.get("/")(fail)
    with served(app) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)

    assert_problem(answer, 500, "error")
    assert "hunter2" not in answer.text


def test_a_number_in_the_address_that_is_none_is_named() -> None:
    app = FastAPI()
    install_problems(app)

    @app.get("/{number}")
    def twice(number: int) -> int:
        return 2 * number

    with served(app) as port:
        answer = httpx.get(f"http://127.0.0.1:{port}/x", trust_env=False)

    assert assert_problem(answer, 422, "invalid")["errors"][0]["field"] == "number"
