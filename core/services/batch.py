"""A batch of rows about leads, taken in one after the other and then kept at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core.domain.directory import Directory
from core.domain.draft import Draft, merged, said
from core.domain.explanation import Explanation, imported
from core.domain.handoff import (
    Addressee,
    Change,
    Handoff,
    captured,
    may_be_offered,
    offer,
    rests_until,
)
from core.domain.intents import Intent, IntentKind, about
from core.domain.lead import Identity, Lead, Profile, Signal
from core.domain.log import Door, Entry
from core.domain.passing import had_it, wishes_it
from core.domain.past import ACTOR, Impossible, Past, Told, relive
from core.domain.scoring import score
from core.domain.stages import Stage
from core.domain.timers import Timer, TimerKind
from core.ports import Namer, View
from core.services.asking import Asking
from core.services.intake import parsed


@dataclass(frozen=True, slots=True)
class LeadRow:
    """What one row says of a lead; `line` is where it stands in its file."""

    line: int
    draft: Draft
    past: Past | None = None


@dataclass(frozen=True, slots=True)
class SignalRow:
    """What one row says that somebody did."""

    line: int
    identity: Identity
    signal: Signal


Row = LeadRow | SignalRow


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row stays out: what is wrong with which field of it."""

    line: int
    field: str
    problem: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How to bring in.

    `qualify` offers to sales who meets the definition now; `open_cards` shows sales the handoffs
    that are open in what is brought in; `create` makes leads of those of whom only signals tell.
    """

    qualify: bool = False
    open_cards: bool = False
    create: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of rows.

    Each was refused, made a lead, told something new, or is `there`: the record has it all.
    `handoffs` were brought in with their decisions, `offered` were opened just now.
    """

    rows: int = 0
    refused: int = 0
    created: int = 0
    updated: int = 0
    there: int = 0
    handoffs: int = 0
    signals: int = 0
    offered: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(slots=True)
class _Standing:
    """One lead while its rows are taken in. `known` is how it was read, None for a new one."""

    lead: Lead
    known: Lead | None
    handoffs: list[Handoff] = field(default_factory=list)
    changed: dict[str, Handoff] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    timers: dict[tuple[TimerKind, str], Timer] = field(default_factory=dict)
    intents: list[Intent] = field(default_factory=list)
    news: list[Signal] = field(default_factory=list)

    @property
    def is_described_anew(self) -> bool:
        lead, known = self.lead, self.known
        return known is None or (known.identity, known.profile) != (lead.identity, lead.profile)

    @property
    def has_changed(self) -> bool:
        return self.is_described_anew or bool(self.changed or self.news)

    def apply(self, change: Change) -> None:
        """Add what one handoff changes."""
        self.lead = change.lead
        self.entries += change.entries
        self.intents += change.intents
        self.timers.update({(timer.kind, timer.subject): timer for timer in change.timers})
        if change.handoff is not None:
            of_others = [each for each in self.handoffs if each.id != change.handoff.id]
            self.handoffs = [*of_others, change.handoff]
            self.changed[change.handoff.id] = change.handoff

    def change(self) -> Change:
        """All of it, to be kept at once."""
        handoffs = tuple(self.changed.values())
        return Change(
            self.lead,
            handoffs[-1] if handoffs else None,
            signals=tuple(self.news),
            entries=tuple(self.entries),
            timers=tuple(self.timers.values()),
            intents=tuple(self.intents),
            known_from=self.lead.created_at if self.known is None else None,
            earlier=handoffs[:-1],
        )


class Batch:
    """The leads of a batch while it is taken in, row by row, each as if it were kept already."""

    def __init__(
        self, view: View, workspace: str, manner: Manner, new_id: Namer, at: datetime
    ) -> None:
        kept = view.definition()
        self._counts: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self._view = view
        self._workspace = workspace
        self._manner = manner
        self._new_id = new_id
        self._at = at
        self._label, self._definition = kept.label, parsed(kept.text)
        self._policy = view.workspace().policy
        self._directory = Directory()
        self._met: dict[str, Lead] = {}
        self._standings: dict[str, _Standing] = {}
        self._handoffs: dict[str, list[Handoff]] | None = None
        self._signals: dict[str, Sequence[Signal]] | None = None
        self.asking = Asking(view, self._policy, at=at)

    @property
    def asks_by_name(self) -> bool:
        """Whether somebody's turn may come."""
        return self._manner.qualify and self._policy.routing.asks_by_name

    @property
    def known(self) -> list[Lead]:
        """The leads among them that were known before."""
        return [standing.known for standing in self._standings.values() if standing.known]

    @property
    def tally(self) -> Tally:
        """What became of the rows so far."""
        return Tally(**self._counts)

    def take(self, rows: Sequence[Row]) -> None:
        """Take rows in, in their order."""
        met = self._view.acquaintances([_identity(row) for row in rows])
        self._met = {lead.id: lead for lead in met}
        self._directory = Directory(met)
        told = [row.signal for row in rows if isinstance(row, SignalRow)]
        unknown = self._view.unknown_signals(told) if told else ()
        news = {(signal.source, signal.id) for signal in unknown}
        for row in rows:
            match row:
                case LeadRow():
                    self._take_lead(row)
                case SignalRow():
                    self._take_signal(row, news)

    def changes(self) -> list[Change]:
        """What there is to keep, each lead scored as of now."""
        told = [standing for standing in self._standings.values() if standing.has_changed]
        for standing in told:
            self._reckon(standing)
        return [standing.change() for standing in told]

    # Rows

    def _take_lead(self, row: LeadRow) -> None:
        draft, past = row.draft, row.past
        found = self._found(draft.identity)
        standing = found or self._newcomer(draft, _since(draft, past, self._at))
        lead = merged(standing.lead, draft) if found else standing.lead
        outcome = Told() if past is None else self._relived(standing, lead, past)
        if isinstance(outcome, Impossible):
            self.faults.append(Fault(row.line, outcome.field, outcome.problem))
            return
        is_there = lead == standing.lead and isinstance(outcome, Told)
        standing.lead = lead
        if isinstance(outcome, Change):
            standing.apply(outcome)
            self._counts["handoffs"] += 1
        self._counted(standing, is_new=found is None, is_there=is_there)

    def _take_signal(self, row: SignalRow, news: set[tuple[str, str]]) -> None:
        signal = row.signal
        found = self._found(row.identity)
        if found is None and not self._manner.create:
            problem = "no such lead: import the leads first, or make one with --create"
            self.faults.append(Fault(row.line, "lead", problem))
            return
        is_news = (signal.source, signal.id) in news
        draft = Draft(row.identity, Profile())
        standing = found or self._newcomer(draft, signal.occurred_at)
        if standing.lead.identity != row.identity:
            standing.lead = merged(standing.lead, draft)
        if is_news:
            news.remove((signal.source, signal.id))
            standing.news.append(signal)
            self._counts["signals"] += 1
        self._counted(standing, is_new=found is None, is_there=not is_news)

    def _counted(self, standing: _Standing, *, is_new: bool, is_there: bool) -> None:
        self._directory.enter(standing.lead)
        self._standings[standing.lead.id] = standing
        if is_new:
            self._counts["created"] += 1
        else:
            self._counts["there" if is_there else "updated"] += 1

    # Who it is

    def _found(self, identity: Identity) -> _Standing | None:
        lead = self._directory.find(identity)
        if lead is None:
            return None
        return self._standings.get(lead.id) or _Standing(lead, lead)

    def _newcomer(self, draft: Draft, since: datetime) -> _Standing:
        lead = Lead(
            id=self._new_id("ld"),
            workspace=self._workspace,
            version=0,
            stage=Stage.NEW,
            identity=draft.identity,
            profile=said(draft.profile),
            owner=None,
            handoff_id=None,
            temperature=None,
            score=None,
            created_at=since,
            entered_stage_at=since,
        )
        first = captured(lead, actor=ACTOR, door=Door.IMPORT)
        return _Standing(lead, None, entries=[first])

    # What it was, and what it comes to

    def _relived(self, standing: _Standing, lead: Lead, past: Past) -> Change | Told | Impossible:
        if not standing.handoffs and standing.known is not None:
            standing.handoffs = list(self._kept_handoffs().get(lead.id, ()))

        def explain(at: datetime) -> Explanation:
            signals = self._of(standing)
            if all(signal.occurred_at > at for signal in signals):
                return imported(at)
            return score(self._definition, lead.facts(), signals, as_of=at)

        return relive(
            lead,
            past,
            known=standing.handoffs,
            explain=explain,
            handoff_id=lambda: self._new_id("ho"),
            policy=self._policy,
            at=self._at,
            shown=self._manner.open_cards,
        )

    def _reckon(self, standing: _Standing) -> None:
        signals = self._of(standing)
        known, lead = standing.known, standing.lead
        before = known.temperature if known else None
        now = score(self._definition, lead.facts(), signals, as_of=self._at, previous=before)
        standing.lead = replace(lead, temperature=now.temperature, score=now.total)
        if self._manner.qualify:
            self._qualify(standing, now, signals)
        standing.intents = self._worth_telling(standing)

    def _qualify(
        self, standing: _Standing, explanation: Explanation, signals: Sequence[Signal]
    ) -> None:
        """Offer the lead to sales, if it may be offered."""
        last = self._last(standing)
        if may_be_offered(
            standing.lead,
            explanation,
            rests_until=rests_until(standing.lead, self._policy, self._definition.requalify_after),
            newest_signal_at=max((signal.occurred_at for signal in signals), default=None),
            at=self._at,
        ):
            change = offer(
                standing.lead,
                explanation,
                handoff_id=self._new_id("ho"),
                definition=self._label,
                policy=self._policy,
                last=last,
                actor=ACTOR,
                at=self._at,
                door=Door.IMPORT,
                to=self._to(standing, explanation, last),
            )
            standing.apply(change)
            self._counts["offered"] += 1

    def _to(self, standing: _Standing, explanation: Explanation, last: Handoff | None) -> Addressee:
        chain = (*self._kept_handoffs().get(standing.lead.id, ()), *standing.changed.values())
        first = wishes_it(standing.lead, last, self._policy.reasons)
        return self.asking.ask(
            standing.lead, explanation, excluding=had_it(chain, self._policy.reasons), first=first
        )

    def _worth_telling(self, standing: _Standing) -> list[Intent]:
        """The cards to paint: those that are to be posted, and those that hang already."""
        last = self._last(standing)
        told = dict.fromkeys(intent.subject for intent in standing.intents)
        if last is not None and last.decision is None:
            told[last.id] = None
        return [
            intent
            for subject in told
            if self._is_to_be_shown(standing, subject)
            for intent in about(subject, IntentKind.CARD)
        ]

    def _is_to_be_shown(self, standing: _Standing, handoff_id: str) -> bool:
        handoff = standing.changed.get(handoff_id)
        if handoff is not None and handoff.version == 0:
            return any(intent.subject == handoff_id for intent in standing.intents)
        return self._view.posting(IntentKind.CARD, handoff_id) is not None

    def _last(self, standing: _Standing) -> Handoff | None:
        if standing.handoffs:
            return standing.handoffs[-1]
        id = standing.lead.handoff_id
        return (
            next(iter(self._kept_handoffs().get(standing.lead.id, [])[-1:]), None) if id else None
        )

    # What is kept of all whom the batch may speak of, read when somebody first needs it

    def _kept_handoffs(self) -> dict[str, list[Handoff]]:
        if self._handoffs is None:
            self._handoffs = {}
            ids = [lead.handoff_id for lead in self._met.values() if lead.handoff_id]
            for handoff in self._view.handoffs_back_from(ids) if ids else ():
                self._handoffs.setdefault(handoff.lead_id, []).append(handoff)
        return self._handoffs

    def _of(self, standing: _Standing) -> Sequence[Signal]:
        """All signals of a lead, those of the batch, too."""
        if standing.known is None:
            return standing.news
        if self._signals is None:
            self._signals = dict(self._view.signals_of(list(self._met)))
        return (*self._signals.get(standing.lead.id, ()), *standing.news)


def _identity(row: Row) -> Identity:
    return row.draft.identity if isinstance(row, LeadRow) else row.identity


def _since(draft: Draft, past: Past | None, at: datetime) -> datetime:
    """Since when a new lead is known: nothing can have happened to it before."""
    offered_at = past.offered_at if past else at
    return min(draft.occurred_at or at, offered_at, at)
