"""The reckoner: what definitions would have made of every lead that a database holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Engine

from core.domain.definition import Definition, Mail
from core.domain.lead import Temperature
from core.domain.reckoning import Past, Reckoned, Score, reckon
from core.domain.scoring import score
from storage.columnar.columns import Columns, Ints, every, microseconds, moment
from storage.columnar.coverage import asks_for_sessions, is_covered
from storage.columnar.lookup import Lookup
from storage.columnar.run import Run, suits
from storage.columnar.still import Still
from storage.columnar.strands import SPAN, Bools, Moments, cut, sorted_once, stills
from storage.columnar.verdicts import BANDS, Given, Verdicts
from storage.engine import Database, database
from storage.pasts import every as every_past
from storage.unit import reading


class SqlReckoner:
    """Reckons in bulk where it can, and with the scoring function itself where it cannot."""

    def __init__(self, engine: Engine) -> None:
        self._database = database(engine)

    def reckoned(
        self, workspace: str, definitions: Sequence[Definition], *, until: datetime
    ) -> Iterator[tuple[Past, Sequence[Reckoned]]]:
        if all(is_covered(definition) for definition in definitions):
            with_sessions = any(map(asks_for_sessions, definitions))
            for columns in _read_ahead(self._database, workspace, with_sessions):
                yield from in_bulk(columns, definitions, until=until)
        else:
            with reading(self._database) as connection:
                for past, history in every_past(connection, workspace):
                    yield past, [reckon(each, past, history, until=until) for each in definitions]


def _read_ahead(database: Database, workspace: str, with_sessions: bool) -> Iterator[Columns]:
    """While some leads are reckoned, the next ones are read."""
    with reading(database) as connection, ThreadPoolExecutor(1) as reader:
        portions = every(connection, workspace, with_sessions=with_sessions)
        coming = reader.submit(next, portions, None)
        while (columns := coming.result()) is not None:
            coming = reader.submit(next, portions, None)
            yield columns


@dataclass(slots=True)
class _Side:
    """One definition and what it makes of each moment so far."""

    definition: Definition
    verdicts: Verdicts


def in_bulk(
    columns: Columns, definitions: Sequence[Definition], *, until: datetime
) -> Iterator[tuple[Past, Sequence[Reckoned]]]:
    """What definitions make of these leads: what `core.domain.reckoning.reckon` says of each."""
    news = _news(columns, microseconds(until))
    ends = np.arange(len(columns.pasts), dtype=np.int64) * SPAN + microseconds(until)
    looks = sorted_once(np.concatenate((news, _opened(columns), ends)))
    moments = Moments(looks // SPAN, looks % SPAN)
    lookup = Lookup(columns)
    sides = [_Side(each, _nothing_yet(each, len(looks))) for each in definitions]
    for strands in cut(columns, moments):
        runs: dict[Mail, Run] = {}
        for side in sides:
            mail = side.definition.mail
            if mail not in runs:
                runs[mail] = Run(strands, lookup, mail)
            _fill(side, runs[mail])
    told = [list(_told(columns, side, looks, news, np.searchsorted(looks, ends))) for side in sides]
    yield from zip(columns.pasts, zip(*told, strict=True), strict=True)


def _news(columns: Columns, last: int) -> Ints:
    """When there was news of each lead."""
    told = columns.described * SPAN + columns.described_from
    news = sorted_once(np.concatenate((columns.lead * SPAN + columns.known, told)))
    return news[news % SPAN <= last]


def _opened(columns: Columns) -> Ints:
    opened = [
        lead * SPAN + microseconds(handoff.opened_at)
        for lead, past in enumerate(columns.pasts)
        for handoff in past.handoffs
    ]
    return np.array(opened, dtype=np.int64)


def _nothing_yet(definition: Definition, rows: int) -> Verdicts:
    def no() -> Bools:
        return np.zeros(rows, dtype=np.bool_)

    rules = {rule.id: Given(no(), np.zeros(rows)) for rule in definition.rules}
    band = np.zeros(rows, dtype=np.int8)
    return Verdicts(np.zeros(rows), band, no(), no(), no(), no(), rules)


def _fill(side: _Side, run: Run) -> None:
    strands = run.strands
    singly = np.ones(len(strands.of), dtype=np.bool_)
    if suits(side.definition):
        verdicts, entangled = run.verdicts(side.definition)
        side.verdicts.put(strands.row, verdicts)
        singly = entangled[strands.of]
    for some in stills(strands, singly):
        found = Still(some, run.lookup).verdicts(side.definition)
        side.verdicts.put(strands.row[some.row], found)


def _told(columns: Columns, side: _Side, looks: Ints, news: Ints, ends: Ints) -> Iterator[Reckoned]:
    verdicts = side.verdicts
    for row in np.flatnonzero(verdicts.unsure).tolist():
        _decide(columns, side, int(looks[row]), row)
    hot = _stays_hot(side.definition, verdicts, looks)
    first = _first_qualified(verdicts, looks, news)
    wanted = np.concatenate((ends, np.searchsorted(looks, _opened(columns))))
    scores = _scores(verdicts, hot, wanted)
    place = len(columns.pasts)
    for lead, past in enumerate(columns.pasts):
        passed = scores[place : place + len(past.handoffs)]
        place += len(past.handoffs)
        at = int(first[lead])
        yield Reckoned(moment(at) if at >= 0 else None, tuple(passed), scores[lead])


def _decide(columns: Columns, side: _Side, look: int, row: int) -> None:
    """Where bulk may round the wrong way, the scoring function decides."""
    at = moment(look % SPAN)
    attributes, signals = columns.history(look // SPAN).as_of(at)
    explained = score(side.definition, attributes, signals, as_of=at)
    verdicts = side.verdicts
    verdicts.total[row] = explained.total
    verdicts.qualified[row] = explained.qualified
    verdicts.hot[row] = explained.hot
    told = {rule.id: rule.given for rule in explained.rules}
    for id, given in verdicts.rules.items():
        given.fired[row], given.points[row] = id in told, told.get(id, 0.0)
    by_score = Temperature.COLD if explained.hot else explained.temperature
    verdicts.band[row] = BANDS.index(by_score)


def _stays_hot(definition: Definition, verdicts: Verdicts, looks: Ints) -> Bools:
    """Hysteresis: a hot lead stays hot until its score has fallen below what keeps it so."""
    becomes = verdicts.hot | (verdicts.band == BANDS.index(Temperature.HOT))
    if definition.leave_hot_below is None:
        return np.asarray(becomes)
    keeps = (verdicts.total >= definition.leave_hot_below) & ~verdicts.excluded
    lead = looks // SPAN
    begins = np.append(True, lead[1:] != lead[:-1])
    decides = becomes | ~keeps | begins
    last = np.maximum.accumulate(np.where(decides, np.arange(len(looks)), 0))
    return np.asarray(becomes[last])


def _first_qualified(verdicts: Verdicts, looks: Ints, news: Ints) -> Ints:
    """By lead, the first news after which it qualified; -1 for never."""
    ends = looks[-1] // SPAN + 1
    first = np.full(ends, -1, dtype=np.int64)
    rows = np.searchsorted(looks, news)
    found = looks[rows[verdicts.qualified[rows]]]
    # The earliest of a lead is written last.
    first[(found // SPAN)[::-1]] = (found % SPAN)[::-1]
    return first


def _scores(verdicts: Verdicts, hot: Bools, rows: Ints) -> list[Score]:
    names = list(verdicts.rules)
    given: list[dict[str, float]] = [{} for _ in range(len(rows))]
    if names and len(rows):
        fired = np.stack([verdicts.rules[id].fired[rows] for id in names], axis=1)
        points = np.stack([verdicts.rules[id].points[rows] for id in names], axis=1)
        where, which = np.nonzero(fired)
        for row, rule, value in zip(
            where.tolist(), which.tolist(), points[where, which].tolist(), strict=True
        ):
            given[row][names[rule]] = value
    band = np.where(hot[rows], BANDS.index(Temperature.HOT), verdicts.band[rows])
    return [
        Score(total, BANDS[temperature], is_hot, qualified, rules)
        for total, temperature, is_hot, qualified, rules in zip(
            verdicts.total[rows].tolist(),
            band.tolist(),
            verdicts.hot[rows].tolist(),
            verdicts.qualified[rows].tolist(),
            given,
            strict=True,
        )
    ]
