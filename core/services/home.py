"""What somebody sees who opens Baton: what waits for them, what they follow and what came back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from core.desk import Desk
from core.domain.course import Course
from core.domain.handoff import Case, Outcome
from core.domain.intents import Intent, IntentKind
from core.domain.lead import Lead
from core.domain.log import Record
from core.domain.periods import Cadence, period_of
from core.domain.permission import Right, holds
from core.domain.policy import Policy
from core.domain.roles import People, Role, Team, is_staffed, roles_of
from core.domain.stages import Stage
from core.domain.standing import refusal
from core.domain.timers import Timer, TimerKind
from core.ports import CaseQuery, Load, Order, Tally, Unit, View
from core.services.nurturing import course_of

PAGE = 5
_PAGE_NUMBER = re.compile(r"[0-9]{1,6}")
_GATHERED = 30  # seconds
_WAITING = frozenset({Stage.MQL, Stage.TQL})
_FOLLOWED = frozenset({Stage.SAL, Stage.SQL})


class Section(StrEnum):
    """A part of the Home, in the order in which they are shown."""

    WEEK = "week"  # what they decided this week
    OPEN = "open"  # what waits for an answer, the most urgent first
    MINE = "mine"  # what they follow, the oldest first
    LATE = "late"  # whose answer or first contact is overdue
    LOADS = "loads"  # how much everybody follows
    FATE = "fate"  # what sales made of this week's leads
    RETURNED = "returned"  # what came back to nurturing, the latest first


TO_DO = (Section.OPEN, Section.MINE, Section.RETURNED)  # with buttons of their own
SHELVES = (Section.OPEN, Section.MINE, Section.LATE, Section.RETURNED)
_SALES = frozenset({Section.WEEK, Section.OPEN, Section.MINE})
_MARKETING = frozenset({Section.FATE, Section.RETURNED})
_LEADING = frozenset({Section.OPEN, Section.LATE, Section.LOADS, Section.FATE})
_BY_ROLE: Mapping[Role, frozenset[Section]] = MappingProxyType(
    {
        Role.REP: _SALES,
        Role.INSIDE_SALES: _SALES,
        Role.MARKETER: _MARKETING,
        Role.MANAGER: _LEADING,
        Role.ADMIN: frozenset(Section) - {Section.WEEK},
    }
)
_BY_TEAM: Mapping[Team, frozenset[Section]] = MappingProxyType(
    {Team.SALES: _SALES | _LEADING, Team.MARKETING: _MARKETING}
)


class Age(StrEnum):
    """For how long leads have stood where they stand."""

    DAY = "day"  # up to a day
    WEEK = "week"
    MONTH = "month"
    LONGER = "longer"


_UP_TO = {
    Age.DAY: timedelta(days=1),
    Age.WEEK: timedelta(days=7),
    Age.MONTH: timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page of one section, numbered from 1, of `total` leads in all."""

    section: Section
    cases: tuple[Case, ...]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True)
class Home:
    """All that one person's Home tells; what is no concern of theirs is None or not there.

    `records` are the logs of the leads with which they can do something here, by lead, and
    `courses` what those are to be sent that came back. `ages` counts what they follow by age,
    `waiting` says how many leads sales has yet to answer.
    `week` and `fate` count this week's decisions by outcome: their own, and everybody's.
    """

    person: str
    shelves: tuple[Shelf, ...]
    week: Mapping[Outcome, int] | None
    fate: Mapping[Outcome, int] | None
    loads: Mapping[str, Load] | None
    policy: Policy
    records: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    courses: Mapping[str, Course] = field(default_factory=dict)
    ages: Mapping[Age, int] = field(default_factory=dict)
    waiting: int = 0


def sections_for(person: str, people: People) -> tuple[Section, ...]:
    """What somebody is shown by their roles; of a team that names nobody, everybody is one."""
    wanted = {Section.MINE}
    for role in roles_of(person, people):
        wanted |= _BY_ROLE[role]
    for team in Team:
        if not is_staffed(team, people):
            wanted |= _BY_TEAM[team]
    return tuple(section for section in Section if section in wanted)


def home_of(view: View, person: str, *, at: datetime, pages: Mapping[Section, int]) -> Home:
    """The Home of one person as things stand; `pages` says where they have turned to."""
    policy = view.workspace().policy
    sections = sections_for(person, policy.staff)
    window = period_of(at, Cadence.WEEKLY, policy.zone, starts_on=policy.week_starts_on)
    tallies = view.tallies(window) if {Section.WEEK, Section.FATE} & {*sections} else ()
    shelves = tuple(_shelves(view, person, sections, policy, at=at, pages=pages))
    own = [tally for tally in tallies if tally.by == person]
    shown = [case.lead for shelf in shelves if shelf.section in TO_DO for case in shelf.cases]
    records = {lead.id: view.records(lead.id) for lead in shown}
    return Home(
        person,
        shelves,
        _by_outcome(own) if Section.WEEK in sections else None,
        _by_outcome(tallies) if Section.FATE in sections else None,
        view.loads(at=at) if Section.LOADS in sections else None,
        policy,
        records,
        dict(_courses(view, shown, records, at=at)),
        _ages(view, person, at) if any(shelf.section is Section.MINE for shelf in shelves) else {},
        view.count_cases(CaseQuery(_WAITING)) if Section.FATE in sections else 0,
    )


def _shelves(
    view: View,
    person: str,
    sections: Sequence[Section],
    policy: Policy,
    *,
    at: datetime,
    pages: Mapping[Section, int],
) -> Iterator[Shelf]:
    """What there is to list; whoever is not there to follow leads is not told of having none."""
    shown = [section for section in sections if section in SHELVES]
    for section in shown:
        query = _query(section, person, policy, at)
        shelf = _shelf(view, section, query, pages.get(section, 1))
        follows = Section.WEEK in sections or len(shown) == 1
        if section is not Section.MINE or shelf.total or follows:
            yield shelf


def _courses(
    view: View,
    leads: Iterable[Lead],
    records: Mapping[str, Sequence[Record]],
    *,
    at: datetime,
) -> Iterator[tuple[str, Course]]:
    for lead in leads:
        if lead.stage is Stage.NURTURING:
            course = course_of(view, lead, records[lead.id], view.signals(lead.id), at=at)
            if course is not None:
                yield lead.id, course


def _ages(view: View, person: str, at: datetime) -> Mapping[Age, int]:
    """How many leads somebody follows, by how long they have stood in their stage."""
    followed = CaseQuery(_FOLLOWED, owner=person)
    younger = {
        age: view.count_cases(replace(followed, entered_since=at - span))
        for age, span in _UP_TO.items()
    }
    ages, before = {}, 0
    for age, number in (*younger.items(), (Age.LONGER, view.count_cases(followed))):
        ages[age], before = number - before, number
    return ages


def _query(section: Section, person: str, policy: Policy, at: datetime) -> CaseQuery:
    match section:
        case Section.OPEN:
            everything = CaseQuery(_WAITING, order=Order.DUE)
            if holds(person, Right.FOR_MANAGERS, policy):
                return everything
            return replace(everything, open_to=person, open_at=at)
        case Section.MINE:
            return CaseQuery(_FOLLOWED, owner=person)
        case Section.LATE:
            return late(at)
        case _:
            return CaseQuery(frozenset({Stage.NURTURING}), order=Order.NEWEST)


def late(at: datetime) -> CaseQuery:
    """Whose answer or first contact should have come by now, the longest overdue first."""
    return CaseQuery(_WAITING | _FOLLOWED, late_at=at, order=Order.DUE)


def _shelf(view: View, section: Section, query: CaseQuery, page: int) -> Shelf:
    total = view.count_cases(query)
    number = min(max(1, page), max(1, -(-total // PAGE)))
    cases = view.cases(query, offset=(number - 1) * PAGE, limit=PAGE)
    return Shelf(section, tuple(cases), number, total)


def _by_outcome(tallies: Iterable[Tally]) -> Mapping[Outcome, int]:
    counts = dict.fromkeys(Outcome, 0)
    for tally in tallies:
        counts[tally.outcome] += tally.count
    return counts


def overdue(desk: Desk, workspace: str, *, page: int = 1) -> Shelf:
    """One page of all that is overdue; a page past the end is the last one."""
    with desk.read(workspace) as view:
        return _shelf(view, Section.LATE, late(desk.now()), page)


# Painted when it is opened, and again after changes


def to_paint(person: str, pages: Mapping[Section, int] | None = None) -> Intent:
    """The promise to paint somebody's Home."""
    turned = {section.value: str(page) for section, page in (pages or {}).items()}
    return Intent(IntentKind.HOME, person, lane=f"home:{person}", details=turned)


def pages_of(details: Mapping[str, str]) -> Mapping[Section, int]:
    """Where somebody has turned to, as such a promise says it."""
    said = {section: details.get(section, "") for section in SHELVES}
    return {section: int(page) for section, page in said.items() if _PAGE_NUMBER.fullmatch(page)}


def changed(desk: Desk, workspace: str, concerned: Iterable[str]) -> None:
    """A handoff is told anew: so are the Homes that show it, once somebody opened them.

    Those `concerned` see it at once; for all others the changes of half a minute are gathered.
    """
    with desk.read(workspace) as view:
        opened = set(view.subjects_told(IntentKind.HOME))
    if not opened:
        return

    desk.change(workspace, lambda unit, at: _repaint(unit, opened, concerned, at))


def repaint(unit: Unit, concerned: Iterable[str], *, at: datetime) -> None:
    """The same, within a change that no card tells of."""
    opened = set(unit.subjects_told(IntentKind.HOME))
    if opened:
        _repaint(unit, opened, concerned, at)


def _repaint(unit: Unit, opened: set[str], concerned: Iterable[str], at: datetime) -> None:
    unit.enqueue([to_paint(person) for person in sorted(opened & {*concerned})], at=at)
    unit.set_timers([_gathering(at)])


def _gathering(at: datetime) -> Timer:
    """One timer for each half minute: a change that comes later never puts an earlier one off."""
    ends = (int(at.timestamp()) // _GATHERED + 1) * _GATHERED
    return Timer(TimerKind.HOMES, str(ends), datetime.fromtimestamp(ends, UTC))


def paint_all(unit: Unit, *, at: datetime) -> None:
    """Promise to paint every Home that was opened before, by whoever may still see leads."""
    policy = unit.workspace().policy
    opened = unit.subjects_told(IntentKind.HOME)
    unit.enqueue([to_paint(each) for each in opened if _may_see(unit, each, policy)], at=at)


def _may_see(unit: Unit, id: str, policy: Policy) -> bool:
    person = unit.person(id)
    return person is not None and refusal(person.standing, policy) is None
