"""A trip: one promise on its way to Slack, with all that it takes to keep it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from slack_sdk import WebClient

from core.desk import Desk
from core.domain.intents import Posting
from core.ports import Errand, Workspace
from handlers.slack import alarms
from handlers.slack.hanging import Hook
from handlers.slack.pace import Pace

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trip:
    """One errand on its way. `public_url` is where Slack reaches us from outside, if it does."""

    desk: Desk
    client: WebClient
    errand: Errand
    pace: Pace
    public_url: str | None = None

    @property
    def subject(self) -> str:
        return self.errand.intent.subject

    @property
    def details(self) -> Mapping[str, str]:
        return self.errand.intent.details

    def hook(
        self,
        workspace: Workspace,
        channel: str,
        *elsewhere: str | None,
        since: datetime,
        known: Posting | None,
        thread: str | None = None,
    ) -> Hook:
        return Hook(
            self.client,
            workspace,
            self.errand.intent,
            channel,
            since,
            known,
            self.errand.unsure,
            self.pace,
            self.complain,
            thread,
            tuple(filter(None, elsewhere)),
        )

    def complain(self, channel: str, problem: str) -> None:
        """Something stands in our way in that channel: have somebody told, once a day."""
        log.warning("nothing can be said in %s as it should be: %s", channel, problem)
        alarms.raise_alarm(self.desk, self.errand, channel=channel, problem=problem)
