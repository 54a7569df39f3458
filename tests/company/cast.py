"""Who works in the simulated companies, with which habits, and who out there may buy."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.company import Prospect
from core.domain.roles import Role
from core.domain.routing import Criterion, Mode, Plan, Routing, Rule, Seat

TOKYO, BERLIN = "Asia/Tokyo", "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Temper:
    """Habits: minutes between two looks, leads dealt with at one, and how often somebody does what.

    Who clicks `twice` sends each click two times at once; who is a `rival` clicks on what somebody
    else is just clicking on.
    """

    every: int = 60
    most: int = 3
    accepts: float = 0.7
    rejects: float = 0.15
    touches: float = 0.8
    slips: float = 0.03
    snoozes: float = 0.2
    twice: bool = False
    rival: bool = False
    uses_home: bool = False


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody in the company, and since which of their own days they are back in office."""

    id: str
    name: str
    zone: str
    role: Role
    temper: Temper = field(default_factory=Temper)
    back_on: int = 0  # days after the week began
    locale: str = "en-US"


REPS = (
    Worker("U0AIKO", "Aiko Abe", TOKYO, Role.REP, Temper(35, 5, 0.9, 0.05, uses_home=True)),
    Worker("U0BOB", "Bob Bauer", BERLIN, Role.REP, Temper(150, 2, 0.6, 0.2)),
    Worker("U0CHIE", "Chie Chiba", TOKYO, Role.REP, Temper(80, 3, touches=0.05, snoozes=0.6)),
    Worker("U0DIRK", "Dirk Decker", BERLIN, Role.REP, Temper(45, 4, twice=True, rival=True)),
    Worker("U0EMI", "Emi Endo", TOKYO, Role.REP, Temper(70, 5, 0.2, 0.7), locale="ja-JP"),
    Worker("U0FRANZ", "Franz Fuchs", BERLIN, Role.REP, Temper(60, 4, uses_home=True), back_on=3),
)
INSIDE = (
    Worker("U0GINA", "Gina Graf", BERLIN, Role.INSIDE_SALES, Temper(60, 4)),
    Worker("U0HIRO", "Hiro Hara", TOKYO, Role.INSIDE_SALES, Temper(90, 3), locale="ja-JP"),
)
MARKETERS = (
    Worker("U0IDA", "Ida Imhof", BERLIN, Role.MARKETER, Temper(100, 2, uses_home=True)),
    Worker("U0JUN", "Jun Jinbo", TOKYO, Role.MARKETER, Temper(140, 2), locale="ja-JP"),
)
MANAGERS = (
    Worker("U0MAX", "Max Mohr", BERLIN, Role.MANAGER, Temper(110, 3, snoozes=0.0, uses_home=True)),
)
EVERYBODY = (*REPS, *INSIDE, *MARKETERS, *MANAGERS)

# The second company, with ids that are used in the first one too, as nobody forbids.
FEW = (
    Worker("U0AIKO", "Ayame Arai", TOKYO, Role.REP, Temper(50, 4, uses_home=True), locale="ja-JP"),
    Worker("U0BOB", "Botan Baba", TOKYO, Role.REP, Temper(90, 4, rival=True), locale="ja-JP"),
    Worker("U0IDA", "Iori Ito", TOKYO, Role.MARKETER, Temper(120, 2), locale="ja-JP"),
)

AWAY, QUIET, BUSY = "U0FRANZ", "U0CHIE", "U0BOB"
MOST = 6  # leads that the busy one takes on one day
ROUTING = Routing(
    (
        Rule(
            "japan",
            (Criterion("country", "in", ("JP",)),),
            Plan(Mode.ROUND_ROBIN, tuple(Seat(rep.id) for rep in REPS if rep.zone == TOKYO)),
        ),
        Rule("fair", (Criterion("source", "in", ("fair",)),), Plan(Mode.POOL)),
    ),
    Plan(
        Mode.WEIGHTED,
        (Seat("U0AIKO", 2), Seat(BUSY, 1, MOST), Seat("U0DIRK", 3), Seat("U0EMI"), Seat(AWAY)),
    ),
)

_GIVEN = "Ada Ben Cleo Dan Eva Finn Gesa Hal Ines Jan Kim Lea Mio Nora Ole Pia Quin Rin Sho Tea"
_FAMILY = "Arp Busch Cohn Doi Eto Falk Goto Hahn Imai Jung Kato Lenz Mori Noda Otto Pohl Reiz Sato"
_TITLES = ("Head of IT", "CFO", "Marketing Manager", "Director of Sales", "Engineer", "Assistant")
_INTERESTS = ("demo", "demo", "pricing", "seminar", "guide", "browsing", "careers")


def prospect(number: int, of: str, dice: random.Random) -> Prospect:
    """The `number`-th person to hear of company `of`; no two bear one name."""
    given, family = dice.choice(_GIVEN.split()), dice.choice(_FAMILY.split())
    name = f"{given} {family}{of}{number:03d}"
    return Prospect(
        name=name,
        email=f"{given}.{family}{number:03d}@buyer.example".lower(),
        company=f"{family}werk{of}{number:03d}",
        title=dice.choice(_TITLES),
        employees=dice.choice((12, 80, 250, 900)),
        country=dice.choice(("DE", "JP", "US")),
        source=dice.choice(("webinar", "search", "fair")),
        campaign="autumn",
        interest=dice.choice(_INTERESTS),
    )


def roles_of(workers: tuple[Worker, ...]) -> dict[Role, frozenset[str]]:
    """Who has which role, as a policy says it."""
    named = {worker.role for worker in workers}
    return {role: frozenset(w.id for w in workers if w.role is role) for role in named}


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are played, in the first company's zone, and the public holidays around them.

    `off` was copied from a wall calendar, of all countries that the company keeps.
    """

    name: str
    first: date
    days: int
    keeps: tuple[str, ...]
    off: frozenset[date]
    zone: str = BERLIN
    policy: dict[str, Any] = field(default_factory=dict)


HOLIDAYS = Span(
    "a week with public holidays",
    date(2026, 4, 27),
    7,
    ("JP", "DE-BE"),
    frozenset(
        {
            date(2026, 4, 29),
            date(2026, 5, 1),
            date(2026, 5, 4),
            date(2026, 5, 5),
            date(2026, 5, 6),
            date(2026, 5, 14),
        }
    ),
)
CLOCKS = Span(
    "days in which the clocks of one zone change",
    date(2026, 3, 27),
    5,
    ("JP", "DE-BE"),
    frozenset({date(2026, 3, 20), date(2026, 4, 3), date(2026, 4, 6)}),
)
