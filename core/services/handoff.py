"""Decide on a handoff and take its lead further, through whichever door."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from core.desk import Desk
from core.domain import handoff as decisions
from core.domain import pursuit, undoing
from core.domain.handoff import (
    AlreadyTaken,
    Case,
    Change,
    Incomplete,
    NothingToUndo,
    OutOfPlace,
    TooLate,
)
from core.domain.intents import Intent, IntentKind
from core.domain.log import Door
from core.domain.passing import AlreadyTheirs
from core.domain.pursuit import Because
from core.domain.resubmission import Mending
from core.domain.stages import Verb
from core.errors import NotFound
from core.ports import Unit
from core.services import attaching, passing, reminding, resubmitting
from core.services.passing import CannotTake
from core.services.people import admitted, entitled, entitled_to_undo, inquiries

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Who asks for a decision on which handoff, and how.

    `key` is what Slack sent it under: the same key again is the same click and does nothing.
    Who comes `in_person` must be known to us as somebody who may decide. `message` says which
    one was clicked, as `channel:ts`: if it is a copy of the card, it is taken out of use.
    """

    workspace: str
    handoff_id: str
    by: str
    door: Door
    key: str | None = None
    in_person: bool = False
    message: str = ""

    @property
    def card(self) -> Intent:
        """The card has to be told anew, and what was clicked with it."""
        clicked = {"message": self.message} if self.message else {}
        return Intent(IntentKind.CARD, self.handoff_id, self.handoff_id, clicked)


@dataclass(frozen=True, slots=True)
class Repeated:
    """The very same click was here before; what it did stands."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a lead goes back; `wake_on` is a local date.

    `belongs_to` names a lead by its e-mail, id or name, or a record that Baton does not have.
    `to` is who it is for, where the reason is that it is for somebody else and the rep knows whom.
    """

    reason: str
    comment: str | None = None
    wake_on: date | None = None
    belongs_to: str | None = None
    to: str | None = None


def accept(desk: Desk, stimulus: Stimulus) -> Change | AlreadyTaken | Repeated:
    """The rep takes the lead. Raises NotFound, Refused, Busy."""

    def accepted(unit: Unit, case: Case, at: datetime) -> Change | AlreadyTaken:
        person = unit.person(stimulus.by)
        zone = person.timezone if person else None
        return decisions.accept(case, by=stimulus.by, at=at, door=stimulus.door, timezone=zone)

    return _decide(desk, stimulus, Verb.ACCEPT, accepted)


def reject(
    desk: Desk, stimulus: Stimulus, rejection: Rejection
) -> Change | AlreadyTaken | Incomplete | Repeated:
    """The rep sends the lead back with a reason. Raises NotFound, Refused, Busy."""

    def rejected(
        unit: Unit, case: Case, at: datetime
    ) -> Change | AlreadyTaken | Incomplete | Repeated:
        said = None if case.handoff.decision else rejection.belongs_to
        belongs_to = attaching.sought(unit, case, rejection.reason, said)
        if isinstance(belongs_to, Incomplete):
            return belongs_to
        change = decisions.reject(
            case,
            by=stimulus.by,
            at=at,
            door=stimulus.door,
            reason=rejection.reason,
            comment=rejection.comment,
            wake_on=rejection.wake_on,
            belongs_to=belongs_to,
        )
        if not isinstance(change, Change) or not decisions.is_for_another(change, case.policy):
            return change
        return passing.sent_on(desk, unit, case, change, to=rejection.to)

    return _decide(desk, stimulus, Verb.REJECT, rejected)


def assign(
    desk: Desk, stimulus: Stimulus, to: str
) -> Change | AlreadyTheirs | CannotTake | OutOfPlace | Repeated:
    """Somebody gives a lead to a colleague, who hears of it. Raises NotFound, Refused, Busy."""

    def assigned(
        unit: Unit, case: Case, at: datetime
    ) -> Change | AlreadyTheirs | CannotTake | OutOfPlace:
        return passing.assigned(unit, case, to, by=stimulus.by, at=at, door=stimulus.door)

    return _decide(desk, stimulus, Verb.ASSIGN, assigned)


def confirm(desk: Desk, stimulus: Stimulus) -> Change | AlreadyTaken | OutOfPlace | Repeated:
    """Inside sales vouches for the lead. Raises NotFound, Refused, Busy."""
    return _decide(
        desk,
        stimulus,
        Verb.CONFIRM,
        lambda _, case, at: decisions.confirm(case, by=stimulus.by, at=at, door=stimulus.door),
    )


def withdraw(
    desk: Desk, stimulus: Stimulus, comment: str | None = None
) -> Change | AlreadyTaken | Incomplete | Repeated:
    """Marketing takes its offer back. Raises NotFound, Refused, Busy."""
    return _decide(
        desk,
        stimulus,
        Verb.WITHDRAW,
        lambda _, case, at: decisions.withdraw(
            case, by=stimulus.by, at=at, door=stimulus.door, comment=comment
        ),
    )


def resubmit(
    desk: Desk, stimulus: Stimulus, mending: Mending
) -> Change | OutOfPlace | Incomplete | Repeated:
    """Marketing mends a lead that came back and offers it again. Raises NotFound, Refused, Busy."""
    return _decide(
        desk,
        stimulus,
        Verb.RESUBMIT,
        lambda unit, case, at: resubmitting.mend(
            desk, unit, case, mending, by=stimulus.by, at=at, door=stimulus.door
        ),
    )


def pursue(
    desk: Desk, stimulus: Stimulus, verb: Verb, because: Because | None = None
) -> Change | OutOfPlace | Incomplete | Repeated:
    """Sales takes a lead further, or gives it back. Raises NotFound, Refused, Busy."""
    return _decide(
        desk,
        stimulus,
        verb,
        lambda _, case, at: pursuit.pursue(
            case, verb, by=stimulus.by, at=at, door=stimulus.door, because=because
        ),
    )


def undo(
    desk: Desk, stimulus: Stimulus, *, of: Verb | None = None, for_ever: bool = False
) -> Change | TooLate | NothingToUndo | Repeated:
    """A slip is taken back: the decision, or the move `of`. Raises NotFound, Refused, Busy.

    `for_ever` is for whoever may mend a slip when the time for it is over.
    """

    def undone(unit: Unit, case: Case, at: datetime) -> Change | TooLate | NothingToUndo:
        entries = [record.entry for record in unit.records(case.lead.id)]
        slip = undoing.last_slip(case, entries)
        late = for_ever
        if stimulus.in_person and slip:
            late = entitled_to_undo(stimulus.by, slip, case, at=at)
        outcome = undoing.undo(
            case, entries, by=stimulus.by, at=at, door=stimulus.door, of=of, for_ever=late
        )
        if isinstance(outcome, Change) and slip and slip.verb is Verb.ACCEPT:
            reminding.begin_again(unit, case)
        return outcome

    return _decide(desk, stimulus, Verb.UNDO, undone)


def carry_out(
    desk: Desk,
    stimulus: Stimulus,
    verb: Verb,
    because: Because | None = None,
    *,
    undoing: Verb | None = None,
) -> Change | AlreadyTaken | Incomplete | OutOfPlace | TooLate | NothingToUndo | Repeated:
    """Whatever a person can do with a lead, by its verb. Raises NotFound, Refused, Busy."""
    because = because or Because()
    match verb:
        case Verb.ACCEPT:
            return accept(desk, stimulus)
        case Verb.REJECT:
            rejection = Rejection(
                because.reason or "",
                because.comment,
                because.wake_on,
                because.belongs_to,
                because.to,
            )
            return reject(desk, stimulus, rejection)
        case Verb.CONFIRM:
            return confirm(desk, stimulus)
        case Verb.WITHDRAW:
            return withdraw(desk, stimulus, because.comment)
        case Verb.UNDO:
            return undo(desk, stimulus, of=undoing)
        case _:
            return pursue(desk, stimulus, verb, because)


def _decide(
    desk: Desk, stimulus: Stimulus, verb: Verb, decide: Callable[[Unit, Case, datetime], Outcome]
) -> Outcome | Repeated:
    def within(unit: Unit, at: datetime) -> tuple[str, Outcome | Repeated]:
        case = unit.case(stimulus.handoff_id)
        if case is None:
            raise NotFound("no such handoff in this workspace")
        if stimulus.in_person:
            person = admitted(unit, stimulus.by, case.policy, at=at)
            entitled(stimulus.by, verb, case, at=at)
            unit.enqueue(inquiries(person, stimulus.by, at=at), at=at)
        outcome = decide(unit, case, at)
        refused = isinstance(outcome, Incomplete)
        if stimulus.key and not refused and not unit.first_time(stimulus.key, at=at):
            return case.lead.id, Repeated()
        if isinstance(outcome, Change):
            beside = attaching.beside(unit, case, outcome)
            unit.record_all([_told(outcome, stimulus.card), *beside], at=at)
            attaching.tell(unit, case, outcome, at=at)
            reminding.announce(unit, outcome, at=at)
        elif stimulus.message and not refused:
            unit.enqueue([stimulus.card], at=at)  # a button stands where none should
        return case.lead.id, outcome

    lead, outcome = desk.change(stimulus.workspace, within)
    how = "done" if isinstance(outcome, Change) else _spelt(type(outcome).__name__)
    desk.decided(verb.value, how)
    _noted(stimulus, lead, verb, how)
    return outcome


def _told(change: Change, card: Intent) -> Change:
    """The change, its card told with what was clicked."""
    same = (card.kind, card.subject)
    intents = (card if (each.kind, each.subject) == same else each for each in change.intents)
    return replace(change, intents=tuple(intents))


def _noted(stimulus: Stimulus, lead: str, verb: Verb, outcome: str) -> None:
    """One line in the program's log, with nothing in it that tells of a person but their ids."""
    log.info(
        "decision: handoff=%s lead=%s verb=%s by=%s door=%s outcome=%s",
        stimulus.handoff_id,
        lead,
        verb.value,
        stimulus.by,
        stimulus.door.value,
        outcome,
    )


def _spelt(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
