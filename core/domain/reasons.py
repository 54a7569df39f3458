"""Why a lead goes back or out: the reasons, their classes and what follows from each one.

A reason is a transition, not a label: what it is decides what becomes of the lead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from core.domain.stages import Verb
from core.domain.text import printable


class ReasonClass(StrEnum):
    """What a reason speaks about; only the definitional class speaks about the definition."""

    TIMING = "timing"
    DEFINITIONAL = "definitional"
    CLERICAL = "clerical"
    PROCEDURAL = "procedural"
    NOT_SALES = "not_sales"
    OTHER = "other"


class Consequence(StrEnum):
    """What follows for the lead."""

    NURTURE = "nurture"  # back to nurturing, until the definition is met anew
    WAKE = "wake"  # back to nurturing, until a date
    RESUBMIT = "resubmit"  # back to marketing, who mends it and offers it again
    REROUTE = "reroute"  # to somebody else in sales, the clock still running
    ATTACH = "attach"  # belongs to another record: leaves the funnel, and its owner hears
    LEAVE = "leave"  # leaves the funnel


_LEAVING = (Consequence.ATTACH, Consequence.LEAVE)
CONSEQUENCES: Mapping[Verb, frozenset[Consequence]] = MappingProxyType(
    {
        Verb.REJECT: frozenset(Consequence),
        Verb.RECYCLE: frozenset({Consequence.NURTURE, Consequence.WAKE}),
        Verb.DISQUALIFY: frozenset({Consequence.LEAVE}),
        Verb.LOSE: frozenset({Consequence.LEAVE}),
    }
)
"""What a reason may lead to, by what it is given for."""

LABELLED = ("en", "ja")  # the languages in which a workspace words reasons of its own
LABEL_LIMIT = 75  # characters: it has to fit into a list
MOST = 50  # for one verb: a list that nobody reads to its end is of no use


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. Its label in each language is the catalogue's `reason-<id>`, unless `labels`
    has one by the language: a workspace words its own reasons itself.

    `verb` is what it is given for: to reject before contact, or after contact to recycle, to
    disqualify, or to lose. A `retired` one is not offered any more, but old decisions name it.
    """

    id: str
    group: ReasonClass
    then: Consequence = Consequence.NURTURE
    needs_comment: bool = False
    verb: Verb = Verb.REJECT
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    retired: bool = False

    @property
    def needs_wake_date(self) -> bool:
        """True where it takes the date on which to look at the lead again."""
        return self.then is Consequence.WAKE

    @property
    def sends_on(self) -> bool:
        """True where the lead is for somebody else in sales."""
        return self.then is Consequence.REROUTE

    @property
    def attaches(self) -> bool:
        """True where it takes the record to which the lead belongs."""
        return self.then is Consequence.ATTACH

    @property
    def leaves_the_funnel(self) -> bool:
        """True where sales has no more business with the lead."""
        return self.then in _LEAVING


REASONS: tuple[Reason, ...] = (
    Reason("bad_timing", ReasonClass.TIMING, Consequence.WAKE),
    Reason("outside_target", ReasonClass.DEFINITIONAL),
    Reason("no_need", ReasonClass.DEFINITIONAL),
    Reason("too_early", ReasonClass.DEFINITIONAL),
    Reason("contact_data", ReasonClass.CLERICAL, Consequence.RESUBMIT),
    Reason("missing_context", ReasonClass.CLERICAL, Consequence.RESUBMIT),
    Reason("wrong_territory", ReasonClass.PROCEDURAL, Consequence.REROUTE),
    Reason("duplicate", ReasonClass.PROCEDURAL, Consequence.ATTACH),
    Reason("existing_customer", ReasonClass.PROCEDURAL, Consequence.ATTACH),
    Reason("spam", ReasonClass.NOT_SALES, Consequence.LEAVE),
    Reason("job_seeker", ReasonClass.NOT_SALES, Consequence.LEAVE),
    Reason("vendor", ReasonClass.NOT_SALES, Consequence.LEAVE),
    Reason("competitor", ReasonClass.NOT_SALES, Consequence.LEAVE),
    Reason("support", ReasonClass.NOT_SALES, Consequence.LEAVE),
    Reason("other", ReasonClass.OTHER, needs_comment=True),
    Reason("not_now", ReasonClass.TIMING, Consequence.WAKE, verb=Verb.RECYCLE),
    Reason("no_budget", ReasonClass.TIMING, verb=Verb.RECYCLE),
    Reason("unresponsive", ReasonClass.OTHER, verb=Verb.RECYCLE),
    Reason("not_interested", ReasonClass.DEFINITIONAL, verb=Verb.RECYCLE),
    Reason("other_recycle", ReasonClass.OTHER, needs_comment=True, verb=Verb.RECYCLE),
    Reason("no_fit", ReasonClass.DEFINITIONAL, Consequence.LEAVE, verb=Verb.DISQUALIFY),
    Reason("no_authority", ReasonClass.DEFINITIONAL, Consequence.LEAVE, verb=Verb.DISQUALIFY),
    Reason("do_not_contact", ReasonClass.NOT_SALES, Consequence.LEAVE, verb=Verb.DISQUALIFY),
    Reason("gone", ReasonClass.CLERICAL, Consequence.LEAVE, verb=Verb.DISQUALIFY),
    Reason(
        "other_disqualify",
        ReasonClass.OTHER,
        Consequence.LEAVE,
        needs_comment=True,
        verb=Verb.DISQUALIFY,
    ),
    Reason("lost_competitor", ReasonClass.OTHER, Consequence.LEAVE, verb=Verb.LOSE),
    Reason("lost_price", ReasonClass.OTHER, Consequence.LEAVE, verb=Verb.LOSE),
    Reason("lost_silence", ReasonClass.OTHER, Consequence.LEAVE, verb=Verb.LOSE),
    Reason("lost_priority", ReasonClass.TIMING, Consequence.LEAVE, verb=Verb.LOSE),
    Reason("other_lose", ReasonClass.OTHER, Consequence.LEAVE, needs_comment=True, verb=Verb.LOSE),
)


_SHIPPED = frozenset(reason.id for reason in REASONS)
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")


def reason_named(id: str, reasons: Iterable[Reason] = REASONS) -> Reason | None:
    """The reason with this id, offered or retired, or None."""
    known = (*reasons, *REASONS)
    return next((reason for reason in known if reason.id == id), None)


def reasons_for(verb: Verb, reasons: Iterable[Reason] = REASONS) -> tuple[Reason, ...]:
    """The reasons that may be given for `verb`, in their order."""
    return tuple(reason for reason in reasons if reason.verb is verb and not reason.retired)


# A workspace's own reasons


@dataclass(frozen=True, slots=True)
class Unfit:
    """A reason cannot be kept as it was said: what is wrong with which `field`.

    `id` malformed, unknown or last (some reason must be left for the verb); `verb` unknown or
    fixed (what a reason was given for stays); `then` not_for_verb; `label.en`, `label.ja`
    required, too_long or taken; `verb` too_many.
    """

    field: str
    problem: str


def with_reason(reasons: tuple[Reason, ...], reason: Reason) -> tuple[Reason, ...] | Unfit:
    """The reasons with one more, or with one changed that is there by its id."""
    before = next((each for each in reasons if each.id == reason.id), None)
    others = tuple(each for each in reasons if each.id != reason.id)
    labels = {language: printable(text) for language, text in reason.labels.items() if text}
    kept = replace(reason, labels={name: text for name, text in labels.items() if text})
    if gap := _unfit(kept, before, others):
        return gap
    if before is None:
        return (*reasons, kept)
    return tuple(kept if each is before else each for each in reasons)


def without_reason(reasons: tuple[Reason, ...], id: str) -> tuple[Reason, ...] | Unfit:
    """The reasons, this one no longer offered; what was decided for it still reads."""
    known = next((each for each in reasons if each.id == id and not each.retired), None)
    if known is None:
        return Unfit("id", "unknown")
    if reasons_for(known.verb, reasons) == (known,):
        return Unfit("id", "last")
    return tuple(replace(each, retired=True) if each is known else each for each in reasons)


def _unfit(reason: Reason, before: Reason | None, others: tuple[Reason, ...]) -> Unfit | None:
    if not _ID.fullmatch(reason.id):
        return Unfit("id", "malformed")
    if reason.verb not in CONSEQUENCES:
        return Unfit("verb", "unknown")
    if before is not None and before.verb is not reason.verb:
        return Unfit("verb", "fixed")
    if reason.then not in CONSEQUENCES[reason.verb]:
        return Unfit("then", "not_for_verb")
    rivals = reasons_for(reason.verb, others)
    if not reason.retired and len(rivals) >= MOST:
        return Unfit("verb", "too_many")
    if reason.retired and not rivals:
        return Unfit("id", "last")
    return _unfit_label(reason, rivals)


def _unfit_label(reason: Reason, rivals: tuple[Reason, ...]) -> Unfit | None:
    for language in LABELLED:
        label = reason.labels.get(language)
        if label is None and reason.id not in _SHIPPED:
            return Unfit(f"label.{language}", "required")
        if label is not None and len(label) > LABEL_LIMIT:
            return Unfit(f"label.{language}", "too_long")
        if label is not None and label in (each.labels.get(language) for each in rivals):
            return Unfit(f"label.{language}", "taken")
    return None


def new_id(label: str, reasons: Iterable[Reason]) -> str:
    """An id for a new reason that no other one has or had, after its English label."""
    taken = {reason.id for reason in reasons} | _SHIPPED
    stem = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_").lstrip("0123456789_")[:30]
    stem = stem.rstrip("_") or "reason"
    numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
    return next(id for id in (stem, *numbered) if id not in taken)


def changed(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Those that are not as Baton brought them."""
    return tuple(reason for reason in reasons if reason not in REASONS)


def with_changed(news: Iterable[Reason]) -> tuple[Reason, ...]:
    """All reasons, given those that are not as Baton brought them."""
    by_id = {reason.id: reason for reason in news}
    usual = tuple(by_id.pop(reason.id, reason) for reason in REASONS)
    return (*usual, *by_id.values())
