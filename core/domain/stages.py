"""The one table of stages: which verb takes a lead from where to where."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """Where a lead stands between marketing and sales."""

    NEW = "new"
    NURTURING = "nurturing"
    MQL = "mql"
    SAL = "sal"
    DISQUALIFIED = "disqualified"


class Verb(StrEnum):
    """What can be done with a lead; each one is a row of the stage log."""

    CAPTURE = "capture"
    QUALIFY = "qualify"
    ACCEPT = "accept"
    REJECT = "reject"
    RULE_OUT = "rule_out"
    UNDO = "undo"


TRANSITIONS: Mapping[tuple[Stage | None, Verb], Stage] = MappingProxyType(
    {
        (None, Verb.CAPTURE): Stage.NEW,
        (Stage.NEW, Verb.QUALIFY): Stage.MQL,
        (Stage.NURTURING, Verb.QUALIFY): Stage.MQL,
        (Stage.MQL, Verb.ACCEPT): Stage.SAL,
        (Stage.MQL, Verb.REJECT): Stage.NURTURING,
        (Stage.MQL, Verb.RULE_OUT): Stage.DISQUALIFIED,
        (Stage.SAL, Verb.UNDO): Stage.MQL,
        (Stage.NURTURING, Verb.UNDO): Stage.MQL,
        (Stage.DISQUALIFIED, Verb.UNDO): Stage.MQL,
    }
)


def after(stage: Stage | None, verb: Verb) -> Stage | None:
    """The stage that `verb` leads to from `stage`, or None where the table has no such row."""
    return TRANSITIONS.get((stage, verb))


def verbs_from(stage: Stage) -> tuple[Verb, ...]:
    """What the table allows from `stage`, in the order of the table."""
    return tuple(verb for (start, verb) in TRANSITIONS if start is stage)
