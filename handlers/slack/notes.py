"""Notes: a private sentence to one person after a click, promised at once, worded when told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from slack_sdk import WebClient

from core.desk import Desk
from core.domain.agreement import AlreadySigned, Settled, SignedForOther
from core.domain.course import AlreadySent
from core.domain.handoff import AlreadyTaken, NothingToUndo, Outcome, OutOfPlace, TooLate
from core.domain.intents import Intent, IntentKind
from core.domain.roles import Team
from core.domain.stages import Stage
from core.domain.versions import State
from core.services import delivery
from handlers.i18n import Say
from handlers.slack.calls import Trouble, ask
from handlers.slack.payload import Place
from handlers.slack.views import notices, proposal
from handlers.slack.views.message import Message

FORM_LOST, UNKNOWN_BUTTON = "form-lost", "unknown-button"
_ALREADY_SIGNED, _SIGNED_FOR_OTHER = "already-signed", "signed-for-other"
_SETTLED = "proposal-settled"
_ALREADY_TAKEN, _TOO_LATE, _NOTHING_TO_UNDO = "already-taken", "too-late", "nothing-to-undo"
_MOVED_ON = "moved-on"
_ALREADY_SENT = "already-sent"

# They are not in the channel, or the app is not: then it is told where the two always can talk.
_NOT_THERE = {"user_not_in_channel", "channel_not_found", "not_in_channel", "is_archived"}


def leave(desk: Desk, place: Place, note: str, **values: str) -> None:
    """Promise to tell somebody. `note` is one of the notes here, or the code of an error."""
    name = desk.new_id("nt")
    details = {**values, **whom(place), "note": note}
    delivery.promise(desk, place.workspace, Intent(IntentKind.NOTICE, name, name, details))


Unchanged = (
    AlreadyTaken
    | TooLate
    | NothingToUndo
    | OutOfPlace
    | AlreadySent
    | AlreadySigned
    | SignedForOther
    | Settled
)


def leave_about(desk: Desk, place: Place, outcome: Unchanged) -> None:
    """Promise to tell somebody why their click changed nothing."""
    match outcome:
        case AlreadySigned(team, by, at):
            leave(desk, place, _ALREADY_SIGNED, by=by, at=at.isoformat(), team=team.value)
        case SignedForOther(team):
            leave(desk, place, _SIGNED_FOR_OTHER, team=team.value)
        case Settled(version):
            state = version.state.value
            leave(desk, place, _SETTLED, label=version.label, state=state)
        case AlreadyTaken(by, at, how):
            leave(desk, place, _ALREADY_TAKEN, by=by, at=at.isoformat(), outcome=how.value)
        case TooLate(ended_at):
            leave(desk, place, _TOO_LATE, at=ended_at.isoformat())
        case NothingToUndo():
            leave(desk, place, _NOTHING_TO_UNDO)
        case AlreadySent():
            leave(desk, place, _ALREADY_SENT)
        case OutOfPlace(stage):
            leave(desk, place, _MOVED_ON, stage=stage.value)


def whom(place: Place) -> dict[str, str]:
    """Where to tell whom, as an intent carries it."""
    return {"channel": place.channel, "user": place.user, "thread": place.thread}


def place_of(workspace: str, details: Mapping[str, str]) -> Place:
    """Where to tell whom, as an intent carried it."""
    return Place(workspace, details["user"], details.get("channel", ""), details.get("thread", ""))


def worded(details: Mapping[str, str], say: Say, *, zone: tzinfo) -> Message:
    """The note as it is told."""
    words = _WORDS.get(details["note"])
    if words is None:
        return notices.sorry(say, details["note"], details.get("reference"))
    return words(details, say, zone)


def _taken(details: Mapping[str, str], say: Say, zone: tzinfo) -> Message:
    at, how = datetime.fromisoformat(details["at"]), Outcome(details["outcome"])
    return notices.already_taken(say, AlreadyTaken(details["by"], at, how), zone=zone)


def _late(details: Mapping[str, str], say: Say, zone: tzinfo) -> Message:
    return notices.too_late(say, TooLate(datetime.fromisoformat(details["at"])), zone=zone)


def _signed(details: Mapping[str, str], say: Say, zone: tzinfo) -> Message:
    at = datetime.fromisoformat(details["at"])
    first = AlreadySigned(Team(details["team"]), details["by"], at)
    return proposal.already_signed(say, first, zone=zone)


def _moved_on(details: Mapping[str, str], say: Say, _: tzinfo) -> Message:
    return notices.moved_on(say, Stage(details["stage"]))


_WORDS: Mapping[str, Callable[[Mapping[str, str], Say, tzinfo], Message]] = {
    _ALREADY_TAKEN: _taken,
    _TOO_LATE: _late,
    _ALREADY_SIGNED: _signed,
    _SIGNED_FOR_OTHER: lambda told, say, _: proposal.signed_for_other(say, Team(told["team"])),
    _SETTLED: lambda told, say, _: proposal.settled(
        say, label=told["label"], state=State(told["state"])
    ),
    _MOVED_ON: _moved_on,
    _ALREADY_SENT: lambda _, say, __: notices.already_sent(say),
    _NOTHING_TO_UNDO: lambda _, say, __: notices.nothing_to_undo(say),
    FORM_LOST: lambda _, say, __: notices.form_lost(say),
    UNKNOWN_BUTTON: lambda _, say, __: notices.unknown_button(say),
}


def whisper(client: WebClient, place: Place, message: Message) -> None:
    """Tell one person, where they are, what nobody else sees. Raises Trouble."""
    content = message.payload()
    if place.channel:
        try:
            ask(
                client.chat_postEphemeral,
                channel=place.channel,
                user=place.user,
                thread_ts=place.thread or None,
                **content,
            )
        except Trouble as trouble:
            if trouble.error not in _NOT_THERE:
                raise
        else:
            return
    ask(
        client.chat_postMessage,
        channel=place.user,
        unfurl_links=False,
        unfurl_media=False,
        **content,
    )
