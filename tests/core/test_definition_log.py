"""The definition log: whatever is done to it, or to the versions, afterwards is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.domain.chain import GENESIS, End, remark_of, seal
from core.domain.definition_log import Act, ActRecord, Standing, definition_faults
from core.domain.log import Door
from core.domain.roles import Team
from core.domain.versions import State, Verb
from tests.builders import NOW

Log = list[ActRecord]
ONE, TWO = "1" * 64, "2" * 64
SALT = "5a17"


def an_act(version: int, verb: Verb, **parts: Any) -> Act:
    rules = ONE if version == 1 else TWO
    act = Act(version, verb, rules, "U0MIA", None, Door.BUTTON, NOW)
    return replace(act, **parts)


def chained(acts: list[Act]) -> Log:
    log: Log = []
    for seq, act in enumerate(acts, start=1):
        log.append(
            seal(
                act,
                seq=seq,
                recorded_at=NOW + timedelta(seconds=seq),
                remark=remark_of(act.comment, SALT) if act.comment else None,
                previous=log[-1].digest if log else GENESIS,
                salt=SALT if act.comment else None,
            )
        )
    return log


WHOLE = chained(
    [
        an_act(1, Verb.ADOPT, actor="baton"),
        an_act(2, Verb.PROPOSE, comment="fewer students"),
        an_act(2, Verb.SIGN, team=Team.SALES, actor="U0BOB"),
        an_act(2, Verb.SIGN, team=Team.MARKETING),
        an_act(2, Verb.ACTIVATE),
        an_act(1, Verb.RETIRE),
    ]
)
END = End(len(WHOLE), WHOLE[-1].digest)
STANDING = {
    1: Standing(State.RETIRED, ONE),
    2: Standing(State.ACTIVE, TWO, {Team.SALES: "U0BOB", Team.MARKETING: "U0MIA"}),
}


def found(log: Log, standing: dict[int, Standing] | None = None) -> list[str]:
    faults = definition_faults(log, STANDING if standing is None else standing, end=END)
    return [fault.problem for fault in faults]


def test_a_log_as_it_was_written_holds() -> None:
    assert found(WHOLE) == []


OTHER: dict[str, Callable[[Any], Any]] = {
    "version": lambda known: known + 1,
    "verb": lambda known: Verb.SIGN if known is not Verb.SIGN else Verb.PROPOSE,
    "digest": lambda known: "f" * 64,
    "actor": lambda known: "U0ELSE",
    "team": lambda known: Team.SALES if known is not Team.SALES else Team.MARKETING,
    "door": lambda known: Door.API,
    "occurred_at": lambda known: known + timedelta.resolution,
    "comment": lambda known: f"{known}!",
}


@pytest.mark.parametrize("name", OTHER)
@pytest.mark.parametrize("place", range(len(WHOLE)))
def test_every_edited_field_is_found(place: int, name: str) -> None:
    record = WHOLE[place]
    edited = replace(record.entry, **{name: OTHER[name](getattr(record.entry, name))})
    log = [*WHOLE[:place], replace(record, entry=edited), *WHOLE[place + 1 :]]
    assert found(log)


@pytest.mark.parametrize("place", range(len(WHOLE)))
def test_a_missing_or_doubled_row_is_found(place: int) -> None:
    assert found([*WHOLE[:place], *WHOLE[place + 1 :]])
    assert found([*WHOLE[: place + 1], *WHOLE[place:]])


def test_a_forgotten_comment_breaks_nothing() -> None:
    forgotten = replace(WHOLE[1], entry=replace(WHOLE[1].entry, comment=None), salt=None)
    assert found([WHOLE[0], forgotten, *WHOLE[2:]]) == []


@pytest.mark.parametrize(
    ("standing", "problem"),
    [
        (Standing(State.ACTIVE, "f" * 64, STANDING[2].signed_by), "its rules were changed"),
        (Standing(State.PROPOSED, TWO, STANDING[2].signed_by), "the log ends in active"),
        (Standing(State.ACTIVE, TWO, {Team.SALES: "U0EVE"}), "its signatures are not those"),
    ],
)
def test_a_version_that_was_changed_behind_the_log_is_found(
    standing: Standing, problem: str
) -> None:
    [fault] = found(WHOLE, {**STANDING, 2: standing})
    assert problem in fault


def test_a_version_without_a_log_and_a_log_without_a_version_are_found() -> None:
    assert found(WHOLE, {**STANDING, 3: STANDING[1]}) == ["version 3: there is no log of it"]
    assert found(WHOLE, {1: STANDING[1]}) == ["version 2: it is in the log only"]


def test_a_chain_sealed_anew_with_an_impossible_step_is_found() -> None:
    acts = [an_act(1, Verb.ADOPT), an_act(2, Verb.SIGN, team=Team.SALES)]
    forged = chained(acts)
    end = End(2, forged[-1].digest)
    standing = {1: Standing(State.ACTIVE, ONE)}
    problems = [fault.problem for fault in definition_faults(forged, standing, end=end)]
    assert "version 2 was None: sign leads nowhere" in problems
