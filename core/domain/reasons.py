"""Why sales sends a lead back: the reasons, their classes and what each one demands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReasonClass(StrEnum):
    """What a rejection speaks about; only the definitional class speaks about the definition."""

    TIMING = "timing"
    DEFINITIONAL = "definitional"
    CLERICAL = "clerical"
    PROCEDURAL = "procedural"
    NOT_SALES = "not_sales"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason. Its label in each language is the catalogue's `reason-<id>`."""

    id: str
    group: ReasonClass
    needs_comment: bool = False
    needs_wake_date: bool = False

    @property
    def leaves_the_funnel(self) -> bool:
        """True where the lead is no business of sales at all: it is disqualified."""
        return self.group is ReasonClass.NOT_SALES


REASONS: tuple[Reason, ...] = (
    Reason("bad_timing", ReasonClass.TIMING, needs_wake_date=True),
    Reason("outside_target", ReasonClass.DEFINITIONAL),
    Reason("no_need", ReasonClass.DEFINITIONAL),
    Reason("too_early", ReasonClass.DEFINITIONAL),
    Reason("contact_data", ReasonClass.CLERICAL),
    Reason("missing_context", ReasonClass.CLERICAL),
    Reason("wrong_territory", ReasonClass.PROCEDURAL),
    Reason("duplicate", ReasonClass.PROCEDURAL),
    Reason("existing_customer", ReasonClass.PROCEDURAL),
    Reason("spam", ReasonClass.NOT_SALES),
    Reason("job_seeker", ReasonClass.NOT_SALES),
    Reason("vendor", ReasonClass.NOT_SALES),
    Reason("competitor", ReasonClass.NOT_SALES),
    Reason("support", ReasonClass.NOT_SALES),
    Reason("other", ReasonClass.OTHER, needs_comment=True),
)


def reason_named(id: str) -> Reason | None:
    """The reason with this id, or None."""
    return next((reason for reason in REASONS if reason.id == id), None)
