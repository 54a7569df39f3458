"""E: time. Down over due timers, clocks that jump, days that clocks skip, a ticker that dies."""

from __future__ import annotations

import ctypes
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from time import monotonic, sleep
from typing import Any, Protocol
from zoneinfo import ZoneInfo, available_timezones

from bot.worker import PATIENCE, Ticker, Worker
from core.domain.draft import Draft
from core.domain.lead import Identity, Profile, SignalKind
from core.domain.localtime import DAY, moment
from core.domain.log import Door
from core.domain.periods import Cadence, period_of
from core.domain.schedule import Schedule
from core.domain.stages import Verb
from core.domain.timers import TimerKind
from core.domain.worktime import Hours, add_working
from core.errors import Invalid, Unready
from core.ports import Delivered, Errand, Later
from core.services import handoff as decisions
from core.services import intake, watch
from core.services.delivery import LEASE
from core.services.handoff import Rejection, Stimulus
from core.services.intake import Sender
from handlers.clock import Round
from storage import tables
from storage.engine import database
from tests.builders import TEAM, a_signal
from tests.faults.bureau import an_office_on, cards_of, judged, recovered
from tests.faults.fault import Fault, Tally
from tests.faults.floor import Floor, a_floor, at_once
from tests.faults.stage import Stage
from tests.slack.office import Office

_NOTHING_KEPT = ("sqlite",)  # pure functions of the calendar need no database
_WORKERS = 4
_REPLACED_WITHIN = 10.0  # seconds
_TICK = timedelta.resolution
_HOUR = timedelta(hours=1)
_DOWN = {"10 s": timedelta(seconds=10), "1 h": timedelta(hours=1), "3 d": timedelta(days=3)}
Ring = Callable[[Floor], int]


# Down over due timers


def down_over_due_timers(stage: Stage) -> Tally:
    """Nobody was awake when dates came: each has its effect once, late, whoever wakes up then."""
    return _downtimes(stage, _all_workers)


def dropped_when_late(stage: Stage) -> Tally:
    """The control: a scheduler that lets go of whatever it is a minute late for."""
    return _downtimes(stage, _only_the_punctual)


def _downtimes(stage: Stage, ring: Ring) -> Tally:
    tally = Tally(0)
    with a_floor(stage.url) as floor:
        for name, down in _DOWN.items():
            tally += _slept_through(floor, name, down, ring)
        floor.must_hold()
    return tally


def _slept_through(floor: Floor, name: str, down: timedelta, ring: Ring) -> Tally:
    leads = [_resting(floor, f"{name}{number}") for number in range(25)]
    [wakes] = _due_times(floor, leads)
    floor.clock.now = wakes - _TICK
    ring(floor)
    early = sum(_offers(floor, leads).values()) - len(leads)
    floor.clock.now = wakes + down
    ring(floor)
    ring(floor)
    offers = _offers(floor, leads)
    lost = sum(offers[lead] < 2 for lead in leads)
    doubled = sum(max(0, offers[lead] - 2) for lead in leads)
    return Tally(len(leads), lost, early + doubled, None)


def _resting(floor: Floor, name: str) -> str:
    """A lead that sales sent back until tomorrow morning."""
    seen = a_signal(
        name, kind=SignalKind.FORM, occurred_at=floor.clock.now, properties={"form": "demo"}
    )
    draft = Draft(Identity(f"{name.replace(' ', '')}@acme.example"), Profile(), (seen,))
    taken = intake.capture(floor.desk, TEAM, draft, sender=Sender("api", Door.API))
    assert taken.handoff
    tomorrow = (floor.clock.now + DAY).date()
    decisions.reject(
        floor.desk,
        Stimulus(TEAM, taken.handoff.id, "U1", Door.MODAL),
        Rejection("bad_timing", wake_on=tomorrow),
    )
    return taken.lead.id


def _due_times(floor: Floor, subjects: Sequence[str]) -> set[datetime]:
    row = tables.timer.c
    with floor.engine.connect() as connection:
        found = connection.execute(tables.timer.select().where(row.subject.in_(subjects)))
        return {timer.due_at for timer in found}


def _offers(floor: Floor, leads: Sequence[str]) -> Counter[str]:
    with floor.desk.read(TEAM) as view:
        entries = [record.entry for record in view.chain()]
    return Counter(e.lead_id for e in entries if e.verb is Verb.QUALIFY and e.lead_id in leads)


def _all_workers(floor: Floor) -> int:
    return sum(at_once([partial(watch.fire_due, floor.desk)] * _WORKERS))


def _only_the_punctual(floor: Floor) -> int:
    row = tables.timer.c
    late = row.due_at < floor.clock.now - timedelta(minutes=1)
    with database(floor.engine).writer.begin() as connection:
        connection.execute(tables.timer.delete().where(late, row.kind == TimerKind.WAKE))
    return watch.fire_due(floor.desk)


# Clocks that jump


class Bell(Protocol):
    """What rings for leads that rest until some date."""

    def ring(self) -> None:
        """Look at the clock."""
        ...

    def rung(self) -> Counter[str]:
        """How often it has rung for each lead."""
        ...


def clocks_that_jump(stage: Stage) -> Tally:
    """The machine's clock goes an hour forth and back: what rang does not ring again."""
    return _jumping(stage, lambda floor, leads, _: _Rows(floor, leads))


def clocks_that_jump_by_the_wall(stage: Stage) -> Tally:
    """The control: ring whenever the clock comes to the time, as a cron in memory does."""
    return _jumping(stage, _Cron)


def _jumping(stage: Stage, hang: Callable[[Floor, list[str], datetime], Bell]) -> Tally:
    dice = random.Random(stage.seed)
    with a_floor(stage.url) as floor:
        leads = [_resting(floor, f"jump{number}") for number in range(25)]
        [wakes] = _due_times(floor, leads)
        floor.clock.now = wakes - timedelta(hours=2)
        bell, come = hang(floor, leads, wakes), False
        for _ in range(20 if stage.quick else 100):
            floor.clock.now += dice.choice([1, -1, 0.1, 0.1]) * timedelta(hours=1)
            come = come or floor.clock.now >= wakes
            bell.ring()
            assert come or not bell.rung().total(), "rang early"
        for at in (wakes, wakes - _HOUR, wakes + _HOUR):
            floor.clock.now = at
            bell.ring()
        rung = bell.rung()
        floor.must_hold()
    lost = sum(rung[lead] == 0 for lead in leads)
    return Tally(len(leads), lost, sum(max(0, rung[lead] - 1) for lead in leads))


@dataclass
class _Rows:
    """Our own way; each lead has been offered once before it came to rest."""

    floor: Floor
    leads: list[str]

    def ring(self) -> None:
        _all_workers(self.floor)

    def rung(self) -> Counter[str]:
        return _offers(self.floor, self.leads) - Counter(self.leads)


class _Cron:
    """Remembers when it looked last, and rings if the time came since."""

    def __init__(self, floor: Floor, leads: list[str], wakes: datetime) -> None:
        self._floor = floor
        self._leads = leads
        self._wakes = wakes
        self._looked = floor.clock.now
        self._rung: Counter[str] = Counter()

    def ring(self) -> None:
        if self._looked < self._wakes <= self._floor.clock.now:
            self._rung.update(self._leads)
        self._looked = self._floor.clock.now

    def rung(self) -> Counter[str]:
        return self._rung


def clock_goes_back_under_a_lease(stage: Stage) -> Tally:
    """A worker dies holding a card, and the clock goes back an hour: it is delivered, once."""
    return _died_holding(stage, lambda office, errand: None)


def marked_before_it_died(stage: Stage) -> Tally:
    """The control: the worker has marked the card as sent before it died."""
    return _died_holding(stage, _mark_as_sent)


def _died_holding(stage: Stage, last_act: Callable[[Office, Errand], object]) -> Tally:
    with an_office_on(stage) as office:
        handoff = office.offer()
        [errand] = office.desk.store.outbox.claim(now=office.clock.now, lease=LEASE, limit=1)
        last_act(office, errand)
        office.clock.forward(hours=-1)
        return judged(office, [handoff], _seconds_until_told(office, handoff))


def _seconds_until_told(office: Office, handoff: str) -> float:
    """How long a worker needs that looks each second."""
    began = office.clock.now
    while not cards_of(office, handoff) and office.clock.now - began < 2 * LEASE:
        office.wait(1)
    return (office.clock.now - began).total_seconds() + recovered(office)


def _mark_as_sent(office: Office, errand: Errand) -> None:
    office.desk.store.outbox.settle(errand, posting=None, at=office.clock.now)


# Days that clocks skip or repeat


def every_day_once(stage: Stage) -> Tally:
    """In every zone, over ten years, every day and every week comes once, at its wall time."""
    years = (date(2020, 1, 1), date(2022, 1, 1) if stage.quick else date(2030, 1, 1))
    tally = Tally(0)
    for zone in _zones(stage):
        tally += _days_of(zone, _kept, years) + _weeks_of(zone, years)
    return tally


def every_day_by_the_wall(stage: Stage) -> Tally:
    """The control: ring whenever the wall shows the time, as cron does."""
    years = (date(2020, 1, 1), date(2022, 1, 1))
    tally = Tally(0)
    for zone in _zones(stage):
        tally += _days_of(zone, _shown, years)
    return tally


def _zones(stage: Stage) -> list[ZoneInfo]:
    names = sorted(name for name in available_timezones() if name != "localtime")
    return [
        ZoneInfo(name)
        for name in (random.Random(stage.seed).sample(names, 40) if stage.quick else names)
    ]


def _days_of(
    zone: ZoneInfo,
    rings: Callable[[date, ZoneInfo], list[datetime]],
    years: tuple[date, date],
) -> Tally:
    """Half past two at night is when clocks change."""
    rung = Counter(at.astimezone(zone).date() for day in _days(*years) for at in rings(day, zone))
    expected = [day for day in _days(*years) if _exists(day, zone)]
    lost = sum(rung[day] == 0 for day in expected)
    return Tally(len(expected), lost, sum(max(0, rung[day] - 1) for day in expected), None)


_NIGHT = time(2, 30)


def _kept(day: date, zone: ZoneInfo) -> list[datetime]:
    return [moment(day, _NIGHT, zone)] if _exists(day, zone) else []


def _shown(day: date, zone: ZoneInfo) -> list[datetime]:
    both = {datetime.combine(day, _NIGHT, zone).replace(fold=fold) for fold in (0, 1)}
    there = {local.astimezone(UTC) for local in both} | {
        local.replace(fold=1 - local.fold).astimezone(UTC) for local in both
    }
    wall = datetime.combine(day, _NIGHT)
    return [at for at in there if at.astimezone(zone).replace(tzinfo=None) == wall]


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Some islands have skipped a whole day."""
    return moment(day, time(12), zone).astimezone(zone).date() == day


def _days(since: date, until: date) -> Iterator[date]:
    return (since + DAY * number for number in range((until - since).days))


def _weeks_of(zone: ZoneInfo, years: tuple[date, date]) -> Tally:
    """The weekly digest: one in each week, and every week begins where the last one ended."""
    at = week = None
    runs = lost = doubled = 0
    now = moment(years[0], time(12), zone)
    mondays = Schedule("weekly", "C1")
    while now.date() < years[1]:
        at = mondays.next_due(now, zone)
        now_week = period_of(at, Cadence.WEEKLY, zone)
        if week is not None:
            lost += now_week.start > week.end
            doubled += now_week.start < week.end
        runs, now, week = runs + 1, at, now_week
    return Tally(runs, lost, doubled, None)


# Calendars


_AN_HOUR_LATER = {  # Monday to Friday, nine to six, without the public holidays of Japan
    datetime(2026, 12, 31, 17, 30, tzinfo=UTC): datetime(2027, 1, 4, 9, 30, tzinfo=UTC),
    datetime(2027, 4, 30, 17, 30, tzinfo=UTC): datetime(2027, 5, 6, 9, 30, tzinfo=UTC),
    datetime(2028, 2, 28, 17, 30, tzinfo=UTC): datetime(2028, 2, 29, 9, 30, tzinfo=UTC),
    datetime(2027, 2, 26, 17, 30, tzinfo=UTC): datetime(2027, 3, 1, 9, 30, tzinfo=UTC),
    datetime(2027, 12, 31, 17, 30, tzinfo=UTC): datetime(2028, 1, 3, 9, 30, tzinfo=UTC),
    datetime(2028, 2, 27, 3, tzinfo=UTC): datetime(2028, 2, 28, 10, tzinfo=UTC),
}
_IMPOSSIBLE: tuple[dict[str, Any], ...] = (
    {"days": frozenset[int]()},
    {"start": time(9), "end": time(9)},
    {"start": time(22), "end": time(6)},
)


def odd_calendars(stage: Stage) -> Tally:
    """A leap day, a year's end, holidays; and calendars in which no promise could ever end."""
    hours, utc = Hours(holidays=("JP",)), ZoneInfo("UTC")
    tally = _calendars(lambda start: add_working(start, _HOUR, hours=hours, zone=utc))
    taken = sum(not _is_refused(partial(Hours, **parts)) for parts in _IMPOSSIBLE)
    note = "hours over midnight are refused"
    return tally + Tally(len(_IMPOSSIBLE), taken, note=note)


def odd_calendars_by_the_wall(stage: Stage) -> Tally:
    """The control: an hour later is when the wall shows an hour more."""
    return _calendars(lambda start: start + _HOUR)


def _calendars(an_hour_later: Callable[[datetime], datetime]) -> Tally:
    wrong = sum(an_hour_later(start) != end for start, end in _AN_HOUR_LATER.items())
    return Tally(len(_AN_HOUR_LATER), wrong)


def _is_refused(make: Callable[[], Hours]) -> bool:
    try:
        make()
    except Invalid:
        return True
    return False


# A ticker that dies


def ticker_dies(stage: Stage) -> Tally:
    """Its thread ends by a fault that nobody catches: the worker says so, and replaces it."""
    ticks: list[float] = []
    rounds = [Round("count", timedelta(seconds=0.2), lambda: ticks.append(monotonic()))]
    tally = Tally(0)
    with a_floor(stage.url) as floor:
        worker = Worker(floor.desk, _Silent(), threading.Event(), rounds=rounds)
        worker.start()
        try:
            for _ in range(1 if stage.quick else 5):
                _await(lambda: ticks)
                tally += _killed_ticker(worker, ticks)
        finally:
            worker.stop(5)
    return tally


def ticker_left_alone(stage: Stage) -> Tally:
    """The control: the same clock, with nobody to look after it."""
    ticks: list[float] = []
    rounds = [Round("count", timedelta(seconds=0.2), lambda: ticks.append(monotonic()))]
    ticker = Ticker(rounds, PATIENCE)
    ticker.start()
    try:
        _await(lambda: ticks)
        _end_ticker().join(10)
        ticks.clear()
        sleep(3 if stage.quick else _REPLACED_WITHIN)
        return Tally(1, int(not ticks))
    finally:
        ticker.retire()


def _end_ticker() -> threading.Thread:
    [thread] = [each for each in threading.enumerate() if each.name == "clock"]
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread.ident or 0), ctypes.py_object(SystemExit)
    )
    return thread


def _killed_ticker(worker: Worker, ticks: list[float]) -> Tally:
    thread = _end_ticker()
    began, reds = monotonic(), 0
    while thread.is_alive():
        reds += _is_red(worker)
        sleep(0.002)
    ticks.clear()
    while not ticks or _is_red(worker):
        assert monotonic() < began + 20, "the clock does not tick any more"
        reds += _is_red(worker)
        sleep(0.01)
    took = monotonic() - began
    return Tally(1, int(took > _REPLACED_WITHIN) + int(not reds), 0, took)


def _is_red(worker: Worker) -> bool:
    try:
        for check in worker.checks():
            check.look()
    except Unready:
        return True
    return False


def _await(seen: Callable[[], object]) -> None:
    deadline = monotonic() + 20
    while not seen():
        assert monotonic() < deadline, "the clock does not tick any more"
        sleep(0.01)


class _Silent:
    def deliver(self, errand: Errand) -> Delivered:
        return Later(f"nobody is asked about {errand.id}", wait=timedelta(hours=1))


FAULTS: tuple[Fault, ...] = (
    Fault(
        "E1",
        "down for 10 s, 1 h, 3 days over due timers",
        down_over_due_timers,
        control=dropped_when_late,
        quick=True,
    ),
    Fault(
        "E2",
        "clock jumps ±1 h over due timers",
        clocks_that_jump,
        control=clocks_that_jump_by_the_wall,
        quick=True,
    ),
    Fault(
        "E3",
        "clock goes back 1 h under a lease",
        clock_goes_back_under_a_lease,
        control=marked_before_it_died,
        quick=True,
    ),
    Fault(
        "E4",
        "clock changes in all zones, ten years of days and weeks",
        every_day_once,
        control=every_day_by_the_wall,
        databases=_NOTHING_KEPT,
        quick=True,
    ),
    Fault(
        "E5",
        "leap day, year's end, public holidays, impossible hours",
        odd_calendars,
        control=odd_calendars_by_the_wall,
        databases=_NOTHING_KEPT,
        quick=True,
    ),
    Fault("E6", "the ticker dies", ticker_dies, control=ticker_left_alone, quick=True),
)
