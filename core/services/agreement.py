"""Bring a version of the definition into force: propose it, sign it, decline or withdraw it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from core.desk import Desk
from core.domain import agreement
from core.domain.agreement import (
    AlreadySigned,
    AlreadyThere,
    Amendment,
    Book,
    CommentNeeded,
    Proposal,
    Settled,
    SignedForOther,
    Version,
)
from core.domain.chain import Fault
from core.domain.definition import digest_of, load
from core.domain.definition_log import ActRecord, definition_faults
from core.domain.intents import Intent, about_version
from core.domain.log import Door
from core.domain.permission import Right, holds, signing_for
from core.domain.policy import Policy
from core.domain.roles import Team
from core.errors import DefinitionInvalid, Invalid, NoVersion, Refused
from core.ports import Unit, View
from core.services.people import admitted, inquiries

log = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")

TERMINAL = "terminal"  # who acts at a command line and does not say as whom


@dataclass(frozen=True, slots=True)
class Signing:
    """Who speaks on a version of the definition, for the first of `teams` that they may speak for.

    `key` is what Slack sent it under: the same key again is the same click and does nothing.
    Who comes `in_person` must be known to us as somebody whom we let in. `channel` is where they
    act, `message` the one that was clicked, as `channel:ts`: a copy is taken out of use.
    """

    workspace: str
    number: int
    teams: tuple[Team, ...]
    by: str
    door: Door
    channel: str | None = None
    key: str | None = None
    in_person: bool = False
    message: str = ""

    @property
    def told(self) -> tuple[Intent, ...]:
        """Both teams have to be told anew, and what was clicked with it."""
        clicked = {"message": self.message} if self.message else {}
        return tuple(replace(each, details=clicked) for each in about_version(self.number))


@dataclass(frozen=True, slots=True)
class Repeated:
    """The very same click was here before; what it did stands."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All there is to tell of one version: itself, its log, and the rules that it would replace.

    `before` is the version in force while it waits, else the one that it was compared with when
    it was proposed. `now` is the one in force today.
    """

    version: Version
    acts: Sequence[ActRecord]
    before: Version | None
    now: Version | None
    policy: Policy


def propose(
    desk: Desk,
    workspace: str,
    text: str,
    *,
    by: str = TERMINAL,
    door: Door = Door.TERMINAL,
    comment: str | None = None,
    based_on: int | None = None,
    measured: str | None = None,
) -> Amendment | AlreadyThere | CommentNeeded:
    """Ask both teams to sign these rules (TOML). `measured` is what a backtest says of them.

    `based_on` is the version that the author started from, unless it is the one in force.
    Raises DefinitionInvalid, Invalid where there never was such a version, Busy.
    """
    proposal = Proposal(text, load(text).digest, comment, based_on, measured)

    def within(unit: Unit, at: datetime) -> Amendment | AlreadyThere | CommentNeeded:
        if based_on is not None and unit.version(based_on) is None:
            raise Invalid("base", f"there is no version {based_on}")
        outcome = agreement.propose(proposal, unit.book(), by=by, at=at, door=door)
        if isinstance(outcome, Amendment):
            unit.amend(outcome, at=at)
        return outcome

    outcome = desk.change(workspace, within)
    _noted("propose", _number(outcome), by, door, outcome)
    return outcome


def approve(
    desk: Desk, signing: Signing
) -> Amendment | AlreadySigned | SignedForOther | Settled | Repeated:
    """Somebody signs for a team. Raises NoVersion, Refused, Busy."""
    return _decide(
        desk,
        signing,
        "approve",
        lambda version, book, team, at: agreement.sign(
            version, book, by=signing.by, team=team, at=at, door=signing.door
        ),
    )


def decline(
    desk: Desk, signing: Signing, comment: str | None
) -> Amendment | Settled | CommentNeeded | Repeated:
    """Somebody says for a team that it does not agree. Raises NoVersion, Refused, Busy."""
    return _decide(
        desk,
        signing,
        "decline",
        lambda version, _, team, at: agreement.decline(
            version, by=signing.by, team=team, at=at, door=signing.door, comment=comment
        ),
    )


def withdraw(
    desk: Desk, workspace: str, number: int, *, by: str = TERMINAL, door: Door = Door.TERMINAL
) -> Amendment | Settled:
    """A proposal is taken back: by whoever proposed it, by an admin, or at the command line.

    Raises NoVersion, Refused, Busy.
    """

    def within(unit: Unit, at: datetime) -> Amendment | Settled:
        version = _version(unit, number)
        if by not in (version.proposed_by, TERMINAL):
            _must(by, Right.WITHDRAW_FOR_OTHERS, unit.workspace().policy)
        outcome = agreement.withdraw(version, by=by, at=at, door=door)
        if isinstance(outcome, Amendment):
            unit.amend(outcome, at=at)
        return outcome

    outcome = desk.change(workspace, within)
    _noted("withdraw", number, by, door, outcome)
    return outcome


def dossier(desk: Desk, workspace: str, number: int) -> Dossier | None:
    """What there is to tell of one version; None where there is none of that number."""
    with desk.read(workspace) as view:
        return dossier_of(view, number)


def dossier_of(view: View, number: int) -> Dossier | None:
    """The same, from what is being read."""
    version = view.version(number)
    if version is None:
        return None
    now = view.book().active
    before = now if version.active_from is None else _predecessor(view.versions(), version)
    return Dossier(version, view.acts(number), before, now, view.workspace().policy)


def verify(desk: Desk, workspace: str) -> Iterator[Fault]:
    """Check the whole definition log of a workspace, and that nobody changed any of its rules."""
    with desk.read(workspace) as view:
        standing = {
            version.number: replace(version.standing, digest=_true_digest(version))
            for version in view.versions()
        }
        records, end = list(view.act_chain()), view.act_chain_end()
    for fault in definition_faults(records, standing, end=end):
        yield Fault(fault.seq, f"definition log: {fault.problem}")


def _decide(
    desk: Desk,
    signing: Signing,
    verb: str,
    decide: Callable[[Version, Book, Team, datetime], Outcome],
) -> Outcome | Repeated:
    def within(unit: Unit, at: datetime) -> Outcome | Repeated:
        version, policy = _version(unit, signing.number), unit.workspace().policy
        if signing.in_person:
            person = admitted(unit, signing.by, policy, at=at)
            unit.enqueue(inquiries(person, signing.by, at=at), at=at)
        outcome = decide(version, unit.book(), _speaking_for(signing, policy), at)
        if isinstance(outcome, CommentNeeded):
            return outcome
        if signing.key and not unit.first_time(signing.key, at=at):
            return Repeated()
        if isinstance(outcome, Amendment):
            others = [each for each in outcome.intents if each.subject not in _subjects(signing)]
            unit.amend(replace(outcome, intents=(*signing.told, *others)), at=at)
        elif signing.in_person:
            unit.enqueue(signing.told, at=at)  # a button stands where none should
        return outcome

    outcome = desk.change(signing.workspace, within)
    _noted(verb, signing.number, signing.by, signing.door, outcome)
    return outcome


def _subjects(signing: Signing) -> set[str]:
    return {intent.subject for intent in signing.told}


def _speaking_for(signing: Signing, policy: Policy) -> Team:
    wanted = [signing_for(team) for team in signing.teams]
    for team, right in zip(signing.teams, wanted, strict=True):
        if holds(signing.by, right, policy, channel=signing.channel):
            return team
    raise Refused(code=wanted[0].value if wanted else None)


def _version(unit: Unit, number: int) -> Version:
    version = unit.version(number)
    if version is None:
        raise NoVersion(f"there is no version {number} of the definition")
    return version


def _must(by: str, right: Right, policy: Policy) -> None:
    if not holds(by, right, policy):
        raise Refused(code=right.value)


def _predecessor(versions: Sequence[Version], version: Version) -> Version | None:
    """The version that was in force until this one came."""
    earlier = [each for each in versions if each.ended_at == version.active_from]
    return next((each for each in earlier if each.active_from is not None), None)


def _true_digest(version: Version) -> str:
    try:
        return digest_of(version.text)
    except DefinitionInvalid:
        return ""


def _number(outcome: object) -> int:
    if isinstance(outcome, Amendment | AlreadyThere):
        return outcome.version.number
    return 0


def _noted(verb: str, number: int, by: str, door: Door, outcome: object) -> None:
    """One line in the program's log, with nothing in it that tells of a person but their ids."""
    log.info(
        "definition: version=%s verb=%s by=%s door=%s outcome=%s",
        number,
        verb,
        by,
        door.value,
        "done" if isinstance(outcome, Amendment) else type(outcome).__name__,
    )
