"""Recount a digest from the log: did it say what was known then, and what has changed since?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from typing import Any

from core.desk import Desk
from core.domain.hindsight import Hindsight, hindsight
from core.domain.localtime import Window
from core.domain.log import Record
from core.domain.measures import Fact, Measures, Share, frame_of, measure, to_json
from core.domain.periods import period_before
from core.domain.policy import Policy
from core.domain.schedule import Schedule
from core.ports import KeptDigest
from core.services.digests import schedule_of
from core.services.reporting import fits, measures_of, told_before


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that the digest said otherwise than the log does; `figure` is its dotted path."""

    figure: str
    said: Any
    counted: Any


@dataclass(frozen=True, slots=True)
class Restated:
    """A figure of the period as the digest said it, and as it is by now."""

    figure: str
    said: Share
    now: Share


@dataclass(frozen=True, slots=True)
class Since:
    """Which handoffs of the period have changed since a digest told of it, by their ids."""

    brought_in: tuple[str, ...]
    decided: tuple[str, ...]
    undone: tuple[str, ...]
    decided_otherwise: tuple[str, ...]
    touched: tuple[str, ...]
    advanced: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether all is as it was told."""
        return not any(getattr(self, part.name) for part in fields(self))


@dataclass(frozen=True, slots=True)
class Recount:
    """A digest beside what the log says.

    `differences` are what it should not have said then: none, unless somebody changed the database
    behind our back. How Slack and the queue did at that moment no log tells: that is not compared.
    `since` is what became known later, `restated` what that changes of the figures. `lost` are
    handoffs that the log knows of and nobody keeps any more.
    """

    kept: KeptDigest
    said: Measures
    counted: Measures
    figures: int
    differences: tuple[Difference, ...]
    since: Since
    restated: tuple[Restated, ...]
    lost: tuple[str, ...]


def recount(desk: Desk, workspace: str, kept: KeptDigest) -> Recount | None:
    """Compare a digest with the log; None of one from before all figures were measured."""
    said = measures_of(kept)
    if said is None:
        return None
    with desk.read(workspace) as view:
        policy = kept.policy or view.workspace().policy
        schedule = schedule_of(kept, policy)
        before, facts = told_before(view, schedule, kept.window, policy), list(view.every_fact())
        then = hindsight((each.entry for each in view.chain() if _was_known(each, kept)), facts)
        now = hindsight((each.entry for each in view.chain()), facts)
    previous = measures_of(before) if before and before.as_of <= kept.as_of else None
    measured = partial(_measured, schedule=schedule, policy=policy, said=said, previous=previous)
    counted = measured(then, at=kept.as_of)
    ours, theirs = leaves(said), leaves(counted)
    wanted = partial(_wanted, schedule=schedule)
    return Recount(
        kept,
        said,
        counted,
        len(theirs),
        tuple(_differences(ours, theirs)),
        _since(filter(wanted, then.facts), filter(wanted, now.facts), kept.window),
        tuple(_restated(said, measured(now, at=desk.now()))),
        then.lost,
    )


def _was_known(record: Record, kept: KeptDigest) -> bool:
    if kept.log_end is not None:
        return record.seq <= kept.log_end
    return record.recorded_at <= kept.as_of


def _wanted(fact: Fact, schedule: Schedule) -> bool:
    return schedule.only.names_all or fits(schedule.only, fact)


def _measured(
    known: Hindsight,
    *,
    at: datetime,
    schedule: Schedule,
    policy: Policy,
    said: Measures,
    previous: Measures | None,
) -> Measures:
    zone = policy.zone_of_digest(schedule)
    earlier = partial(
        period_before, cadence=schedule.cadence, zone=zone, starts_on=policy.week_starts_on
    )
    return measure(
        [fact for fact in known.facts if _wanted(fact, schedule)],
        frame=frame_of(said.window, as_of=at, earlier=earlier),
        policy=policy,
        standing=known.standing if schedule.only.names_all else {},
        health=said.health,
        previous=previous,
    )


# What the digest should not have said


def leaves(measures: Measures) -> dict[str, Any]:
    """Every single figure by its dotted path, such as `period.acceptance.part`."""
    return dict(_leaves(json.loads(to_json(measures)), ""))


def _leaves(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, dict):
        for name, part in tree.items():
            yield from _leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(tree, list):
        for number, part in enumerate(tree):
            yield from _leaves(part, f"{path}.{number}")
    else:
        yield path, tree


def _differences(said: Mapping[str, Any], counted: Mapping[str, Any]) -> Iterator[Difference]:
    for figure in dict.fromkeys((*said, *counted)):
        ours, theirs = said.get(figure), counted.get(figure)
        if ours != theirs:
            yield Difference(figure, ours, theirs)


# What has changed since


def _since(then: Iterable[Fact], now: Iterable[Fact], window: Window) -> Since:
    was = {fact.id: fact for fact in then}
    changed: dict[str, list[str]] = {part.name: [] for part in fields(Since)}
    for fact in now:
        before = was.get(fact.id)
        if _concerns(window, fact) or (before is not None and _concerns(window, before)):
            for how in _how(before, fact):
                changed[how].append(fact.id)
    return Since(**{how: tuple(ids) for how, ids in changed.items()})


def _concerns(window: Window, fact: Fact) -> bool:
    moments = (fact.opened_at, fact.due_at, fact.decided_at, fact.touch_due_at, fact.touched_at)
    return any(moment is not None and moment in window for moment in moments)


def _how(before: Fact | None, fact: Fact) -> Iterator[str]:
    if before is None:
        yield "brought_in"
        return
    match before.decided_at, fact.decided_at:
        case (None, None):
            pass
        case (None, _):
            yield "decided"
        case (_, None):
            yield "undone"
        case _ if _decision(before) != _decision(fact):
            yield "decided_otherwise"
    if before.touched_at != fact.touched_at:
        yield "touched"
    if (before.sql_at, before.won_at, before.returned_at) != (
        fact.sql_at,
        fact.won_at,
        fact.returned_at,
    ):
        yield "advanced"


def _decision(fact: Fact) -> tuple[object, ...]:
    return fact.outcome, fact.by, fact.decided_at, fact.reason


def _restated(said: Measures, now: Measures) -> Iterator[Restated]:
    ours, theirs = said.period, now.period
    pairs = (
        ("acceptance", ours.acceptance, theirs.acceptance),
        ("quality", ours.quality, theirs.quality),
        ("in_time", ours.in_time.share, theirs.in_time.share),
        ("honoured", ours.honoured.share, theirs.honoured.share),
    )
    for figure, before, after in pairs:
        if before != after:
            yield Restated(figure, before, after)
