"""The definition log: who proposed, signed or declined which rules, appended and never changed.

It is the sister of the stage log; each workspace has one chain of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from core.domain.chain import (
    Content,
    End,
    Fault,
    Link,
    end_faults,
    instant,
    link_faults,
)
from core.domain.log import Door
from core.domain.roles import Team
from core.domain.versions import State, Verb, after


@dataclass(frozen=True, slots=True)
class Act:
    """One step in the life of a version; `digest` is that of the rules that were acted upon.

    `actor` is a Slack user id, or a machine's name (`baton`, `terminal`); `team` is the one that
    a signature or a refusal speaks for.
    """

    version: int
    verb: Verb
    digest: str
    actor: str
    team: Team | None
    door: Door
    occurred_at: datetime
    comment: str | None = None

    def content(self, remark: str | None) -> Content:
        """Everything that is sealed, the comment by its salted digest."""
        return (
            self.version,
            self.verb,
            self.digest,
            self.actor,
            self.team,
            self.door,
            instant(self.occurred_at),
            remark,
        )


ActRecord: TypeAlias = Link[Act]
"""A step in its place in the chain."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a version stands now: its state, the digest of its rules, and who signed for whom."""

    state: State
    digest: str
    signed_by: Mapping[Team, str] = field(default_factory=dict)


def definition_faults(
    records: Iterable[ActRecord], versions: Mapping[int, Standing], *, end: End | None = None
) -> Iterator[Fault]:
    """Check a whole chain, oldest first, against how each version stands now, by its number.

    Yields what does not hold: a gap, a broken link, changed content, a step that the table does
    not have, rules or signatures that are not those of the log, or a chain that does not reach
    its `end`, where one is given.
    """
    reached = End()
    folded: dict[int, Standing] = {}
    for record in records:
        act = record.entry
        yield from link_faults(record, follows=reached)
        known = folded.get(act.version)
        yield from _step_faults(record, known)
        folded[act.version] = _after(known, act)
        reached = End(record.seq, record.digest)
    yield from end_faults(reached, end)
    for number in sorted(folded.keys() | versions.keys()):
        logged, stands = folded.get(number), versions.get(number)
        if logged != stands:
            yield Fault(reached.seq, f"version {number}: {_difference(logged, stands)}")


def _step_faults(record: ActRecord, known: Standing | None) -> Iterator[Fault]:
    act = record.entry
    state = known.state if known else None
    if after(state, act.verb) is None:
        yield Fault(record.seq, f"version {act.version} was {state}: {act.verb} leads nowhere")
    if known is not None and known.digest != act.digest:
        yield Fault(record.seq, f"is about other rules than version {act.version} had before")


def _after(known: Standing | None, act: Act) -> Standing:
    signed_by = dict(known.signed_by) if known else {}
    if act.verb is Verb.SIGN and act.team is not None:
        signed_by[act.team] = act.actor
    state = after(known.state if known else None, act.verb)
    return Standing(state or (known.state if known else State.PROPOSED), act.digest, signed_by)


def _difference(logged: Standing | None, stands: Standing | None) -> str:
    if logged is None:
        return "there is no log of it"
    if stands is None:
        return "it is in the log only"
    if logged.digest != stands.digest:
        return "its rules were changed"
    if logged.state is not stands.state:
        return f"the log ends in {logged.state}, it is {stands.state}"
    return "its signatures are not those of the log"
