"""HTTP tells of every digest that went out, as it was told then."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from core.ports import KeptDigest
from core.services import watch
from handlers.web.digests import DigestOut, DigestsOut
from storage.store import SqlStore
from tests.builders import TEAM, a_policy
from tests.web.site import Site

DEMO = {"id": "f-1", "kind": "form", "form": "demo"}


def published(site: Site, weeks: int = 1) -> None:
    """So many weeks go by."""
    for _ in range(weeks):
        site.clock.forward(days=7)
        watch.fire_due(site.desk)


def said(site: Site, id: str, text: str) -> None:
    message = json.dumps({"text": text, "blocks": []})
    site.desk.change(TEAM, lambda unit, at: unit.keep_said(id, message))


def get(site: Site, path: str = "", **query: Any) -> Any:
    return site.http.get(f"/v1/digests{path}", params=query).json()


def test_a_digest_is_told_as_it_was_kept(site: Site) -> None:
    site.post("/v1/leads", {"email": "jane@acme.example", "signals": [DEMO]})
    published(site)
    [listed] = get(site)["digests"]
    said(site, listed["id"], "The digest")
    told = get(site, f"/{listed['id']}")
    with site.desk.read(TEAM) as view:
        kept = view.digest(listed["id"])
    assert kept is not None
    assert told == {
        **listed,
        "text": "The digest",
        "numbers": json.loads(kept.numbers),
        "message": {"text": "The digest", "blocks": []},
        "terms": {
            "timezone": "UTC",
            "week_starts_on": 0,
            "working_days": [0, 1, 2, 3, 4],
            "working_from": "09:00",
            "working_until": "18:00",
            "holidays": [],
        },
        "log_end": kept.log_end,
    }
    assert (listed["schedule"], listed["cadence"]) == ("weekly", "weekly")
    assert (listed["from"], listed["until"]) == ("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z")


def test_digests_are_listed_the_newest_first_by_the_page(site: Site) -> None:
    published(site, weeks=5)
    pages = [get(site, page=page, per_page=2) for page in (1, 2, 3, 4)]
    starts = [[each["from"][:10] for each in page["digests"]] for page in pages]
    assert starts == [
        ["2026-03-30", "2026-03-23"],
        ["2026-03-16", "2026-03-09"],
        ["2026-03-02"],
        [],
    ]
    assert {page["total"] for page in pages} == {5}
    assert [page["page"] for page in pages] == [1, 2, 3, 4]
    assert get(site, schedule="daily") == {"digests": [], "page": 1, "total": 0}
    assert get(site, schedule="weekly")["total"] == 5


def test_a_digest_of_long_ago_says_what_is_not_known_of_it(site: Site, store: SqlStore) -> None:
    published(site)
    with site.desk.read(TEAM) as view:
        [kept] = view.digests(offset=0, limit=9)
    window = type(kept.window)(kept.window.start - timedelta(days=7), kept.window.start)
    old = KeptDigest("dg_old", "weekly", window, kept.window.start, "{}")
    with store.write(TEAM) as unit:
        unit.keep_digest(old)
    told = get(site, "/dg_old")
    assert (told["terms"], told["message"], told["text"], told["log_end"]) == (None,) * 4


@pytest.mark.parametrize("id", ["dg_none", "%00", "a%0Ab", "x" * 60])
def test_what_is_no_digest_is_not_found(site: Site, id: str) -> None:
    answer = site.http.get(f"/v1/digests/{id}")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(
    "query",
    [{"page": 0}, {"page": "x"}, {"per_page": 101}, {"page": 10**30}, {"schedule": "x" * 41}],
)
def test_what_cannot_be_a_page_is_refused(site: Site, query: dict[str, Any]) -> None:
    answer = site.http.get("/v1/digests", params=query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(query))


def test_digests_are_for_holders_of_the_key(site: Site) -> None:
    published(site)
    [listed] = get(site)["digests"]
    for path in ("", f"/{listed['id']}"):
        assert site.stranger.get(f"/v1/digests{path}").status_code == 401


def test_nobody_hears_of_another_workspaces_digests(site: Site, store: SqlStore) -> None:
    published(site)
    with site.desk.read(TEAM) as view:
        [kept] = view.digests(offset=0, limit=9)
    other = KeptDigest("dg_theirs", "weekly", kept.window, kept.as_of, "{}", a_policy())
    with store.write("T02") as unit:
        unit.keep_digest(other)
    assert get(site)["total"] == 1
    assert site.http.get("/v1/digests/dg_theirs").status_code == 404


def test_what_is_answered_is_what_is_described(site: Site) -> None:
    published(site)
    listed = get(site)
    told = get(site, f"/{listed['digests'][0]['id']}")
    assert set(listed) == set(DigestsOut.model_json_schema()["properties"])
    assert set(told) == set(DigestOut.model_json_schema(mode="serialization")["properties"])
