"""Why a lead goes back or out: the reasons, their classes and what follows from each one.

A reason is a transition, not a label: what it is decides what becomes of the lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.stages import Verb


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


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. Its label in each language is the catalogue's `reason-<id>`.

    `verb` is what it is given for: to reject before contact, or after contact to recycle, to
    disqualify, or to lose.
    """

    id: str
    group: ReasonClass
    then: Consequence = Consequence.NURTURE
    needs_comment: bool = False
    verb: Verb = Verb.REJECT

    @property
    def needs_wake_date(self) -> bool:
        """True where it takes the date on which to look at the lead again."""
        return self.then is Consequence.WAKE

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


def reason_named(id: str) -> Reason | None:
    """The reason with this id, or None."""
    return next((reason for reason in REASONS if reason.id == id), None)


def reasons_for(verb: Verb) -> tuple[Reason, ...]:
    """The reasons that may be given for `verb`, in the order of the table."""
    return tuple(reason for reason in REASONS if reason.verb is verb)
