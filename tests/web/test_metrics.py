"""Metrics say how the handing over of leads goes, and nothing of whom it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.domain.intents import Intent, IntentKind
from core.domain.log import Door
from core.errors import Busy
from core.ports import Delivered, Errand, Later, Parked, Sent, Unknown
from core.services import handoff
from core.services.handoff import Stimulus
from handlers.web.metrics import CountingMessenger, Metrics
from tests.builders import TEAM
from tests.services.office import Office
from tests.web.site import Site

DEMO = {
    "email": "jane@acme.example",
    "name": "Jane Doe",
    "signals": [{"id": "f-1", "kind": "form", "form": "demo"}],
}


def read(site: Site) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    said = site.stranger.get("/metrics")
    assert said.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(said.text)
        for sample in family.samples
    }


def test_the_queue_is_shown_by_state_and_age(site: Site) -> None:
    assert read(site)["baton_queue", "queued"] == 0
    site.post("/v1/leads", DEMO)
    site.clock.forward(seconds=90)
    seen = read(site)

    assert seen["baton_database_up",] == 1
    assert seen["baton_queue", "queued"] == 1
    assert seen["baton_queue_oldest_seconds",] == 90
    assert seen["baton_queue_late_seconds",] == 90
    assert seen["baton_timers_late_seconds",] == 0


def test_a_timer_that_nobody_fires_is_late(site: Site) -> None:
    site.post("/v1/leads", DEMO)
    due = site.desk.store.next_timer()
    assert due
    site.clock.now = due
    site.clock.forward(seconds=7)
    assert read(site)["baton_timers_late_seconds",] == 7


def test_answers_are_measured_by_door_and_status(site: Site) -> None:
    site.post("/v1/leads", DEMO)
    site.post("/v1/leads", DEMO)
    site.post("/v1/leads", {"email": 7})
    site.stranger.post("/v1/leads", json=DEMO)
    site.http.get("/v1/leads/jane@acme.example")
    seen = read(site)

    assert seen["baton_answer_seconds_count", "leads", "2xx"] == 2
    assert seen["baton_answer_seconds_count", "leads", "4xx"] == 2
    assert seen["baton_answer_seconds_bucket", "leads", "10.0", "2xx"] == 2
    assert {key[1] for key in seen if key[0] == "baton_answer_seconds_count"} == {"leads"}


def test_nothing_personal_is_shown(site: Site) -> None:
    lead = site.post("/v1/leads", DEMO).json()
    said = site.stranger.get("/metrics").text.lower()
    for secret in ("jane", "doe", "acme", lead["id"], lead["handoff"]["id"], TEAM.lower()):
        assert secret not in said


ANSWERS: list[tuple[Delivered | Exception, str]] = [
    (Sent(), "sent"),
    (Later("ratelimited"), "later"),
    (Unknown("http_500"), "unknown"),
    (Parked("is_archived"), "parked"),
    (ValueError(), "bug"),
]


@pytest.mark.parametrize(("answer", "outcome"), ANSWERS)
def test_deliveries_are_counted_by_kind_and_outcome(
    answer: Delivered | Exception, outcome: str
) -> None:
    class Slack:
        def deliver(self, errand: Errand) -> Delivered:
            if isinstance(answer, Exception):
                raise answer
            return answer

    metrics = Metrics()
    errand = Errand(1, TEAM, Intent(IntentKind.CARD, "ho_1", "ho_1"), 0, False, "claim")
    deliver: Callable[[Errand], Delivered] = CountingMessenger(Slack(), metrics).deliver
    if isinstance(answer, Exception):
        with pytest.raises(type(answer)):
            deliver(errand)
    else:
        assert deliver(errand) is answer
    labels = {"kind": "card", "outcome": outcome}
    assert metrics.registry.get_sample_value("baton_deliveries_total", labels) == 1


def test_decisions_are_counted_with_those_that_came_too_late() -> None:
    office, metrics = Office(), Metrics()
    desk = replace(office.desk, decided=metrics.decided)
    handoff_id = office.offered().id
    for by in ("U0FIRST", "U0SECOND"):
        handoff.accept(desk, Stimulus(TEAM, handoff_id, by, Door.API))

    def count(outcome: str) -> float | None:
        labels = {"verb": "accept", "outcome": outcome}
        return metrics.registry.get_sample_value("baton_decisions_total", labels)

    assert (count("done"), count("already_taken")) == (1, 1)


def test_a_database_that_is_away_is_a_figure_too() -> None:
    class Away:
        def state(self) -> None:
            raise Busy

    office, metrics = Office(), Metrics()
    office.store.outbox = Away()  # type: ignore[assignment]  # all that is asked of it
    metrics.watch(office.desk)
    assert metrics.registry.get_sample_value("baton_database_up") == 0
    assert metrics.registry.get_sample_value("baton_queue", {"state": "queued"}) is None
