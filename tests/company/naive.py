"""What a patient clerk finds with a wall clock and the log alone, minute by minute, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from core.domain.log import Entry

_MINUTE = timedelta(minutes=1)


@dataclass
class Wall:
    """A clock on a wall in some zone, in an office that is open from nine to six on weekdays."""

    zone: str
    off: frozenset[date]
    _seen: dict[datetime, bool] = field(default_factory=dict)

    def at_work(self, at: datetime) -> bool:
        """Whether anybody is in the office."""
        minute = at.replace(second=0, microsecond=0)
        if minute not in self._seen:
            local = minute.astimezone(ZoneInfo(self.zone))
            open_today = local.weekday() < 5 and local.date() not in self.off
            self._seen[minute] = open_today and 9 <= local.hour < 18
        return self._seen[minute]

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """When the office has been open for so long since `start`."""
        at, left = start, duration
        while True:
            following = at.replace(second=0, microsecond=0) + _MINUTE
            if self.at_work(at):
                if left <= following - at:
                    return at + left
                left -= following - at
            at = following


_LEADS_TO = {
    "capture": "new",
    "qualify": "mql",
    "resubmit": "mql",
    "confirm": "tql",
    "accept": "sal",
    "reject": "nurturing",
    "reroute": "mql",
    "return": "mql",
    "rule_out": "disqualified",
    "withdraw": "nurturing",
    "advance": "sql",
    "win": "customer",
    "lose": "lost",
    "recycle": "nurturing",
    "disqualify": "disqualified",
    "reopen": "nurturing",
    "merge": "merged",
}
_STAYS = ("touch", "assign", "expire")
_BESIDE = ("note", "send", "wake", "attach", "detach")
DECIDES = {
    "accept": "accepted",
    "reject": "rejected",
    "rule_out": "rejected",
    "withdraw": "withdrawn",
    "reroute": "rejected",
    "expire": "expired",
}
_NOT_OF_THE_LEAD = {"wrong_territory", "duplicate", "existing_customer"}  # procedural reasons


@dataclass
class Told:
    """What the log says of one handoff."""

    id: str
    opened_at: datetime
    passed_on: bool = False
    rerouted: bool = False
    given: bool = False
    decision: Entry | None = None
    decisions: int = 0


@dataclass
class Ledger:
    """The log, read from its first row to a moment."""

    stages: dict[str, str] = field(default_factory=dict)
    handoffs: dict[str, Told] = field(default_factory=dict)
    moves: dict[str, list[Entry]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def read(self, entry: Entry) -> None:
        """One more row."""
        done = self.moves.setdefault(entry.lead_id, [])
        if entry.verb == "undo":
            self._undo(entry, done)
        elif entry.verb not in _BESIDE:
            if entry.verb not in _STAYS and _LEADS_TO.get(entry.verb) != entry.to_stage:
                self.wrong.append(f"{entry.verb} led {entry.lead_id} to {entry.to_stage}")
            done.append(entry)
            self._decide(entry)
        self.stages[entry.lead_id] = entry.to_stage

    def _undo(self, entry: Entry, done: list[Entry]) -> None:
        undone = done.pop()
        told = self.handoffs.get(undone.handoff_id or "")
        if undone.from_stage != entry.to_stage:
            self.wrong.append(f"undoing {undone.verb} of {entry.lead_id} led to {entry.to_stage}")
        if told and told.decision is undone:
            told.decision = None
            told.decisions -= 1

    def _decide(self, entry: Entry) -> None:
        if entry.handoff_id and entry.handoff_id not in self.handoffs:
            passed_on = entry.verb == "assign"
            rerouted = passed_on and self.moves[entry.lead_id][-2].verb == "reroute"
            self.handoffs[entry.handoff_id] = Told(
                entry.handoff_id, entry.occurred_at, passed_on, rerouted
            )
        elif entry.handoff_id and entry.verb == "assign":
            self.handoffs[entry.handoff_id].given = True
        told = self.handoffs.get(entry.handoff_id or "")
        if told and entry.verb in DECIDES:
            told.decision = entry
            told.decisions += 1


def read(entries: Iterable[Entry]) -> Ledger:
    """The whole of a log."""
    ledger = Ledger()
    for entry in entries:
        ledger.read(entry)
    return ledger


def recount(
    ledger: Ledger, due: Mapping[str, datetime], start: datetime, end: datetime, as_of: datetime
) -> dict[str, object]:
    """A period's figures, counted by hand; `due` says when each handoff was due."""
    told = list(ledger.handoffs.values())
    decided = [d for each in told if (d := each.decision) and start <= d.occurred_at < end]
    refused = [d for d in decided if DECIDES[d.verb] == "rejected"]
    accepted = sum(DECIDES[d.verb] == "accepted" for d in decided)
    procedural = sum(d.reason in _NOT_OF_THE_LEAD for d in refused)
    fell_due = [each for each in told if start <= due[each.id] < end]
    return {
        "offered": sum(start <= each.opened_at < end for each in told),
        "decided": len(decided),
        "acceptance": (accepted, accepted + len(refused)),
        "quality": (accepted, accepted + len(refused) - procedural),
        "in_time": dict(Counter(_fate(each.decision, due[each.id], as_of) for each in fell_due)),
    }


def _fate(decision: Entry | None, due: datetime, as_of: datetime) -> str:
    if decision is None:
        return "missed" if due < as_of else "waiting"
    is_past = decision.occurred_at > due
    match decision.verb:
        case "expire":
            return "missed"
        case "withdraw":  # marketing gave up waiting, or took it back in time
            return "missed" if is_past else "left_out"
        case _:
            return "late" if is_past else "kept"


def refusals(ledger: Ledger, start: datetime, end: datetime) -> dict[str, int]:
    """How often each reason was given."""
    decisions = [each.decision for each in ledger.handoffs.values() if each.decision]
    refused = [d for d in decisions if DECIDES[d.verb] == "rejected"]
    return Counter(str(d.reason) for d in refused if start <= d.occurred_at < end)


def backlog(ledger: Ledger, due: Mapping[str, datetime], as_of: datetime) -> tuple[int, int]:
    """How many wait for a decision, and for how many of them that is overdue."""
    waiting = [each for each in ledger.handoffs.values() if each.decision is None]
    return len(waiting), sum(due[each.id] < as_of for each in waiting)


def buttons(stage: str, *, touched: bool, undoable: str | None, confirms: bool) -> set[str]:
    """What stands on a card for everybody, written down by hand from the table in the documents."""
    first = {"mql": {"accept", "reject"}, "tql": {"accept", "reject"}}
    row: dict[str, set[str]] = {
        **first,
        "sal": {"advance", "recycle", "disqualify"},
        "sql": {"win", "lose", "recycle", "disqualify"},
    }
    shown = set(row.get(stage, set()))
    if stage == "mql" and confirms:
        shown.add("confirm")
    if stage == "sal" and not touched:
        shown.add("touch")
    if undoable:
        shown.add(f"undo:{undoable}")
    return {*shown, "details"}


def doubled(subjects: Sequence[str]) -> list[str]:
    """What is there more than once."""
    return [subject for subject, count in Counter(subjects).items() if count > 1]
