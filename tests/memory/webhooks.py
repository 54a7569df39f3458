"""Webhooks in memory."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.webhook import Webhook
from tests.memory.tables import Changing, Room


class WebhookView(Room):
    """Reads webhooks."""

    def webhooks(self) -> Sequence[Webhook]:
        mine = (kept for key, kept in self._tables.webhooks.items() if key[0] == self._id)
        return sorted(mine, key=lambda each: (each.created_at, each.id))

    def webhook(self, id: str) -> Webhook | None:
        return self._tables.webhooks.get((self._id, id))


class WebhookUnit(Changing, WebhookView):
    """Keeps webhooks."""

    def keep_webhook(self, webhook: Webhook) -> None:
        self._tables.webhooks[self._id, webhook.id] = webhook

    def drop_webhook(self, id: str) -> None:
        self._tables.webhooks.pop((self._id, id), None)
