"""The description of the API is complete, and true."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.web.events import TYPES
from handlers.web.told import LeadOut, LogOut, SignalsOut
from tests.web.site import Site

_EVENTS = {"200", "401", "408", "413", "422", "429", "500", "503"}
EXPECTED = {
    **{(f"/v1/{name}", "post"): _EVENTS for name in (*TYPES, "batch")},
    ("/v1/leads", "post"): {"200", "201", "401", "408", "413", "422", "429", "500", "503"},
    ("/v1/signals", "post"): {"200", "401", "404", "408", "413", "422", "429", "500", "503"},
    ("/v1/leads/{who}", "get"): {"200", "401", "404", "422", "429", "500", "503"},
    ("/v1/leads/{who}/log", "get"): {"200", "401", "404", "422", "429", "500", "503"},
    ("/v1/digests", "get"): {"200", "401", "422", "429", "500", "503"},
    ("/v1/digests/{id}", "get"): {"200", "401", "404", "422", "429", "500", "503"},
    ("/healthz", "get"): {"200"},
    ("/readyz", "get"): {"200", "500", "503"},
}


_KEYS = {"Leads": "API key", "Digests": "API key", "Events": "Write key"}


@pytest.fixture
def described(site: Site) -> dict[str, Any]:
    described: dict[str, Any] = site.stranger.get("/openapi.json").json()
    return described


def operations(described: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method): operation
        for path, item in described["paths"].items()
        for method, operation in item.items()
    }


def test_every_operation_and_every_answer_is_described(described: dict[str, Any]) -> None:
    found = operations(described)

    assert {place: set(found[place]["responses"]) for place in found} == EXPECTED
    assert all(operation["summary"] for operation in found.values())


def test_every_error_is_a_problem_with_an_example(described: dict[str, Any]) -> None:
    for operation in operations(described).values():
        for status, answer in operation["responses"].items():
            if int(status) < 400:
                continue
            [(media, content)] = answer["content"].items()
            assert media == "application/problem+json"
            assert {example["value"]["status"] for example in content["examples"].values()} == {
                int(status)
            }
            assert content["schema"]["properties"]["errors"]


def test_the_key_is_described_where_it_is_needed(described: dict[str, Any]) -> None:
    schemes = described["components"]["securitySchemes"]

    assert {name: scheme["scheme"] for name, scheme in schemes.items()} == {
        "API key": "bearer",
        "Write key": "basic",
    }
    for (path, _), operation in operations(described).items():
        name = _KEYS.get(operation["tags"][0])
        assert operation.get("security") == ([{name: []}] if name else None), path


def test_the_bodies_are_described_with_examples_that_work(
    site: Site, described: dict[str, Any]
) -> None:
    site.clock.forward(days=10)
    for path in ("/v1/leads", "/v1/signals"):
        body = described["paths"][path]["post"]["requestBody"]
        schema = body["content"]["application/json"]["schema"]
        assert body["required"]
        assert "$ref" not in str(schema)
        for form in schema.get("anyOf", [schema]):
            for example in form.get("examples", []):
                assert site.post(path, example).status_code in (200, 201)


def test_the_idempotency_key_is_described(described: dict[str, Any]) -> None:
    [parameter] = described["paths"]["/v1/leads"]["post"]["parameters"]

    assert (parameter["name"], parameter["in"]) == ("Idempotency-Key", "header")
    assert parameter["description"]


def test_what_is_answered_is_what_is_described(site: Site) -> None:
    demo = {"id": "f-1", "kind": "form", "form": "demo"}
    lead = site.post("/v1/leads", {"email": "jane@acme.example", "signals": [demo]}).json()
    signals = site.post("/v1/signals", {"lead": lead["id"], **demo}).json()
    log = site.http.get(f"/v1/leads/{lead['id']}/log").json()

    assert set(lead) == set(LeadOut.model_json_schema()["properties"])
    assert set(signals) == set(SignalsOut.model_json_schema()["properties"])
    entry = LogOut.model_json_schema(mode="serialization")["$defs"]["EntryOut"]["properties"]
    assert set(log["entries"][0]) == set(entry)
