"""The week itself: who looks into Slack when, which leads arrive, and what goes wrong meanwhile."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from bot.company import Prospect, visits
from core.domain.choice import Choice, Quiet
from core.domain.definition import default
from core.domain.periods import Cadence
from core.domain.policy import Policy
from core.domain.schedule import Schedule, weekly
from core.domain.worktime import Hours
from core.ports import Messenger
from tests.builders import StoppedClock
from tests.company.cast import (
    AWAY,
    EVERYBODY,
    FEW,
    QUIET,
    ROUTING,
    TOKYO,
    Span,
    Worker,
    prospect,
    roles_of,
)
from tests.company.conduct import Look, at_once
from tests.company.premises import DIGEST, MARKETING, SALES, Firm, Founding, Moods, Premises, opened

_DAY = timedelta(days=1)
_COOL_OFF = "12h"
_WALL = time(9, 7)  # not in the very moment in which leads wake up
_DAILY = Schedule("daily", DIGEST, Cadence.DAILY, wall=_WALL, timezone=TOKYO)
_HOMES_FROM = 3  # days: a Home that was opened once is painted anew with every change


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: which days, how many leads for each company, and by which dice.

    In a share of all hours Slack is `moody`, and does badly then in an `unlucky` share of calls.
    What follows is for runs that must fail: a product `blind` to the holidays of the wall calendar,
    something to `wrap` around the messenger, and somebody who `meddles` with the database on the
    second evening.
    """

    span: Span
    leads: int = 300
    elsewhere: int = 60
    seed: str = "baton"
    moody: float = 0.2
    unlucky: float = 0.15
    blind: bool = False
    wrap: Callable[[Messenger], Messenger] | None = None
    meddles: Callable[[Engine], object] | None = None


@dataclass
class Week:
    """A week under way. What happens at one moment happens in the order in which it was planned."""

    plan: Plan
    premises: Premises
    _agenda: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)
    happened: int = 0

    @property
    def start(self) -> datetime:
        return _at(self.plan.span, 0)

    @property
    def end(self) -> datetime:
        """The morning after, when the last digest has been out for hours."""
        return _at(self.plan.span, self.plan.span.days) + timedelta(hours=12)

    def play(self) -> None:
        """From the first hour to the last, and until nothing is left to tell."""
        random.seed(self.plan.seed)  # waits between tries are random, too
        self._plan_everything()
        while self._agenda:
            at, _, act = heapq.heappop(self._agenda)
            self.premises.until(at)
            act()
            self.happened += 1
        self.premises.until(self.end)
        self.premises.moods.calm = True
        self.premises.until(self.end + timedelta(hours=1))

    def _plan_everything(self) -> None:
        main, other = self.premises.firms
        for firm, leads in ((main, self.plan.leads), (other, self.plan.elsewhere)):
            self._plan_arrivals(firm, leads)
            for worker in firm.workers:
                self._on(self.start, partial(firm.join, worker.id))
                self._plan_looks(firm, worker)
        self._plan_mishaps()

    def _on(self, at: datetime, act: Callable[[], object]) -> None:
        if self.start <= at < self.end:
            heapq.heappush(self._agenda, (at, next(self._order), act))

    # People

    def _plan_looks(self, firm: Firm, worker: Worker) -> None:
        """In their own office hours; a few look in the evening too."""
        dice, zone = self._dice(firm.id, worker.id), ZoneInfo(worker.zone)
        for number in range(worker.back_on, self.plan.span.days + 1):
            day = self.plan.span.first + number * _DAY
            if day.weekday() >= 5 or day in self.plan.span.off:
                continue
            at = datetime.combine(day, time(9), zone).astimezone(UTC)
            closes = at + timedelta(hours=dice.choice((9, 9, 9, 11)))
            at += timedelta(minutes=dice.uniform(0, worker.temper.every))
            while at < closes:
                self._on(at, partial(self._look, firm, worker, at))
                at += timedelta(minutes=worker.temper.every * dice.uniform(0.6, 1.4))

    def _look(self, firm: Firm, worker: Worker, at: datetime) -> None:
        homes = at >= _at(self.plan.span, _HOMES_FROM)
        Look(firm, worker, self._dice(firm.id, worker.id, at), homes).go()

    # Leads

    def _plan_arrivals(self, firm: Firm, leads: int) -> None:
        """Most by day, a fifth from two webinars within minutes, some at night and on days off."""
        dice = self._dice(firm.id, "arrivals")
        webinars = [_at(self.plan.span, n) + timedelta(hours=15) for n in (1, 4)]
        for number in range(leads):
            person = prospect(number, firm.id[-1], dice)
            if number < leads // 5:
                at = webinars[number % 2] + timedelta(seconds=dice.uniform(0, 600))
                person = replace(person, source="webinar", interest="seminar")
            else:
                at = self._some_time(dice)
            self._on(at, partial(self._arrive, firm, person, at))
            if dice.random() < 0.15:
                later = at + timedelta(seconds=dice.choice((0, 1, 40, 7200)))
                self._on(later, partial(self._arrive, firm, person, at))
            if dice.random() < 0.4:
                self._on(
                    at + timedelta(hours=dice.uniform(14, 60)), partial(self._return, firm, person)
                )

    def _some_time(self, dice: random.Random) -> datetime:
        day = _at(self.plan.span, dice.randrange(self.plan.span.days))
        by_day = dice.random() < 0.8
        return day + timedelta(hours=dice.uniform(7, 19) if by_day else dice.uniform(0, 24))

    def _arrive(self, firm: Firm, person: Prospect, at: datetime) -> None:
        """A form is sent; some browsers send it twice, in the same moment."""
        dice = self._dice(firm.id, person.email)
        said = _form(person, at)
        key = f"form-{person.email}" if dice.random() < 0.5 else None
        sent = partial(self._sent, firm, person, said, key)
        at_once([sent, sent] if dice.random() < 0.1 else [sent])

    def _sent(self, firm: Firm, person: Prospect, said: dict[str, Any], key: str | None) -> None:
        answer = firm.tell("/v1/leads", said, key)
        if answer.is_success:
            firm.acknowledged[person.email] = person.name

    def _return(self, firm: Firm, person: Prospect) -> None:
        """Somebody comes back, keener than before."""
        keen = visits(replace(person, interest="demo"), until=firm.clock.now, again=1)
        signals = [_signal(signal) for signal in keen]
        firm.tell("/v1/signals", {"email": person.email, "signals": signals})

    # What goes wrong

    def _plan_mishaps(self) -> None:
        dice = self._dice("mishaps")
        for number in range(self.plan.span.days):
            day = _at(self.plan.span, number)
            self._on(day + timedelta(hours=4), self.premises.sweep)
            for killed in (False, True):
                at = day + timedelta(hours=dice.uniform(7, 19))
                self._on(at, partial(self.premises.restart, killed=killed))

        if meddles := self.plan.meddles:
            self._on(self.start + timedelta(hours=46), lambda: meddles(self.premises.engine))

    def _dice(self, *what: object) -> random.Random:
        """Dice of their own for everything, so that nothing depends on who was faster."""
        return random.Random(":".join(map(str, (self.plan.seed, self.plan.span.name, *what))))


def _at(span: Span, day: int) -> datetime:
    local = datetime.combine(span.first + day * _DAY, time(0), ZoneInfo(span.zone))
    return local.astimezone(UTC)


def _form(person: Prospect, at: datetime) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "company": person.company,
        "title": person.title,
        "country": person.country,
        "source": person.source,
        "campaign": person.campaign,
        "attributes": {"employees": person.employees},
        "signals": [_signal(signal) for signal in visits(person, until=at)],
    }


def _signal(signal: Any) -> dict[str, Any]:
    return {
        "id": signal.id,
        "kind": signal.kind,
        "occurred_at": signal.occurred_at.isoformat(),
        "session": signal.session,
        **signal.properties,
    }


def weekly_at(wall: time) -> tuple[Schedule, ...]:
    """The digest of the week, at another time of day."""
    return tuple(replace(each, wall=wall) for each in weekly(DIGEST))


@contextmanager
def a_week(url: str, plan: Plan) -> Iterator[Week]:
    """A week that has not begun, over a migrated database."""
    span = plan.span
    rules = default().replace('requalify_after = "30d"', f'requalify_after = "{_COOL_OFF}"')
    hours = Hours(holidays=() if plan.blind else span.keeps)
    channels = {
        "sales_channel": SALES,
        "marketing_channel": MARKETING,
        "hours": hours,
        **span.policy,
    }
    choices = {
        AWAY: Choice(back_on=span.first + 3 * _DAY),
        QUIET: Choice(quiet=Quiet.OVERDUE),
    }
    main = Policy(
        **channels,
        digests=(*weekly_at(_WALL), _DAILY),
        timezone=span.zone,
        people=roles_of(EVERYBODY),
        choices=choices,
        routing=ROUTING,
        reoffers_late=True,
        confirms_by_call=True,
    )
    other = Policy(**channels, digests=weekly_at(_WALL), timezone=TOKYO, locale="ja")
    foundings = (
        Founding("T0A", EVERYBODY, main, rules),
        Founding("T0B", FEW, other, rules),
    )
    moods = Moods(plan.seed, StoppedClock(_at(span, 0)), plan.moody, plan.unlucky)
    with opened(url, moods, foundings, wrap=plan.wrap) as premises:
        yield Week(plan, premises)
