"""Answer where leads stand and how the handoff is going."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from core.desk import Desk
from core.domain.attaching import is_lead
from core.domain.course import Course
from core.domain.handoff import Case, Handoff
from core.domain.intents import Intent, IntentKind, Posting
from core.domain.lead import Identity, Lead, Signal
from core.domain.localtime import Window
from core.domain.log import Fault, Record, faults
from core.domain.measures import Fact, Measures, frame_of, from_json, measure, to_json
from core.domain.periods import Cadence, period_before, period_of
from core.domain.policy import Policy
from core.domain.schedule import EVERYTHING, Filter, Schedule, schedule_named
from core.domain.settings import stands
from core.domain.settings_log import settings_faults
from core.domain.text import printable
from core.domain.timers import Timer, TimerKind
from core.ports import KeptDigest, LeadQuery, Unit, View
from core.services import agreement
from core.services.nurturing import course_of

PAGE = 10


@dataclass(frozen=True, slots=True)
class Story:
    """All there is to tell of one lead: where it stands, its latest handoff and its log.

    `handoff` is the latest one, `previous` the one before it, `onward` the one after it, where it
    is not the latest; `course` is what a lead in nurturing is to be sent, where that was asked.
    `other` is the lead that it was found to belong to.
    """

    lead: Lead
    handoff: Handoff | None
    previous: Handoff | None
    records: Sequence[Record]
    signals: Sequence[Signal]
    card: Posting | None
    policy: Policy
    course: Course | None = None
    other: Lead | None = None
    onward: Handoff | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of leads, numbered from 1, of `total` leads in all."""

    leads: Sequence[Lead]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


def story_of(
    view: View, lead: Lead, *, handoff_id: str | None = None, at: datetime | None = None
) -> Story:
    """The story of a lead, told around one of its handoffs (its latest unless said).

    With `at` it has the course that the lead is on at that moment.
    """
    wanted = handoff_id or lead.handoff_id
    handoff = view.handoff(wanted) if wanted else None
    previous = view.handoff(handoff.previous_id) if handoff and handoff.previous_id else None
    records, signals = view.records(lead.id), view.signals(lead.id)
    is_latest = at is not None and wanted == lead.handoff_id
    return Story(
        lead,
        handoff,
        previous,
        records,
        signals,
        view.posting(IntentKind.CARD, handoff.id) if handoff else None,
        view.workspace().policy,
        course_of(view, lead, records, signals, at=at) if at and is_latest else None,
        _belongs_to(view, handoff),
        None if wanted == lead.handoff_id else _after(view, lead, wanted),
    )


def _belongs_to(view: View, handoff: Handoff | None) -> Lead | None:
    record = handoff.decision.belongs_to if handoff and handoff.decision else None
    return view.lead(record) if record and is_lead(record) else None


def _after(view: View, lead: Lead, handoff_id: str | None) -> Handoff | None:
    later = view.handoffs_back_from([lead.handoff_id] if lead.handoff_id else [])
    return next((each for each in later if each.previous_id == handoff_id), None)


def outline(case: Case, records: Sequence[Record] = (), course: Course | None = None) -> Story:
    """A story as far as the lead, its handoff and these `records` of its log tell it."""
    return Story(case.lead, case.handoff, None, records, (), None, case.policy, course)


def story(desk: Desk, workspace: str, lead_id: str) -> Story | None:
    """The story of one lead, or None where nobody has that id."""
    with desk.read(workspace) as view:
        lead = view.lead(lead_id)
        return story_of(view, lead, at=desk.now()) if lead else None


def handoff_story(desk: Desk, workspace: str, handoff_id: str) -> Story | None:
    """The story around one handoff, or None where there is no such handoff."""
    with desk.read(workspace) as view:
        case = view.case(handoff_id)
        if case is None:
            return None
        return story_of(view, case.lead, handoff_id=handoff_id, at=desk.now())


def find(desk: Desk, workspace: str, text: str, *, limit: int = PAGE) -> Sequence[Lead]:
    """The leads that `text` may mean: an id, an e-mail, or part of a name or company."""
    text = printable(text)
    with desk.read(workspace) as view:
        exact = view.lead(text) or view.lead_known_by(Identity(email=text.lower()))
        if exact is None:
            exact = view.lead_known_by(Identity(external_id=text))
        return [exact] if exact else view.leads(LeadQuery(text=text), offset=0, limit=limit)


def list_leads(desk: Desk, workspace: str, query: LeadQuery, *, page: int = 1) -> Page:
    """One page of leads, the latest change first; a page past the end is the last one."""
    with desk.read(workspace) as view:
        total = view.count_leads(query)
        number = min(max(1, page), max(1, -(-total // PAGE)))
        leads = view.leads(query, offset=(number - 1) * PAGE, limit=PAGE)
        return Page(leads, number, total)


def verify(desk: Desk, workspace: str) -> Sequence[Fault]:
    """Check the three logs of a workspace: of stages, definitions and settings; empty where all
    hold.
    """
    with desk.read(workspace) as view:
        stages = list(faults(view.chain(), view.stages(), end=view.chain_end()))
        set_as, end = stands(view.workspace().policy), view.setting_chain_end()
        settings = list(settings_faults(view.setting_acts(), set_as, end=end))
    of_settings = [Fault(fault.seq, f"settings log: {fault.problem}") for fault in settings]
    return [*stages, *agreement.verify(desk, workspace), *of_settings]


def measured(
    view: View,
    schedule: Schedule | None = None,
    *,
    at: datetime,
    window: Window | None = None,
    previous: Measures | None = None,
) -> Measures:
    """Every figure of a period as it stands at `at`: what a schedule tells of, or the full week.

    `window` is another period of the same cadence. `previous` is the digest that was told of the
    period before: what changed since is restated.
    """
    policy = view.workspace().policy
    zone = policy.zone_of(schedule.timezone if schedule else None)
    cadence = schedule.cadence if schedule else Cadence.WEEKLY
    earlier = partial(period_before, cadence=cadence, zone=zone, starts_on=policy.week_starts_on)
    if window is None:
        window = earlier(period_of(at, cadence, zone, starts_on=policy.week_starts_on))
    frame = frame_of(window, as_of=at, earlier=earlier)
    only = schedule.only if schedule else EVERYTHING
    return measure(
        [fact for fact in view.facts(frame) if only.names_all or fits(only, fact)],
        frame=frame,
        policy=policy,
        standing=view.standing() if only.names_all else {},
        health=view.health(window),
        previous=previous,
    )


def fits(only: Filter, fact: Fact) -> bool:
    """Whether a digest of these alone tells of a handoff."""
    return only.fits(
        source=fact.source,
        campaign=fact.campaign,
        temperature=fact.temperature,
        person=fact.by or fact.asked,
    )


def measured_now(view: View, *, at: datetime) -> Measures:
    """Every figure of the week so far, as it stands this minute; not kept."""
    policy = view.workspace().policy
    this = period_of(at, Cadence.WEEKLY, policy.zone, starts_on=policy.week_starts_on)
    return measured(view, at=at, window=this)


def measures_of(kept: KeptDigest) -> Measures | None:
    """The figures of a digest; None of one from before all of them were measured."""
    return None if "so_far" in json.loads(kept.numbers) else from_json(kept.numbers)


def publish_digest(desk: Desk, unit: Unit, schedule_id: str, *, at: datetime) -> None:
    """Keep the numbers of the last full period, promise to post them, set the next date.

    After downtime that is the latest period, once. What is no schedule any more is over.
    """
    policy = unit.workspace().policy
    schedule = schedule_named(policy.digests, schedule_id)
    if schedule is None:
        return
    kept = _counted(desk, unit.workspace().id, schedule, at=at)
    if unit.keep_digest(kept):
        told = (IntentKind.DIGEST, IntentKind.PICTURE, IntentKind.EVIDENCE)
        unit.enqueue([Intent(kind, kept.id, lane=kept.id) for kind in told], at=at)
    due = policy.next_digest(schedule, at)
    unit.set_timers([Timer(TimerKind.DIGEST, schedule.id, due)])


def _counted(desk: Desk, workspace: str, schedule: Schedule, *, at: datetime) -> KeptDigest:
    """The figures as of one moment of the database, together with where its log ended then.

    They are read beside the transaction that keeps them: in it, others could come in between.
    """
    with desk.read(workspace) as view:
        policy, last = view.workspace().policy, view.chain_end().seq
        zone = policy.zone_of_digest(schedule)
        window = schedule.tells_of(at, zone, starts_on=policy.week_starts_on)
        before = told_before(view, schedule, window, policy)
        previous = measures_of(before) if before else None
        numbers = measured(view, schedule, at=at, window=window, previous=previous)
    return KeptDigest(
        desk.new_id("dg"), schedule.id, window, at, to_json(numbers), policy, log_end=last
    )


def told_before(
    view: View, schedule: Schedule, window: Window, policy: Policy
) -> KeptDigest | None:
    """The digest that told of the period before this one."""
    zone, starts_on = policy.zone_of_digest(schedule), policy.week_starts_on
    before = period_before(window, schedule.cadence, zone, starts_on=starts_on)
    return view.digest_of(schedule.id, before)
