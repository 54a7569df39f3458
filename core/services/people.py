"""Let in whoever may deal with leads, by what is known of them at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from core.domain.handoff import Case
from core.domain.intents import Intent, IntentKind
from core.domain.permission import (
    HOLDERS,
    NOT_ASKED,
    NOT_OWNER,
    RIGHTS,
    Right,
    answered_by,
    holder,
    holds,
    may_assign,
    offered_to,
)
from core.domain.policy import Policy
from core.domain.stages import Verb
from core.domain.standing import Standing, refusal
from core.domain.undoing import Slip
from core.errors import Refused, Unacquainted
from core.ports import Person, Unit, View

_FRESH = timedelta(days=1)
_REFUSED_FOR = timedelta(minutes=5)


def admitted(view: View, user: str, policy: Policy, *, at: datetime) -> Person:
    """Whoever it is, if they may decide. Raises Unacquainted, or Refused under its code.

    A refusal does not hold for long without asking again: a guest may be a member by now.
    """
    person = view.person(user)
    if person is None:
        raise Unacquainted
    because = refusal(person.standing, policy)
    if because is None:
        return person
    if at - person.seen_at >= _REFUSED_FOR:
        raise Unacquainted
    raise Refused(code=because.value)


def learn(unit: Unit, person: Person, *, at: datetime) -> None:
    """Keep what Slack tells of somebody; the policy knows who heads the Slack workspace."""
    unit.keep_person(person)
    workspace = unit.workspace()
    heads = workspace.policy.heads
    now = heads | {person.id} if person.standing is Standing.HEAD else heads - {person.id}
    if now != heads:
        policy = replace(workspace.policy, heads=now)
        unit.change_policy(policy, (), revision=workspace.revision, at=at)


def entitled(user: str, verb: Verb, case: Case, *, at: datetime, taking_back: bool = False) -> None:
    """Raises Refused where this is no step for them. What undoing takes, its own rule says."""
    if right := RIGHTS.get(verb):
        entitled_to(user, right, case.policy)
    if owner := answered_by(user, verb, case, taking_back=taking_back):
        raise Refused(code=NOT_OWNER, owner=owner)
    if verb is Verb.ASSIGN:
        entitled_to_assign(user, case)
    if asked := offered_to(user, verb, case, at=at):
        raise Refused(code=NOT_ASKED, owner=asked)


def entitled_to_assign(user: str, case: Case) -> None:
    """Raises Refused where the lead is not theirs to give away."""
    if may_assign(user, case):
        return
    if owner := holder(case):
        raise Refused(code=NOT_OWNER if case.handoff.decision else NOT_ASKED, owner=owner)
    raise Refused(code=Right.FOR_MANAGERS.value)


def entitled_to(user: str, right: Right, policy: Policy) -> None:
    """Raises Refused where somebody does not have that right."""
    if not holds(user, right, policy):
        raise Refused(code=right.value)


def entitled_to_undo(user: str, slip: Slip, case: Case, *, at: datetime) -> bool:
    """Whether they may even when the time is over. Raises Refused where it was not theirs to do."""
    if holds(user, Right.FOR_MANAGERS, case.policy):
        return True
    entitled(user, slip.verb, case, at=at, taking_back=True)
    return False


def takers(view: View, policy: Policy, *, but: str) -> Sequence[Person]:
    """Who may accept leads by their role, as far as Slack told us who they are, by name."""
    named = {id for role in HOLDERS[Right.FOR_REPS] for id in policy.staff.get(role, ())}
    known = view.people(named - {but}).values()
    could = (person for person in known if refusal(person.standing, policy) is None)
    return sorted(could, key=lambda person: (person.name, person.id))


def inquiries(person: Person | None, user: str, *, at: datetime) -> list[Intent]:
    """The promise to ask Slack about somebody again, where it is time to."""
    if person is not None and at - person.seen_at < _FRESH:
        return []
    return [Intent(IntentKind.PERSON, user, lane=user)]
