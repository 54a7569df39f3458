"""Alarms: somebody hears, once a day, that a channel needs mending."""

from __future__ import annotations

from datetime import datetime

from core.desk import Desk
from core.domain.intents import Intent, IntentKind
from core.ports import Errand, Unit


def raise_alarm(desk: Desk, errand: Errand, *, channel: str, problem: str) -> None:
    """Promise to tell of a problem with a channel, unless it was told of today."""

    def once(unit: Unit, at: datetime) -> None:
        name = f"{at.date().isoformat()}:{channel}:{problem}"
        if unit.first_time(f"alarm:{name}", at=at):
            details = {"channel": channel, "problem": problem}
            unit.enqueue([Intent(IntentKind.ALARM, name, name, details)], at=at)

    desk.change(errand.workspace, once)


def keep_quiet(channel: str, problem: str) -> None:
    """An alarm that finds a second channel closed is told in the third; that is enough."""
