"""The messenger to marketing tools: keeps each promise by posting what happened, signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from core.desk import Desk
from core.domain.announcement import Announcement
from core.domain.webhook import AGAIN, PATIENCE, Webhook
from core.ports import Delivered, Errand, Later, Parked, Sent
from core.services import webhooks
from handlers.webhooks.body import event, signed, written
from handlers.webhooks.post import Answered, Unanswered, post

_NOT_WELL = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)

Post = Callable[[str, dict[str, str], bytes, datetime], Answered | Unanswered]


def posted(url: str, headers: dict[str, str], body: bytes, now: datetime) -> Answered | Unanswered:
    """A real post."""
    return post(url, headers, body, now=now)


@dataclass(frozen=True, slots=True)
class WebhookMessenger:
    """Delivers events; a retry bears the same id, by which its receiver knows it."""

    desk: Desk
    post: Post = posted

    def deliver(self, errand: Errand) -> Delivered:
        """Post one event, and say what became of it."""
        id, seq = webhooks.promised_to(errand.intent.subject)
        now = self.desk.now()
        with self.desk.read(errand.workspace) as view:
            webhook = view.webhook(id)
            if webhook is None:
                return Sent()  # removed since: nobody wants to hear of it
            if webhook.ended:
                return Parked(_ended(webhook))
            if webhook.rests_until and now < webhook.rests_until:
                return _rests(errand, webhook, webhook.rests_until - now, now)
            told, locale = webhooks.announcement(view, seq), view.workspace().policy.locale
        if told is None:
            return Parked("there is no such row in the log")
        if not self.desk.store.outbox.holds(errand, now=now):
            return Later("it is somebody else's by now")
        body = written(event(told, workspace=errand.workspace, locale=locale))
        answer = self._posted(webhook, told, body, now)
        return self._meaning(errand, webhook, answer)

    def _posted(
        self, webhook: Webhook, told: Announcement, body: bytes, now: datetime
    ) -> Answered | Unanswered:
        headers = signed(body, id=told.id, at=now, secrets=webhook.secrets(now))
        return self.post(webhook.url, headers, body, now)

    def _meaning(
        self, errand: Errand, webhook: Webhook, answer: Answered | Unanswered
    ) -> Delivered:
        match answer:
            case Unanswered(problem):
                return self._not_well(errand, webhook, problem, None)
            case Answered(status) if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
                if webhook.failures:
                    webhooks.worked(self.desk, errand.workspace, webhook.id)
                return Sent()
            case Answered(HTTPStatus.GONE):
                webhooks.ended(self.desk, errand.workspace, webhook.id, "it answered 410 Gone")
                return Parked(f"webhook {webhook.id}: it answered 410 Gone")
            case Answered(status, asked) if status in _NOT_WELL or status >= 500:
                return self._not_well(errand, webhook, f"it answered {status}", asked)
            case Answered(status):
                return _refused(errand, webhook, f"it answered {status}", self.desk.now())

    def _not_well(
        self, errand: Errand, webhook: Webhook, problem: str, asked: timedelta | None
    ) -> Delivered:
        """The address fails: every event for it waits, this one as an attempt."""
        wait = webhooks.failed(self.desk, errand.workspace, webhook.id, asked=asked)
        if _waited(errand, self.desk.now()) >= PATIENCE:
            return Parked(f"webhook {webhook.id}: {problem}, for {PATIENCE.days} days")
        return Later(f"webhook {webhook.id}: {problem}", wait, tried=True)


def _rests(errand: Errand, webhook: Webhook, wait: timedelta, now: datetime) -> Delivered:
    """Nothing is tried while it is left alone; what has waited for too long is set aside."""
    if _waited(errand, now) >= PATIENCE:
        return Parked(f"webhook {webhook.id}: not well for {PATIENCE.days} days")
    return Later(f"webhook {webhook.id}: left alone for a while", wait)


def _refused(errand: Errand, webhook: Webhook, problem: str, now: datetime) -> Delivered:
    """The address is well, but does not take this event: others need not wait for it."""
    if _waited(errand, now) >= sum(AGAIN, timedelta()):
        return Parked(f"webhook {webhook.id}: {problem}, {errand.attempts + 1} times")
    wait = AGAIN[min(errand.attempts, len(AGAIN) - 1)]
    return Later(f"webhook {webhook.id}: {problem}", wait, tried=True)


def _waited(errand: Errand, now: datetime) -> timedelta:
    return now - (errand.enqueued_at or now)


def _ended(webhook: Webhook) -> str:
    return f"webhook {webhook.id} has ended: {webhook.ended}"
