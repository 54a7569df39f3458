"""The agreement: how a version of the shared definition comes into force, signed by both teams.

Once proposed, a version has a number, and somebody of each team signs it or declines. With the
second signature it is in force from that moment, and the version before it is retired. Leads that
qualified by then keep their handoff and the version that it names.

Pure: frozen values in and out, no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.domain.definition_log import Act, Standing
from core.domain.intents import Intent, about_version
from core.domain.log import Door
from core.domain.roles import Team
from core.domain.text import printable
from core.domain.versions import State, Verb, after

COMMENT_LIMIT = 2000
BATON = "baton"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed for a team, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the definition. `revision` counts its changes, for whoever changes it next.

    `text` is TOML, `digest` that of its canonical JSON. `based_on` is the number of the version
    that its author started from. `measured` is what a backtest said of it, as JSON text.
    """

    number: int
    revision: int
    text: str
    digest: str
    state: State
    proposed_by: str
    proposed_at: datetime
    based_on: int | None = None
    signatures: Mapping[Team, Signature] = field(default_factory=dict)
    active_from: datetime | None = None
    ended_at: datetime | None = None
    measured: str | None = None

    @property
    def label(self) -> str:
        """How people tell versions apart: "v7 a1b2c3d"."""
        return f"v{self.number} {self.digest[:7]}"

    @property
    def standing(self) -> Standing:
        """What its log has to lead to."""
        signed_by = {team: signature.by for team, signature in self.signatures.items()}
        return Standing(self.state, self.digest, signed_by)


@dataclass(frozen=True, slots=True)
class Book:
    """The versions that matter now: the one in force, if any, and those that wait for signatures.

    `last` is the highest number there is.
    """

    active: Version | None
    waiting: tuple[Version, ...] = ()
    last: int = 0


@dataclass(frozen=True, slots=True)
class Amendment:
    """What one step changes, kept whole or not at all: first the version that it is about.

    Versions carry the revision that they were read with; one of revision 0 is new.
    """

    versions: tuple[Version, ...]
    acts: tuple[Act, ...]
    intents: tuple[Intent, ...] = ()

    @property
    def version(self) -> Version:
        """The version that it is about."""
        return self.versions[0]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Rules that somebody proposes; `based_on` is None where they started from those in force."""

    text: str
    digest: str
    comment: str | None = None
    based_on: int | None = None
    measured: str | None = None


# Outcomes with a name: what else can be answered instead of an Amendment.


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """These very rules are in force, or are waiting for signatures, as `version`."""

    version: Version


@dataclass(frozen=True, slots=True)
class AlreadySigned:
    """Somebody has signed for this team."""

    team: Team
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SignedForOther:
    """This very person has signed for the other `team`: nobody speaks for both."""

    team: Team


@dataclass(frozen=True, slots=True)
class Settled:
    """The version no longer waits for anybody: what became of it."""

    version: Version


@dataclass(frozen=True, slots=True)
class CommentNeeded:
    """A comment is missing, or longer than `COMMENT_LIMIT`: `problem` is `required`, `too_long`."""

    problem: str


def adopt(
    proposal: Proposal, book: Book, *, at: datetime, by: str = BATON, door: Door
) -> Amendment:
    """Put rules into force that nobody signed: those that a workspace begins with."""
    new = _numbered(proposal, book, by=by, at=at)
    version = replace(new, state=State.ACTIVE, active_from=at)
    return _amended(_Step(by, door, at), (version, Verb.ADOPT, None), *_overtaken(book, at))


def propose(
    proposal: Proposal, book: Book, *, by: str, at: datetime, door: Door
) -> Amendment | AlreadyThere | CommentNeeded:
    """Ask both teams to sign these rules. An earlier proposal of the same person gives way.

    The version in force is part of the amendment, unchanged, so that nothing can be proposed
    against rules that are being replaced at this moment.
    """
    for version in filter(None, (book.active, *book.waiting)):
        if version.digest == proposal.digest:
            return AlreadyThere(version)
    comment = _words(proposal.comment)
    if comment is not None and len(comment) > COMMENT_LIMIT:
        return CommentNeeded("too_long")
    new = _numbered(proposal, book, by=by, at=at)
    own = [version for version in book.waiting if version.proposed_by == by]
    amendment = _amended(
        _Step(by, door, at),
        (new, Verb.PROPOSE, comment),
        *(_ended(version, Verb.SUPERSEDE, at) for version in own),
    )
    held = (book.active,) if book.active else ()
    return replace(amendment, versions=(*amendment.versions, *held))


def sign(
    version: Version, book: Book, *, by: str, team: Team, at: datetime, door: Door
) -> Amendment | AlreadySigned | SignedForOther | Settled:
    """Sign for a team. With the second signature the version is in force, from that moment."""
    if version.state is not State.PROPOSED:
        return Settled(version)
    if first := version.signatures.get(team):
        return AlreadySigned(team, first.by, first.at)
    for other, signature in version.signatures.items():
        if signature.by == by:
            return SignedForOther(other)
    step = _Step(by, door, at, team)
    signatures = {**version.signatures, team: Signature(by, at)}
    signed = replace(version, signatures=signatures)
    if len(signatures) < len(Team):
        return _amended(step, (signed, Verb.SIGN, None))
    active = replace(signed, state=State.ACTIVE, active_from=at)
    others = tuple(other for other in book.waiting if other.number != version.number)
    return _amended(
        step,
        (active, Verb.SIGN, None),
        (active, Verb.ACTIVATE, None),
        *_overtaken(replace(book, waiting=others), at),
    )


def decline(
    version: Version, *, by: str, team: Team, at: datetime, door: Door, comment: str | None
) -> Amendment | Settled | CommentNeeded:
    """A team does not agree, and says why: the proposal is over."""
    if version.state is not State.PROPOSED:
        return Settled(version)
    words = _words(comment)
    if words is None:
        return CommentNeeded("required")
    if len(words) > COMMENT_LIMIT:
        return CommentNeeded("too_long")
    declined, verb, _ = _ended(version, Verb.DECLINE, at)
    return _amended(_Step(by, door, at, team), (declined, verb, words))


def withdraw(version: Version, *, by: str, at: datetime, door: Door) -> Amendment | Settled:
    """Whoever proposed it takes it back."""
    if version.state is not State.PROPOSED:
        return Settled(version)
    return _amended(_Step(by, door, at), _ended(version, Verb.WITHDRAW, at))


@dataclass(frozen=True, slots=True)
class _Step:
    """Who does something, how, when, and for which team."""

    by: str
    door: Door
    at: datetime
    team: Team | None = None


_Move = tuple[Version, Verb, str | None]
_OF_A_TEAM = (Verb.SIGN, Verb.DECLINE)


def _amended(step: _Step, *moves: _Move) -> Amendment:
    versions = {version.number: version for version, _, _ in moves}
    return Amendment(
        tuple(versions.values()),
        tuple(_act(step, move) for move in moves),
        tuple(
            intent
            for number, version in versions.items()
            if version.proposed_by != BATON  # what came with us was never announced
            for intent in about_version(number)
        ),
    )


def _act(step: _Step, move: _Move) -> Act:
    version, verb, comment = move
    team = step.team if verb in _OF_A_TEAM else None
    return Act(version.number, verb, version.digest, step.by, team, step.door, step.at, comment)


def _overtaken(book: Book, at: datetime) -> Iterable[_Move]:
    """Whatever gives way to a version that comes into force: what is in force, and what waits."""
    if book.active:
        yield _ended(book.active, Verb.RETIRE, at)
    for version in book.waiting:
        yield _ended(version, Verb.SUPERSEDE, at)


def _ended(version: Version, verb: Verb, at: datetime) -> _Move:
    state = after(version.state, verb)
    if state is None:
        raise AssertionError(f"{verb} was decided on a version that is {version.state}")
    return replace(version, state=state, ended_at=at), verb, None


def _numbered(proposal: Proposal, book: Book, *, by: str, at: datetime) -> Version:
    base = proposal.based_on or (book.active.number if book.active else None)
    return Version(
        number=book.last + 1,
        revision=0,
        text=proposal.text,
        digest=proposal.digest,
        state=State.PROPOSED,
        proposed_by=by,
        proposed_at=at,
        based_on=base,
        measured=proposal.measured,
    )


def _words(comment: str | None) -> str | None:
    """A comment in the form that we keep: its lines, or None where it says nothing."""
    return printable("\n".join((comment or "").splitlines()), keep="\n") or None
