"""Opening: the one call to Slack before it is answered, for what opens a view is soon worthless."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Semaphore

from slack_sdk import WebClient
from slack_sdk.models.views import View

from core.errors import Busy
from handlers.slack.calls import Trouble, ask

log = logging.getLogger(__name__)

_MOMENT = 0.2  # seconds


@contextmanager
def one_of(windows: Semaphore) -> Iterator[None]:
    """Where Slack is slow, those who want to see something must not hold up who decides."""
    if not windows.acquire(timeout=_MOMENT):
        raise Busy("too many wait for Slack to open a window")
    try:
        yield
    finally:
        windows.release()


def is_opened(client: WebClient, trigger: str, view: View, *, above: bool = False) -> bool:
    """Open a view; False where Slack did not. A trigger is good for three seconds only.

    `above`: on top of the view in which somebody clicked.
    """
    content = view.to_dict()
    try:
        if above:
            ask(client.views_push, trigger_id=trigger, view=content)
        else:
            ask(client.views_open, trigger_id=trigger, view=content)
    except Trouble as trouble:
        log.warning("a view could not be opened: %s", trouble.error)
        return False
    return True
