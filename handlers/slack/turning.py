"""Turning the pages of one's own Home."""

from __future__ import annotations

from slack_sdk import WebClient

from core.desk import Desk
from core.services import delivery
from core.services.home import pages_of, to_paint
from handlers.slack.payload import Click


def turn(desk: Desk, _: WebClient, click: Click) -> None:
    """Paint the Home of whoever clicked with the pages that the button names."""
    named = dict(word.split(":", 1) for word in click.value.split() if ":" in word)
    delivery.promise(desk, click.place.workspace, to_paint(click.place.user, pages_of(named)))
