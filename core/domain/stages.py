"""The table of stages: what can be done with a lead where it stands, and where that leads.

The guard against impossible moves, the buttons of the card and the diagram in the documentation
all come from this one table. Some verbs stand beside it: undoing leads back along the last row
taken; what is merely written down leads nowhere, and neither does what a lead in nurturing is sent,
or a date for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """Where a lead stands between marketing and sales."""

    NEW = "new"
    NURTURING = "nurturing"
    MQL = "mql"
    TQL = "tql"
    SAL = "sal"
    SQL = "sql"
    CUSTOMER = "customer"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    MERGED = "merged"  # it turned out to be another lead, which has all of it now


class Verb(StrEnum):
    """What can be done with a lead; each one is a row of the stage log."""

    CAPTURE = "capture"
    QUALIFY = "qualify"
    RESUBMIT = "resubmit"  # marketing mended what was wrong and offers the lead again
    CONFIRM = "confirm"  # inside sales spoke to them: the interest is real
    ACCEPT = "accept"
    REJECT = "reject"  # before any contact
    REROUTE = "reroute"  # refused by one, offered to another, the clock still running
    EXPIRE = "expire"  # nobody answered in time: offered to another, the clock still running
    ASSIGN = "assign"  # given to somebody by name, or to all of sales; it stays where it is
    RULE_OUT = "rule_out"
    WITHDRAW = "withdraw"  # marketing takes the offer back
    TOUCH = "touch"  # sales made the first contact
    RETURN = "return"  # accepted, and nobody made contact: offered to sales anew
    ADVANCE = "advance"
    WIN = "win"
    LOSE = "lose"
    RECYCLE = "recycle"  # after contact: back to nurturing
    DISQUALIFY = "disqualify"  # after contact: out of the funnel
    REOPEN = "reopen"
    MERGE = "merge"
    SEND = "send"  # marketing sent a lead in nurturing its next offer; it stays where it is
    WAKE = "wake"  # somebody said when to look again at a lead in nurturing; it stays there
    NOTE = "note"  # somebody wants it to be remembered; the lead stays where it is
    ATTACH = "attach"  # another lead was found to belong to this one
    DETACH = "detach"  # it does not, after all
    UNDO = "undo"


TRANSITIONS: Mapping[tuple[Stage | None, Verb], Stage] = MappingProxyType(
    {
        (None, Verb.CAPTURE): Stage.NEW,
        (Stage.NEW, Verb.QUALIFY): Stage.MQL,
        (Stage.NURTURING, Verb.QUALIFY): Stage.MQL,
        (Stage.NURTURING, Verb.RESUBMIT): Stage.MQL,
        (Stage.MQL, Verb.CONFIRM): Stage.TQL,
        (Stage.MQL, Verb.ACCEPT): Stage.SAL,
        (Stage.MQL, Verb.REJECT): Stage.NURTURING,
        (Stage.MQL, Verb.REROUTE): Stage.MQL,
        (Stage.MQL, Verb.EXPIRE): Stage.MQL,
        (Stage.MQL, Verb.ASSIGN): Stage.MQL,
        (Stage.MQL, Verb.RULE_OUT): Stage.DISQUALIFIED,
        (Stage.MQL, Verb.WITHDRAW): Stage.NURTURING,
        (Stage.TQL, Verb.ACCEPT): Stage.SAL,
        (Stage.TQL, Verb.REJECT): Stage.NURTURING,
        (Stage.TQL, Verb.REROUTE): Stage.MQL,
        (Stage.TQL, Verb.EXPIRE): Stage.TQL,
        (Stage.TQL, Verb.ASSIGN): Stage.TQL,
        (Stage.TQL, Verb.RULE_OUT): Stage.DISQUALIFIED,
        (Stage.TQL, Verb.WITHDRAW): Stage.NURTURING,
        (Stage.SAL, Verb.ASSIGN): Stage.SAL,
        (Stage.SAL, Verb.TOUCH): Stage.SAL,
        (Stage.SAL, Verb.RETURN): Stage.MQL,
        (Stage.SAL, Verb.ADVANCE): Stage.SQL,
        (Stage.SAL, Verb.RECYCLE): Stage.NURTURING,
        (Stage.SAL, Verb.DISQUALIFY): Stage.DISQUALIFIED,
        (Stage.SQL, Verb.ASSIGN): Stage.SQL,
        (Stage.SQL, Verb.WIN): Stage.CUSTOMER,
        (Stage.SQL, Verb.LOSE): Stage.LOST,
        (Stage.SQL, Verb.RECYCLE): Stage.NURTURING,
        (Stage.SQL, Verb.DISQUALIFY): Stage.DISQUALIFIED,
        (Stage.CUSTOMER, Verb.REOPEN): Stage.NURTURING,
        (Stage.LOST, Verb.REOPEN): Stage.NURTURING,
        (Stage.DISQUALIFIED, Verb.REOPEN): Stage.NURTURING,
        (Stage.NEW, Verb.MERGE): Stage.MERGED,
    }
)
WRITTEN_DOWN = frozenset({Verb.NOTE, Verb.ATTACH, Verb.DETACH})
"""What is remembered of a lead wherever it stands, and leaves it there."""

LEADS_NOWHERE = WRITTEN_DOWN | {Verb.SEND, Verb.WAKE}

UNDOABLE = frozenset(Verb) - {
    Verb.CAPTURE,
    Verb.QUALIFY,
    Verb.RESUBMIT,
    Verb.REROUTE,
    Verb.EXPIRE,
    Verb.ASSIGN,
    Verb.RETURN,
    Verb.MERGE,
    Verb.UNDO,
    *LEADS_NOWHERE,
}
"""What a person may take back. An offer is taken back by withdrawing it."""


def after(stage: Stage | None, verb: Verb) -> Stage | None:
    """The stage that `verb` leads to from `stage`, or None where the table has no such row."""
    return TRANSITIONS.get((stage, verb))


def verbs_from(stage: Stage) -> tuple[Verb, ...]:
    """What the table allows from `stage`, in the order of the table; undoing is not in it."""
    return tuple(verb for (start, verb) in TRANSITIONS if start is stage)


def undone_to(stage: Stage) -> frozenset[Stage]:
    """Where undoing may lead from `stage`: to wherever a row that can be undone came from."""
    return frozenset(
        start
        for (start, verb), end in TRANSITIONS.items()
        if start is not None and end is stage and verb in UNDOABLE
    )


def is_move(start: Stage | None, verb: Verb, end: Stage) -> bool:
    """Whether `verb` may lead from `start` to `end`."""
    if verb is Verb.UNDO:
        return start is not None and end in undone_to(start)
    if verb in WRITTEN_DOWN:
        return start is not None and start is end
    if verb in (Verb.SEND, Verb.WAKE):
        return start is end is Stage.NURTURING
    return after(start, verb) is end
