"""Metrics: the handing over of leads in numbers, for whoever watches it with Prometheus.

No label holds anything personal, and none has more values than the code has names.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from time import perf_counter

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.desk import Desk
from core.errors import BatonError
from core.ports import Delivered, Errand, Messenger
from handlers.web.segment import PATHS

_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_DOORS = {
    "/slack/events": "slack",
    "/v1/leads": "leads",
    **dict.fromkeys(PATHS, "events"),
}
# Slack waits for three seconds.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
_NO_TIME = timedelta()


class Metrics:
    """What one process counts, and where it is read."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._deliveries = Counter(
            "baton_deliveries",
            "Messages that were told to Slack, or tried to; counted where the worker runs.",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self._decisions = Counter(
            "baton_decisions",
            "Decisions on handoffs, those that came too late as well.",
            ["verb", "outcome"],
            registry=self.registry,
        )
        self._events = Counter(
            "baton_events",
            "Events that sites sent: kept, waiting for their visitor to be known, or refused.",
            ["outcome"],
            registry=self.registry,
        )
        self._answers = Histogram(
            "baton_answer_seconds",
            "How long Slack and the senders of leads and events waited for their answer.",
            ["door", "status"],
            buckets=_SECONDS,
            registry=self.registry,
        )

    def watch(self, desk: Desk) -> None:
        """Show the queue and the timers of this desk, too."""
        self.registry.register(Queue(desk))

    def decided(self, verb: str, outcome: str) -> None:
        """Count a decision, or what became of it instead."""
        self._decisions.labels(verb, outcome).inc()

    def delivered(self, errand: Errand, outcome: str) -> None:
        """Count an errand that was run."""
        self._deliveries.labels(errand.intent.kind.value, outcome).inc()

    def tracked(self, outcome: str, number: int) -> None:
        """Count events that were sent, by what became of them."""
        self._events.labels(outcome).inc(number)

    def answered(self, door: str, status: int, seconds: float) -> None:
        """Count an answer, by the hundred of its status."""
        self._answers.labels(door, f"{status // 100}xx").observe(seconds)


class CountingMessenger:
    """A messenger whose deliveries are counted."""

    def __init__(self, messenger: Messenger, metrics: Metrics) -> None:
        self._messenger = messenger
        self._metrics = metrics

    def deliver(self, errand: Errand) -> Delivered:
        """What the messenger does."""
        outcome = "bug"
        try:
            delivered = self._messenger.deliver(errand)
            outcome = type(delivered).__name__.lower()
            return delivered
        finally:
            self._metrics.delivered(errand, outcome)


class Stopwatch:
    """Middleware that measures how long those who hand something in wait for their answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = _DOORS.get(scope.get("path", "")) if scope.get("method") == "POST" else None
        if door is None:
            await self._app(scope, receive, send)
            return
        began = perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._metrics.answered(door, message["status"], perf_counter() - began)
            await send(message)

        await self._app(scope, receive, timed)


class Queue(Collector):
    """The outbox and the timers as the database has them at the moment of asking."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        """All gauges; only that it does not answer, where the database does not."""
        try:
            gauges = list(self._gauges())
        except BatonError:
            gauges = []
        up = GaugeMetricFamily("baton_database_up", "Whether the database answers.")
        up.add_metric([], 1.0 if gauges else 0.0)
        yield from (up, *gauges)

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering asks no database."""
        return iter(())

    def _gauges(self) -> Iterator[Metric]:
        store, now = self._desk.store, self._desk.now()
        queue = store.outbox.state()
        depth = GaugeMetricFamily(
            "baton_queue", "Messages that are not told yet, by state.", labels=["state"]
        )
        for state in sorted({"queued", "sending", "parked", "dead", *queue.counts} - {"sent"}):
            depth.add_metric([state], queue.counts.get(state, 0))
        yield depth
        yield _gauge(
            "baton_workspaces_shut",
            "Workspaces that are closed to us, because the app was removed or its token revoked.",
            len(store.outbox.shut_workspaces()),
        )
        yield _gauge(
            "baton_queue_oldest_seconds",
            "Age of the oldest message that waits, for whatever reason.",
            _since(queue.oldest_queued_at, now),
        )
        yield _gauge(
            "baton_queue_late_seconds",
            "How long the first message that may be told has waited for a worker.",
            _since(store.outbox.next_due(), now),
        )
        yield _gauge(
            "baton_timers_late_seconds",
            "How late the first due timer is: a reminder, an escalation, a digest.",
            _since(store.next_timer(), now),
        )


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=value)


def _since(moment: datetime | None, now: datetime) -> float:
    return max(now - moment, _NO_TIME).total_seconds() if moment else 0.0


def metrics_routes(metrics: Metrics) -> APIRouter:
    """`/metrics`, of this process and of the database that it shares."""
    routes = APIRouter(tags=["Health"], include_in_schema=False)

    @routes.get("/metrics")
    def read() -> Response:
        return Response(generate_latest(metrics.registry), media_type=_CONTENT_TYPE)

    return routes
