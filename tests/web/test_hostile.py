"""Whatever is thrown at the API, the fault is the sender's and never ours."""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.domain.lead import Identity
from handlers.web.events import TYPES
from tests.builders import TEAM
from tests.web.site import KEY, WRITE_KEY, Site

EMAIL = "jane@acme.example"
hostile = settings(
    max_examples=150,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# What breaks programs: no text at all, half of a character, text that turns itself around,
# a formula, numbers beyond every register, moments beyond the calendar.
nasty = st.sampled_from(
    [
        "",
        "\x00",
        "a\x00b",
        "\ud800",
        "\u202edrow\u202c",
        "\ufeff",
        "=HYPERLINK(1)",
        "<!channel>",
        "' OR 1=1 --",
        "%00",
        "../..",
        "x" * 501,
        "x" * 100_000,
        "😀" * 400,
        10**400,
        -(2**63),
        2**63 - 1,
        -(2**63) - 1,
        1e308,
        5e-324,
        float("nan"),
        float("inf"),
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-02-30T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2024-W01-1T00:00Z",
    ]
)
scalars = st.one_of(
    nasty, st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30)
)
anything = st.recursive(
    scalars,
    lambda inside: st.one_of(
        st.lists(inside, max_size=4), st.dictionaries(st.text(max_size=8), inside, max_size=4)
    ),
    max_leaves=8,
)
names = st.one_of(st.text(max_size=10), nasty.map(str))
mostly_text = st.one_of(st.text(max_size=30), anything)

signals = st.fixed_dictionaries(
    {},
    optional={
        "id": mostly_text,
        "kind": st.one_of(
            st.sampled_from(["page", "download", "form", "attended", "email_click", "custom"]),
            anything,
        ),
        "path": mostly_text,
        "form": mostly_text,
        "document": mostly_text,
        "name": mostly_text,
        "session": anything,
        "occurred_at": anything,
        "source": anything,
    },
)
identities = st.fixed_dictionaries(
    {}, optional={"email": st.one_of(st.just(EMAIL), anything), "phone": anything, "lead": anything}
)
leads = st.fixed_dictionaries(
    {"email": st.one_of(st.just(EMAIL), st.emails(), anything)},
    optional={
        **dict.fromkeys(("phone", "external_id", "name", "company", "title"), mostly_text),
        **dict.fromkeys(("country", "source", "campaign", "occurred_at"), mostly_text),
        "attributes": st.one_of(st.dictionaries(names, anything, max_size=5), anything),
        "signals": st.one_of(st.lists(st.one_of(signals, anything), max_size=3), anything),
    },
)


def sent(site: Site, path: str, said: Any, **headers: str) -> httpx.Response:
    content = json.dumps(said).encode()  # as Python writes it: NaN, lone surrogates and all
    return site.http.post(path, content=content, headers=headers)


def assert_no_fault_of_ours(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    else:
        answer.json()


@hostile
@given(said=leads)
@example(said={"email": EMAIL, "attributes": {"a\x00": 1}})
@example(said={"email": EMAIL, "attributes": {"a": "\x00"}})
def test_no_lead_hurts(site: Site, said: Any) -> None:
    answer = sent(site, "/v1/leads", said)

    assert_no_fault_of_ours(answer)
    if answer.is_success:
        told = answer.json()
        assert_no_fault_of_ours(site.http.get(f"/v1/leads/{told['id']}/log"))
        assert site.http.get(f"/v1/leads/{told['id']}").json()["attributes"] == told["attributes"]


@hostile
@example(said={"email": EMAIL, "attributes": {"n": 10**4299}}, key="k")
@example(said={"email": EMAIL, "attributes": {"n": 1 - 10**4300}}, key="k")
@given(said=leads, key=st.text(st.characters(max_codepoint=255), max_size=300))
def test_no_key_hurts(site: Site, said: Any, key: str) -> None:
    value = key.translate(dict.fromkeys((*range(32), 127))).strip().encode("latin-1")
    content = json.dumps(said).encode()
    first, again = (
        site.http.post("/v1/leads", content=content, headers={b"Idempotency-Key": value})
        for _ in range(2)
    )

    assert_no_fault_of_ours(first)
    assert (again.status_code, again.text) == (first.status_code, first.text)


@hostile
@given(
    said=st.one_of(
        st.builds(lambda whose, what: {**what, **whose}, identities, signals),
        st.builds(
            lambda whose, what: {**whose, "signals": what},
            identities,
            st.lists(signals, max_size=3),
        ),
        st.lists(st.builds(lambda whose, what: {**what, **whose}, identities, signals), max_size=4),
        anything,
    )
)
def test_no_signal_hurts(site: Site, said: Any) -> None:
    sent(site, "/v1/leads", {"email": EMAIL})
    assert_no_fault_of_ours(sent(site, "/v1/signals", said))


@hostile
@given(content=st.binary(max_size=200), path=st.sampled_from(["/v1/leads", "/v1/signals"]))
def test_no_bytes_hurt(site: Site, content: bytes, path: str) -> None:
    assert_no_fault_of_ours(site.http.post(path, content=content))


trees = st.one_of(
    anything,
    st.fixed_dictionaries(
        {},
        optional={
            **dict.fromkeys(("email", "phone", "name", "firstName", "path", "url"), mostly_text),
            "company": st.one_of(st.fixed_dictionaries({"name": anything}), anything),
            "deep": st.recursive(anything, lambda inside: st.fixed_dictionaries({"a": inside})),
        },
    ),
)
messages = st.fixed_dictionaries(
    {"type": st.one_of(st.sampled_from(TYPES), anything)},
    optional={
        **dict.fromkeys(("userId", "anonymousId", "previousId", "groupId"), mostly_text),
        **dict.fromkeys(("messageId", "event", "name", "category"), mostly_text),
        **dict.fromkeys(("traits", "properties"), trees),
        **dict.fromkeys(("timestamp", "originalTimestamp", "sentAt", "writeKey"), anything),
        "context": st.one_of(
            st.fixed_dictionaries(
                {}, optional=dict.fromkeys(("traits", "page", "campaign", "sessionId"), trees)
            ),
            anything,
        ),
    },
)
WRITER = (WRITE_KEY, "")


@hostile
@given(said=st.one_of(messages, anything), call=st.sampled_from(TYPES))
@example(said={"userId": "u", "event": "E", "timestamp": "0001-01-01T00:00:00Z"}, call="track")
@example(
    said={
        "userId": "u",
        "timestamp": "9999-12-31T23:59:59Z",
        "sentAt": "0001-01-01T00:00:00+23:59",
    },
    call="page",
)
@example(said={"userId": "u", "properties": {"n": 10**400, "m": -(2**63)}}, call="screen")
@example(said={"userId": "u", "traits": {str(n): n for n in range(300)}}, call="identify")
@example(said={"userId": "u", "properties": {"x" * 900: {"y" * 900: 1}}}, call="page")
def test_no_message_hurts(site: Site, said: Any, call: str) -> None:
    content = json.dumps(said).encode()
    answer = site.stranger.post(f"/v1/{call}", content=content, auth=WRITER)

    assert_no_fault_of_ours(answer)


@hostile
@given(
    said=st.fixed_dictionaries(
        {"batch": st.lists(st.one_of(messages, anything), max_size=6)},
        optional={"context": trees, "sentAt": anything, "writeKey": anything},
    )
)
def test_no_batch_hurts_and_none_costs_a_good_message(site: Site, said: Any) -> None:
    numbers[0] += 1
    good = {"type": "page", "userId": "good", "messageId": f"good-{numbers[0]}"}
    said = {**said, "batch": [*said["batch"], good], "sentAt": None}
    content = gzip.compress(json.dumps(said).encode())
    packed = {"Content-Encoding": "gzip"}
    answer = site.stranger.post("/v1/batch", content=content, headers=packed, auth=WRITER)

    assert_no_fault_of_ours(answer)
    assert answer.status_code == 413 or answer.json()["success"]
    if answer.status_code == 200:
        with site.desk.read(TEAM) as view:
            lead = view.lead_known_by(Identity(external_id="good"))
            assert lead is not None
            assert good["messageId"] in [signal.id for signal in view.signals(lead.id)]


numbers = [0]


@hostile
@given(
    content=st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(gzip.compress)),
    call=st.sampled_from(("batch", "track")),
    encoding=st.sampled_from(["gzip", "identity", "br", "GZIP", ""]),
)
def test_no_packed_bytes_hurt(site: Site, content: bytes, call: str, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    answer = site.stranger.post(f"/v1/{call}", content=content, headers=headers, auth=WRITER)
    assert_no_fault_of_ours(answer)


@hostile
@given(who=names, tail=st.sampled_from(["", "/log"]))
def test_no_name_hurts(site: Site, who: str, tail: str) -> None:
    path = quote(who.encode("utf-8", "surrogatepass")[:3000], safe="")
    assert_no_fault_of_ours(site.http.get(f"/v1/leads/{path}{tail}"))


@hostile
@given(shown=st.binary(max_size=100))
def test_no_guess_at_the_key_hurts(site: Site, shown: bytes) -> None:
    guess = bytes(byte for byte in shown if byte > 32 and byte != 127)
    answer = site.stranger.get(
        "/v1/leads/ld_1", headers={b"Authorization": b"Bearer " + guess + b"x"}
    )

    assert answer.status_code in (401, 429) or guess + b"x" == KEY.encode()
