"""Rows: the cells of a file as what they say of a lead, of its past or of what it did."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

from core.domain.draft import Draft
from core.domain.handoff import Decision, Outcome
from core.domain.lead import NEEDED, Identity, Profile, Scalar, Signal, SignalKind
from core.domain.log import Door
from core.domain.past import ACTOR, Past, Step
from core.domain.pursuit import Because
from core.domain.reasons import reasons_for
from core.domain.stages import Verb
from core.services.batch import Fault, LeadRow, SignalRow
from handlers.i18n import LANGUAGES, speak
from handlers.table.dates import Undated, read, read_day
from handlers.table.plan import Plan, attributes
from handlers.table.sheet import Record

_Date = TypeVar("_Date", date, datetime)

SOURCE = "import"
_LOST = "other_lose"
_UNDATED = "imported without a date of its own"
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,9})?")
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+")
_SLACK_USER = re.compile(r"[UW][A-Z0-9]{2,}")
_PROFILE = ("name", "company", "title", "country", "source", "campaign")
_OF_SIGNALS = ("path", "title", "form", "document", "name", "campaign")
_DEAL = ("sql_at", "won_at", "lost_at", "lost_reason")
_KINDS: Mapping[str, tuple[str, ...]] = {
    "page": ("pageview", "pageviewed", "viewedpage", "visit", "ページ閲覧", "閲覧", "ページビュー"),
    "download": ("downloaded", "filedownload", "資料ダウンロード", "資料請求", "ダウンロード"),
    "form": (
        "formsubmit",
        "formsubmission",
        "formsubmitted",
        "フォーム送信",
        "フォーム",
        "問い合わせ",
    ),
    "attended": (
        "attendance",
        "webinar",
        "seminar",
        "event",
        "セミナー参加",
        "参加",
        "ウェビナー参加",
    ),
    "email_click": ("emailclick", "emailclicked", "click", "clicked", "メールクリック", "クリック"),
    "custom": (),
}


class Refused(Exception):
    """A row that cannot be used, with all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


@dataclass(slots=True)
class _Cells:
    """The cells of a row by field; collects what is wrong with them."""

    plan: Plan
    places: Mapping[str, int]
    record: Record
    faults: list[Fault] = field(default_factory=list)

    def text(self, of: str) -> str | None:
        place = self.places.get(of)
        return None if place is None else self.record.cells[place].strip() or None

    def moment(self, of: str) -> datetime | None:
        return self._dated(of, read)

    def day(self, of: str) -> date | None:
        return self._dated(of, read_day)

    def _dated(self, of: str, how: Callable[..., _Date]) -> _Date | None:
        said = self.text(of)
        if said is None:
            return None
        try:
            return how(said, zone=self.plan.zone, order=self.plan.orders.get(of))
        except Undated as fault:
            self.refuse(of, str(fault))
            return None

    def refuse(self, of: str, problem: str) -> None:
        self.faults.append(Fault(self.record.line, of, problem))

    def identity(self) -> Identity:
        return Identity(self.text("email"), self.text("phone"), self.text("external_id"))


class LeadReader:
    """Reads rows about leads by a plan. `source` is where leads come from whose row is silent."""

    def __init__(self, plan: Plan, *, source: str | None = None) -> None:
        self._plan = plan
        self._source = source
        self._attributes = attributes(plan)
        self._has_past = any(of in plan.fields for of in ("mql_at", "accepted_at", "rejected_at"))

    def read(self, record: Record) -> LeadRow:
        """What a row says. Raises Refused."""
        cells = _readable(self._plan, record)
        created_at = cells.moment("created_at")
        past = self._past(cells) if self._has_past else None
        profile = self._profile(cells, past)
        if cells.faults:
            raise Refused(cells.faults)
        return LeadRow(record.line, Draft(cells.identity(), profile, (), created_at), past)

    def _profile(self, cells: _Cells, past: Past | None) -> Profile:
        said = {of: cells.text(of) for of in _PROFILE}
        said["name"] = said["name"] or _whole_name(
            cells.text("first_name"), cells.text("last_name")
        )
        said["source"] = said["source"] or self._source
        return Profile(**said, attributes=self._kept_attributes(cells, past))

    def _kept_attributes(self, cells: _Cells, past: Past | None) -> dict[str, Scalar]:
        kept: dict[str, Scalar] = {}
        for name, place in self._attributes.items():
            text = cells.record.cells[place].strip()
            if not text:
                continue
            kept[name] = scalar(text)
        if past is None or not past.steps:
            # Without a date of acceptance they tell of no stage, but they were said.
            kept.update({of: said for of in _DEAL if (said := cells.text(of))})
        owner = cells.text("owner")
        if owner and (past is None or past.owner is None):
            kept["owner"] = owner
        return kept

    def _past(self, cells: _Cells) -> Past | None:
        offered_at = cells.moment("mql_at")
        accepted_at, rejected_at = cells.moment("accepted_at"), cells.moment("rejected_at")
        if accepted_at and rejected_at:
            cells.refuse(
                "rejected_at", "is said beside accepted_at: one handoff ends once, give each a row"
            )
        if cells.text("mql_at") is None:
            if accepted_at or rejected_at:
                cells.refuse("mql_at", "is missing: say when the lead was handed over")
            return None
        if cells.faults or offered_at is None:
            return None
        owner = cells.text("owner")
        who = owner if owner and _SLACK_USER.fullmatch(owner) else None
        decision = self._decision(cells, accepted_at, rejected_at, who)
        steps = _steps(cells) if accepted_at else ()
        return None if cells.faults else Past(offered_at, decision, who, steps)

    def _decision(
        self,
        cells: _Cells,
        accepted_at: datetime | None,
        rejected_at: datetime | None,
        by: str | None,
    ) -> Decision | None:
        if accepted_at:
            return Decision(Outcome.ACCEPTED, by or ACTOR, accepted_at, Door.IMPORT)
        if rejected_at is None:
            return None
        reason, comment = _because(cells.text("reason"), cells.text("comment"))
        return Decision(
            Outcome.REJECTED,
            by or ACTOR,
            rejected_at,
            Door.IMPORT,
            reason,
            comment,
            cells.day("wake_on"),
        )


class SignalReader:
    """Reads rows about behaviour by a plan. `source` names who tells of it: part of each id."""

    def __init__(self, plan: Plan, *, source: str | None = None) -> None:
        self._plan = plan
        self._source = source or SOURCE
        self._attributes = attributes(plan)
        self._said = [of for of in _OF_SIGNALS if of in plan.fields]

    def read(self, record: Record) -> SignalRow:
        """What a row says. Raises Refused."""
        cells = _readable(self._plan, record)
        occurred_at = cells.moment("occurred_at")
        if occurred_at is None and not cells.faults:
            cells.refuse("occurred_at", "is missing: say when it happened")
        kind, event = _kind(cells.text("kind"))
        if kind is None:
            cells.refuse("kind", "is missing: say what happened, such as page, download or form")
        properties = self._properties(cells, event)
        needed = NEEDED.get(kind) if kind else None
        if needed and needed not in properties:
            cells.refuse(needed, f"is missing: a {kind} signal needs it")
        if cells.faults or occurred_at is None or kind is None:
            raise Refused(cells.faults)
        identity, session = cells.identity(), cells.text("session")
        said = (identity.email, identity.phone, identity.external_id, kind, session, properties)
        id = cells.text("id") or _content_id(*said, occurred_at.isoformat())
        signal = Signal(id, self._source, kind, occurred_at, session, properties)
        return SignalRow(record.line, identity, signal)

    def _properties(self, cells: _Cells, event: str | None) -> dict[str, Scalar]:
        told: dict[str, Scalar] = {of: text for of in self._said if (text := cells.text(of))}
        path = told.get("path")
        if isinstance(path, str) and "://" in path:
            told["path"] = urlsplit(path).path or "/"
        for name, place in self._attributes.items():
            if text := cells.record.cells[place].strip():
                told[name] = scalar(text)
        if event is not None:
            told["name"] = event
        return told


def _readable(plan: Plan, record: Record) -> _Cells:
    """The cells of a row. Raises Refused where there are none to be read."""
    if record.problem:
        raise Refused([Fault(record.line, "", record.problem)])
    text = "\n".join(record.cells)
    if not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text):
        problem = (
            f"holds bytes that are not {plan.sheet.encoding.label}: say --encoding, or mend it"
        )
        raise Refused([Fault(record.line, "", problem)])
    return _Cells(plan, plan.fields, record)


def scalar(text: str) -> Scalar:
    """A number or a truth value where the text is plainly one; 007 and +81 stay text."""
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    if _THOUSANDS.fullmatch(text):
        return int(text.replace(",", ""))
    return {"true": True, "false": False}.get(text.lower(), text)


def _whole_name(first: str | None, last: str | None) -> str | None:
    """The family name comes first where names are written without an alphabet."""
    parts = (last, first) if not (first or last or "").isascii() else (first, last)
    return " ".join(part for part in parts if part) or None


def _steps(cells: _Cells) -> tuple[Step, ...]:
    """What came of an accepted lead. A deal without a date of its opportunity had one by then."""
    sql_at, won_at, lost_at = map(cells.moment, ("sql_at", "won_at", "lost_at"))
    if won_at and lost_at:
        cells.refuse("lost_at", "is said beside won_at: give each its own row")
        return ()
    steps = []
    ended_at = won_at or lost_at
    if sql_at:
        steps.append(Step(Verb.ADVANCE, sql_at, "sql_at"))
    elif ended_at:
        field = "won_at" if won_at else "lost_at"
        steps.append(Step(Verb.ADVANCE, ended_at, field, Because(comment=_UNDATED)))
    if won_at:
        steps.append(Step(Verb.WIN, won_at, "won_at"))
    elif lost_at:
        why = cells.text("lost_reason") or "no reason in the file"
        steps.append(Step(Verb.LOSE, lost_at, "lost_at", Because(_LOST, why)))
    return tuple(steps)


def _because(said: str | None, comment: str | None) -> tuple[str, str | None]:
    """The reason by its id or label in any language; a team's own words become the comment."""
    known = _reasons().get(_folded(said)) if said else None
    if known or not said:
        return known or "other", comment
    return "other", f"{said}: {comment}" if comment else said


@lru_cache(maxsize=1)
def _reasons() -> Mapping[str, str]:
    before_contact = reasons_for(Verb.REJECT)
    ids = {_folded(reason.id): reason.id for reason in before_contact}
    labels = {
        _folded(speak(language)(f"reason-{reason.id}")): reason.id
        for language in LANGUAGES
        for reason in before_contact
    }
    return {**labels, **ids}


def _kind(said: str | None) -> tuple[SignalKind | None, str | None]:
    """The kind that is meant; anything else is custom, by that name."""
    if said is None:
        return None, None
    kind = _kinds().get(_folded(said))
    return (kind, None) if kind else (SignalKind.CUSTOM, said)


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, SignalKind]:
    return {
        _folded(name): SignalKind(kind) for kind, names in _KINDS.items() for name in (kind, *names)
    }


def _folded(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _content_id(*said: object) -> str:
    """The same behaviour, told again, has the same id."""
    content = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()[:24]
