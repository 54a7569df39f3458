"""Permission: the one place that says who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from core.domain.handoff import Case
from core.domain.log import Entry
from core.domain.policy import Policy
from core.domain.resubmission import awaits_mending
from core.domain.roles import Role, Team, is_staffed, roles_of, teams_of
from core.domain.stages import Verb, verbs_from
from core.domain.undoing import Slip, last_slip

NOT_OWNER = "not-owner"  # the code under which a step with somebody else's lead is refused
NOT_ASKED = "not-asked"  # the same of a lead that is offered to somebody else


class Right(StrEnum):
    """What not everybody may do; each is refused under its code."""

    FOR_REPS = "for-reps"
    FOR_INSIDE_SALES = "for-inside-sales"
    FOR_SALES = "for-sales"
    FOR_MARKETERS = "for-marketers"
    FOR_MANAGERS = "for-managers"
    FOR_TEAMS = "for-teams"
    FOR_ADMINS = "for-admins"
    SIGN_FOR_SALES = "not-sales"
    SIGN_FOR_MARKETING = "not-marketing"
    WITHDRAW_FOR_OTHERS = "not-proposer"


RIGHTS: Mapping[Verb, Right] = MappingProxyType(
    {
        Verb.CONFIRM: Right.FOR_INSIDE_SALES,
        Verb.ACCEPT: Right.FOR_REPS,
        Verb.REJECT: Right.FOR_SALES,
        Verb.RULE_OUT: Right.FOR_SALES,
        Verb.WITHDRAW: Right.FOR_MARKETERS,
        Verb.RESUBMIT: Right.FOR_MARKETERS,
        Verb.TOUCH: Right.FOR_REPS,
        Verb.ADVANCE: Right.FOR_REPS,
        Verb.WIN: Right.FOR_REPS,
        Verb.LOSE: Right.FOR_REPS,
        Verb.RECYCLE: Right.FOR_REPS,
        Verb.DISQUALIFY: Right.FOR_REPS,
        Verb.REOPEN: Right.FOR_MANAGERS,
    }
)
"""What a person can do with a lead. Whoever has the right to a step may also take it back."""

_LEADERS = frozenset({Role.MANAGER, Role.ADMIN})
_SALES = frozenset({Role.REP, Role.INSIDE_SALES, Role.MANAGER})
HOLDERS: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        Right.FOR_REPS: frozenset({Role.REP, Role.MANAGER}),
        Right.FOR_INSIDE_SALES: frozenset({Role.INSIDE_SALES, Role.MANAGER}),
        Right.FOR_SALES: _SALES,
        Right.FOR_MARKETERS: frozenset({Role.MARKETER}),
        Right.FOR_TEAMS: frozenset(Role),
        Right.FOR_MANAGERS: _LEADERS,
        Right.FOR_ADMINS: frozenset({Role.ADMIN}),
        Right.SIGN_FOR_SALES: _SALES,
        Right.SIGN_FOR_MARKETING: frozenset({Role.MARKETER}),
        Right.WITHDRAW_FOR_OTHERS: frozenset({Role.ADMIN}),
    }
)
_LEADING = (Right.FOR_MANAGERS, Right.FOR_ADMINS)
_FOR_MARKETING = (Right.FOR_MARKETERS, Right.SIGN_FOR_MARKETING)
_SIGNS = {Team.SALES: Right.SIGN_FOR_SALES, Team.MARKETING: Right.SIGN_FOR_MARKETING}
_OF_OWNERS = frozenset(
    {Verb.TOUCH, Verb.ADVANCE, Verb.WIN, Verb.LOSE, Verb.RECYCLE, Verb.DISQUALIFY}
)
_OF_THE_ASKED = (Verb.ACCEPT, Verb.REJECT, Verb.RULE_OUT)
_TAKEN_BACK_BY_OWNERS = _OF_OWNERS | {Verb.ACCEPT}
_ON_CARDS = (Right.FOR_REPS, Right.FOR_INSIDE_SALES, Right.FOR_SALES)


def holds(person: str, right: Right, policy: Policy, *, channel: str | None = None) -> bool:
    """Whether somebody has that right, who acts in that channel.

    While nobody of a team was given a role, everybody has its rights who has no role in the other
    team; to sign for it they must be in its own channel. What is for managers is for admins too,
    and what is for admins for managers while nobody is admin; while nobody is either, both are for
    the owners and admins of the Slack workspace.
    """
    if roles_of(person, policy.staff) & HOLDERS[right]:
        return True
    if right in _LEADING:
        return _leads(person, policy)
    if right is Right.WITHDRAW_FOR_OTHERS:
        return False
    if teams_of(person, policy.staff):
        return False
    if right is Right.FOR_TEAMS:
        return not all(is_staffed(team, policy.staff) for team in Team)
    team = Team.MARKETING if right in _FOR_MARKETING else Team.SALES
    if is_staffed(team, policy.staff):
        return False
    return right is not _SIGNS[team] or channel == policy.channel_of(team)


def may_see_person(reader: str, person: str, policy: Policy) -> bool:
    """Whether somebody may read the figures of one person: their own, a manager those of all."""
    return policy.shows_people or reader == person or holds(reader, Right.FOR_MANAGERS, policy)


def _leads(person: str, policy: Policy) -> bool:
    """Whether somebody stands in for admins whom nobody has named."""
    if policy.staff.get(Role.ADMIN):
        return False
    if policy.staff.get(Role.MANAGER):
        return Role.MANAGER in roles_of(person, policy.staff)
    return person in policy.heads


def signing_for(team: Team) -> Right:
    """The right that it takes to sign for a team."""
    return _SIGNS[team]


def answered_by(person: str, verb: Verb, case: Case, *, taking_back: bool = False) -> str | None:
    """Who answers for the lead, where a step with it is theirs and not this person's; else None.

    A manager may take every step, and so may anybody with the right to it where the policy lets
    anyone pursue a lead, or nobody owns it.
    """
    owner, policy = case.lead.owner, case.policy
    if verb not in (_TAKEN_BACK_BY_OWNERS if taking_back else _OF_OWNERS):
        return None
    if owner in (None, person) or policy.anyone_may_pursue:
        return None
    return None if holds(person, Right.FOR_MANAGERS, policy) else owner


def offered_to(person: str, verb: Verb, case: Case, *, at: datetime) -> str | None:
    """Who is asked to take the lead, where the answer is theirs and not this person's; else None.

    A manager may answer for anybody, and inside sales send back what they found to be wrong. When
    the answer is late the buyer has waited long enough: then it is for all of sales.
    """
    handoff, policy = case.handoff, case.policy
    is_theirs = handoff.decision is None and at < handoff.due_at
    if verb not in _OF_THE_ASKED or handoff.asked in (None, person) or not is_theirs:
        return None
    sends_back = verb is not Verb.ACCEPT and Role.INSIDE_SALES in roles_of(person, policy.staff)
    return None if sends_back or holds(person, Right.FOR_MANAGERS, policy) else handoff.asked


def may_assign(person: str, case: Case) -> bool:
    """Whether somebody may give the lead to a colleague: whoever has it, and managers."""
    return person == holder(case) or holds(person, Right.FOR_MANAGERS, case.policy)


def holder(case: Case) -> str | None:
    """Whose the lead is: who is asked to take it, or followed it last; None for all of sales."""
    return case.lead.owner if case.handoff.decision else case.handoff.asked


def verbs_for(
    case: Case, entries: Iterable[Entry], *, person: str | None, at: datetime
) -> tuple[Verb, ...]:
    """What somebody can do with a lead at `at`, in the order of the table, undoing last.

    `entries` is the whole log of the lead, oldest first. No `person` is the channel that reads the
    card: there stands what sales does day by day, and undoing while everybody may.
    """
    if case.lead.handoff_id != case.handoff.id:
        return ()
    steps = tuple(
        verb
        for verb in verbs_from(case.lead.stage)
        if verb is not Verb.RULE_OUT and _is_open(verb, case) and _is_for(person, verb, case, at)
    )
    slip = last_slip(case, entries)
    return (*steps, Verb.UNDO) if slip and may_undo(slip, person, case, at=at) else steps


def may_undo(slip: Slip, person: str | None, case: Case, *, at: datetime) -> bool:
    """Whether somebody may take this back: in time whoever may do it, later a manager."""
    if at < slip.ends_at:
        return person is None or _is_theirs(person, slip.verb, case, taking_back=True)
    return person is not None and holds(person, Right.FOR_MANAGERS, case.policy)


def _is_open(verb: Verb, case: Case) -> bool:
    """Whether this lead and this workspace leave room for a step that the table allows."""
    match verb:
        case Verb.TOUCH:
            return case.handoff.touched_at is None
        case Verb.CONFIRM:
            return case.policy.confirms_by_call
        case Verb.RESUBMIT:
            return awaits_mending(case)
        case _:
            return verb in RIGHTS


def _is_for(person: str | None, verb: Verb, case: Case, at: datetime) -> bool:
    if person is None:
        return RIGHTS[verb] in _ON_CARDS
    return _is_theirs(person, verb, case) and offered_to(person, verb, case, at=at) is None


def _is_theirs(person: str, verb: Verb, case: Case, *, taking_back: bool = False) -> bool:
    if not holds(person, RIGHTS[verb], case.policy):
        return False
    return answered_by(person, verb, case, taking_back=taking_back) is None
