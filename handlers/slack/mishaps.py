"""Mishaps: what a person hears when their click, form or question could not be dealt with."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import TypeVar

from slack_sdk import WebClient

from core.desk import Desk
from core.errors import BatonError, Busy, Refused
from handlers.i18n import Say, speak
from handlers.slack.calls import Trouble
from handlers.slack.notes import whisper
from handlers.slack.payload import Place
from handlers.slack.people import voice_for
from handlers.slack.views import notices
from handlers.slack.views.message import Message

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

_NAME = re.compile(r"[^A-Za-z0-9_:/-]")
FORGED = "forged"  # the code under which a button is refused that means something else


@dataclass(frozen=True, slots=True)
class Mishap:
    """What went wrong, by the code of its error; a `reference` stands in the log, for bugs.

    `owner` answers for the lead, where that is what stands in the way.
    """

    code: str
    reference: str | None = None
    owner: str | None = None

    def message(self, say: Say) -> Message:
        """What the person reads."""
        return notices.sorry(say, self.code, self.reference, owner=self.owner)


def attempt(desk: Desk, place: Place, what: str, work: Callable[[], Answer]) -> Answer | Mishap:
    """Do the work, or say what went wrong: whoever clicked is never left without an answer.

    `what` they clicked or asked stands in the log where it is refused.
    """
    try:
        return work()
    except Refused as refused:
        log.warning(
            "refused: what=%s by=%s workspace=%s because=%s",
            known(what),
            known(place.user),
            place.workspace,
            refused.code,
        )
        owner = refused.values.get("owner")
        return Mishap(refused.code, owner=str(owner) if owner else None)
    except BatonError as expected:
        if isinstance(expected, Busy):
            log.warning("busy: a click or question was turned away")
        return Mishap(expected.code)
    except Exception as bug:  # noqa: BLE001  # the person gets a reference, the log the place
        reference = desk.new_id("e")[:10]
        log.error("mishap %s: %s at %s", reference, type(bug).__name__, _where(bug))
        return Mishap("error", reference)


def tell(desk: Desk, client: WebClient, place: Place, mishap: Mishap) -> None:
    """Tell the person directly, without the outbox: the database may be what failed.

    In a thread of its own, because Slack waits for the answer to the click meanwhile.
    """
    Thread(target=_tell, args=(desk, client, place, mishap), name="mishap", daemon=True).start()


def _tell(desk: Desk, client: WebClient, place: Place, mishap: Mishap) -> None:
    try:
        whisper(client, place, mishap.message(voice(desk, place)))
    except Trouble as trouble:
        log.warning("a mishap could not be told: %s", trouble.error)


def voice(desk: Desk, place: Place) -> Say:
    """The person's voice, or English where nothing can be read."""
    try:
        return voice_for(desk, place)
    except Exception as fault:  # noqa: BLE001  # an apology in English is better than none
        log.warning("nobody's language can be read: %s", type(fault).__name__)
        return speak("en")


def known(name: str) -> str:
    """A name or id from outside, as far as it can stand in a log line."""
    return _NAME.sub("?", name[:40])


def _where(bug: BaseException) -> str:
    """File and line of the failure; its text may hold personal data, and stays out of the log."""
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
