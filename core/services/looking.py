"""Look behind a figure: the leads that it counts, as they were known when it was told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from core.domain.behind import behind, figure_named, person_counted
from core.domain.hindsight import hindsight
from core.domain.lead import Lead
from core.domain.localtime import Window
from core.domain.measures import Fact, Frame, frame_of
from core.domain.periods import Cadence, period_before
from core.domain.permission import may_see_person
from core.domain.policy import Policy
from core.domain.schedule import Schedule
from core.errors import NotFound, Refused
from core.ports import KeptDigest, View
from core.services.digests import schedule_of
from core.services.reporting import fits

PAGE = 10
PERSONAL = "personal"  # the code under which somebody else's own figures are refused


@dataclass(frozen=True, slots=True)
class Question:
    """Of which digest: one that was kept, or one of a period as it stands now."""

    schedule: Schedule
    window: Window
    as_of: datetime
    policy: Policy
    log_end: int | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """One page of what a figure counts, numbered from 1, of `total` handoffs in all.

    A lead is None where it is not kept any more.
    """

    figure: str
    rows: Sequence[tuple[Fact, Lead | None]]
    number: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE))


def of_kept(kept: KeptDigest, policy: Policy) -> Question:
    """The question of a digest that went out."""
    rules = kept.policy or policy
    return Question(schedule_of(kept, rules), kept.window, kept.as_of, rules, kept.log_end)


def of_period(cadence: Cadence, window: Window, policy: Policy, *, at: datetime) -> Question:
    """The question of a period as it stands now."""
    schedule = Schedule("asked", policy.marketing_channel, cadence=cadence)
    return Question(schedule, window, at, policy)


def counted(view: View, question: Question, figure: str, *, reader: str) -> list[Fact]:
    """Exactly the handoffs that a figure counts, the oldest first.

    Raises NotFound where there is no such figure, Refused where it is somebody else's own.
    """
    if figure_named(figure) is None:
        raise NotFound("a digest has no such figure")
    facts, frame = list(_known(view, question)), frame_asked(question)
    person = person_counted(figure, facts)
    if person is not None and not may_see_person(reader, person, view.workspace().policy):
        raise Refused(code=PERSONAL)
    return behind(figure, facts, frame)


def look(view: View, question: Question, figure: str, *, reader: str, page: int = 1) -> Looked:
    """One page of the leads behind a figure; a page past the end is the last one.

    Raises NotFound, Refused.
    """
    found = counted(view, question, figure, reader=reader)
    number = min(max(1, page), max(1, -(-len(found) // PAGE)))
    shown = found[(number - 1) * PAGE : number * PAGE]
    rows = [(fact, view.lead(fact.lead_id)) for fact in shown]
    return Looked(figure, rows, number, len(found))


def frame_asked(question: Question) -> Frame:
    """What the digest looks at."""
    policy, schedule = question.policy, question.schedule
    earlier = partial(
        period_before,
        cadence=schedule.cadence,
        zone=policy.zone_of_digest(schedule),
        starts_on=policy.week_starts_on,
    )
    return frame_of(question.window, as_of=question.as_of, earlier=earlier)


def _known(view: View, question: Question) -> Iterator[Fact]:
    """The facts as they were known; only leads that have changed since are looked up in the log."""
    only, end = question.schedule.only, question.log_end
    rows = {fact.id: fact for fact in view.facts(frame_asked(question))}
    changed = view.leads_changed_after(end) if end is not None else ()
    if changed and end is not None:
        rows |= {fact.id: fact for fact in view.facts_of(changed)}
        entries = (
            record.entry
            for lead_id in changed
            for record in view.records(lead_id)
            if record.seq <= end
        )
        moved = [fact for fact in rows.values() if fact.lead_id in changed]
        then = {fact.id: fact for fact in hindsight(entries, moved).facts}
        rows = {
            id: then.get(id, fact)
            for id, fact in rows.items()
            if fact.lead_id not in changed or id in then
        }
    return (fact for fact in rows.values() if only.names_all or fits(only, fact))
