"""The one table of a version's life: which verb takes a version of the definition where."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    """Where a version of the definition stands. A draft is a file of its author's, kept nowhere."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    RETIRED = "retired"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


class Verb(StrEnum):
    """What can be done with a version; each one is a row of the definition log."""

    ADOPT = "adopt"
    PROPOSE = "propose"
    SIGN = "sign"
    ACTIVATE = "activate"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    RETIRE = "retire"


TRANSITIONS: Mapping[tuple[State | None, Verb], State] = MappingProxyType(
    {
        (None, Verb.ADOPT): State.ACTIVE,
        (None, Verb.PROPOSE): State.PROPOSED,
        (State.PROPOSED, Verb.SIGN): State.PROPOSED,
        (State.PROPOSED, Verb.ACTIVATE): State.ACTIVE,
        (State.PROPOSED, Verb.DECLINE): State.DECLINED,
        (State.PROPOSED, Verb.WITHDRAW): State.WITHDRAWN,
        (State.PROPOSED, Verb.SUPERSEDE): State.SUPERSEDED,
        (State.ACTIVE, Verb.RETIRE): State.RETIRED,
    }
)


def after(state: State | None, verb: Verb) -> State | None:
    """The state that `verb` leads to from `state`, or None where the table has no such row."""
    return TRANSITIONS.get((state, verb))
