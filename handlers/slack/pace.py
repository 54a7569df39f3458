"""The pace of a channel: Slack takes about one message a second there, whoever posts it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from core.desk import Desk
from core.ports import Errand, Later
from handlers.slack.calls import Trouble

_CLOSED_FOR = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Pace:
    """Lets messages to one channel follow each other at least `every` so long, in all processes.

    `errand` is who asks: nobody overtakes an older one that waits for that channel, and who has
    been held up for longer than its claim lasts leaves the rest to whoever has it now.

    Whoever has to wait costs no attempt and keeps its place in the queue of that channel.
    """

    desk: Desk
    every: timedelta
    errand: Errand
    closed: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)

    def take_turn(self, workspace: str, channel: str) -> None:
        """Return where something may be posted now. Raises Trouble, to try it again later."""
        now = self.desk.now()
        outbox = self.desk.store.outbox
        until = now + self.every
        if not outbox.take_turn(workspace, channel, errand=self.errand.id, now=now, until=until):
            raise Trouble(
                "paced", Later("waiting for its turn", wait=timedelta(0), channel=channel)
            )
        if not outbox.holds(self.errand, now=self.desk.now()):
            raise Trouble("overtaken", Later("its claim ran out before it was told"))

    def close(self, workspace: str, channel: str, problem: str) -> None:
        """Slack takes nothing there: no other message needs to find that out for a moment."""
        self.closed[workspace, channel] = problem, self.desk.now() + _CLOSED_FOR

    def refusal(self, workspace: str, channel: str) -> str | None:
        """Why nothing could be said in that channel a moment ago, if so it was."""
        problem, until = self.closed.get((workspace, channel), (None, self.desk.now()))
        return problem if self.desk.now() < until else None

    def rest(self, workspace: str, channel: str, asked: Later) -> Trouble:
        """Slack asked us to leave the channel alone: the trouble to raise then."""
        wait = asked.wait or self.every
        self.desk.store.outbox.rest(workspace, channel, until=self.desk.now() + wait)
        return Trouble(asked.problem, replace(asked, channel=channel))
