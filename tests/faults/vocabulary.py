"""B, the vocabulary: each error that Slack documents for a method, met once where we call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.domain.intents import IntentKind
from core.domain.schedule import WEEKLY
from core.ports import Parked
from core.services import delivery, reporting, watch
from handlers.slack.calls import NOT_LIKE_THIS, UPDATE_REFUSED, means
from handlers.slack.messenger import SlackMessenger
from handlers.slack.views import ids
from tests.builders import TEAM
from tests.faults.bureau import (
    Way,
    an_office_on,
    baton,
    cards_of,
    recovered,
    says_truth,
    whispered,
)
from tests.faults.fault import Scenario, Tally
from tests.faults.stage import MIA, Stage
from tests.slack import behaviours as b
from tests.slack.documented import DOCUMENTED
from tests.slack.office import DIGEST, Office, a_person
from tests.slack.team import Person

_POST = "chat.postMessage"
_DRAWN = ("files.getUploadURLExternal", "files.completeUploadExternal")
_NOBODY = ("user_not_found", "user_not_visible")


def spoken(way: Way = baton) -> Scenario:
    """Each error of each method but chat.postMessage: in the end all is as it should be."""

    def run(stage: Stage) -> Tally:
        tally, met = Tally(0), 0
        with an_office_on(stage) as office:
            doorbell = office.messenger
            assert isinstance(doorbell, SlackMessenger)
            office.messenger = way(office)
            for method, meet in _METHODS.items():
                wrong = []
                thin = 4 if method in _DRAWN else 1  # a picture takes its time
                names = DOCUMENTED[method][:: 12 if stage.quick else thin]
                for name in names:
                    met += 1
                    handoff = office.offer(a_person(met))
                    try:
                        met_well = meet(office, doorbell, handoff, name)
                    except _NoCard:
                        met_well = False
                    if not met_well:
                        wrong.append(name)
                    _mended(office, doorbell)
                    office.clock.forward(seconds=150)
                    watch.fire_due(office.desk)  # nothing is left over for the next one
                    recovered(office)
                note = f"{method}: {', '.join(wrong)}" if wrong else ""
                tally += Tally(len(names), lost=len(wrong), note=note)
        return tally

    return run


class _NoCard(Exception):
    """There is nothing to click on; that is how a naive way fails."""


def _hanging(office: Office, handoff: str) -> dict[str, Any]:
    for card in cards_of(office, handoff):
        return card
    raise _NoCard


def _mended(office: Office, doorbell: SlackMessenger) -> None:
    """Whatever stood in the way does so no more, and somebody has all of it tried again."""
    recovered(office)
    delivery.reopen(office.desk, doorbell)
    recovered(office)
    delivery.retry(office.desk, None)
    recovered(office)


def _is_true_once(office: Office, handoff: str) -> bool:
    true = [card for card in cards_of(office, handoff) if says_truth(office, handoff, card)]
    return len(true) == 1


def _updating(office: Office, doorbell: SlackMessenger, handoff: str, name: str) -> bool:
    recovered(office)
    card = _hanging(office, handoff)
    office.slack.script("chat.update", b.fails(name))
    office.click(card, ids.ACCEPT)
    office.drain()
    _mended(office, doorbell)
    if name in NOT_LIKE_THIS:  # then it says so in plain text
        return ["Accepted" in card["text"] for card in cards_of(office, handoff)] == [True]
    return _is_true_once(office, handoff)


def _looking(office: Office, doorbell: SlackMessenger, handoff: str, name: str) -> bool:
    office.slack.script(_POST, b.broken(posted=True))
    office.slack.script("conversations.history", b.fails(name))
    office.drain()
    _mended(office, doorbell)
    first, *others = cards_of(office, handoff) or [{}]
    return bool(first) and all("repeat" in str(card) for card in others)


def _looking_in_a_thread(office: Office, doorbell: SlackMessenger, handoff: str, name: str) -> bool:
    recovered(office)
    card = _hanging(office, handoff)
    office.click(card, ids.ACCEPT)
    office.slack.script(_POST, b.broken(posted=True))
    office.slack.script("conversations.replies", b.fails(name))
    office.drain()
    _mended(office, doorbell)
    return office.posting(IntentKind.BRIEFING, handoff) is not None


def _opening(office: Office, _: SlackMessenger, handoff: str, name: str) -> bool:
    recovered(office)
    card = _hanging(office, handoff)
    told = whispered(office)
    office.slack.script("views.open", b.fails(name))
    answered = office.click(card, ids.DETAILS).status_code == 200
    recovered(office)
    return answered and whispered(office) > told


def _getting_acquainted(office: Office, _: SlackMessenger, handoff: str, name: str) -> bool:
    recovered(office)
    card = _hanging(office, handoff)
    newcomer = f"U{handoff}"
    office.slack.team.people[newcomer] = Person(newcomer, "new")
    office.slack.script("users.info", b.fails(name))
    for _try in range(2):
        office.click(card, ids.ACCEPT, by=newcomer)
    decided = office.handoff(handoff).decision is not None
    return decided != (name in _NOBODY)


def _whispering(office: Office, doorbell: SlackMessenger, handoff: str, name: str) -> bool:
    recovered(office)
    card = _hanging(office, handoff)
    office.click(card, ids.ACCEPT)
    office.slack.script("chat.postEphemeral", b.fails(name))
    office.click(card, ids.ACCEPT, by=MIA)
    _mended(office, doorbell)
    return not office.queue() and _is_true_once(office, handoff)


def _ringing(office: Office, doorbell: SlackMessenger, handoff: str, name: str) -> bool:
    office.slack.script(_POST, b.fails("token_revoked"))
    office.drain()
    office.slack.script("auth.test", b.fails(name))
    delivery.reopen(office.desk, doorbell)
    _mended(office, doorbell)
    return _is_true_once(office, handoff)


def _deleting(office: Office, doorbell: SlackMessenger, handoff: str, name: str) -> bool:
    office.slack.script(_POST, b.resets(posted=False))
    office.drain()
    late = office.slack.calls_of(_POST)[-1].args
    recovered(office)
    office.slack.team.call(_POST, late)
    office.clock.forward(seconds=150)
    office.slack.script("chat.delete", b.fails(name))
    watch.fire_due(office.desk)
    _mended(office, doorbell)
    return len(cards_of(office, handoff)) == (2 if name in UPDATE_REFUSED else 1)


def _picturing(method: str) -> Callable[[Office, SlackMessenger, str, str], bool]:
    """The digest of another period each time: its picture hangs there once, or not at all."""

    def meet(office: Office, doorbell: SlackMessenger, _handoff: str, name: str) -> bool:
        office.clock.forward(days=7)
        office.slack.script(method, b.fails(name))
        office.desk.change(
            TEAM, lambda unit, at: reporting.publish_digest(office.desk, unit, WEEKLY, at=at)
        )
        _mended(office, doorbell)
        recovered(office)
        *_, digest = office.cards(DIGEST)
        below = [m for m in office.slack.messages(DIGEST) if m.get("thread_ts") == digest["ts"]]
        pictures = [file for message in below for file in message.get("files", ())]
        evidence = [message for message in below if message["blocks"]]
        return len(evidence) == 1 and len(pictures) == (not _is_no_picture(name))

    return meet


def _is_no_picture(name: str) -> bool:
    """Whether nothing may be uploaded here; what stands in all our ways is mended in the end."""
    meant = means(name)
    if not isinstance(meant, Parked):
        return False
    return not meant.whole_workspace or name == "missing_scope"


_METHODS: dict[str, Callable[[Office, SlackMessenger, str, str], bool]] = {
    "chat.update": _updating,
    "conversations.history": _looking,
    "conversations.replies": _looking_in_a_thread,
    "views.open": _opening,
    "users.info": _getting_acquainted,
    "chat.postEphemeral": _whispering,
    "auth.test": _ringing,
    "chat.delete": _deleting,
    **{method: _picturing(method) for method in _DRAWN},
}
