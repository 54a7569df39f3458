"""An addition: a lead that somebody brings in by hand, and the signal that tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.draft import TEXT_LIMIT, Draft
from core.domain.lead import Identity, Profile, Signal, SignalKind

SOURCE = "slack"
ADDED = "added_by_hand"
COMMENT_MOST = TEXT_LIMIT  # characters


@dataclass(frozen=True, slots=True)
class Addition:
    """What somebody says of a lead. `seen_at` is when the lead did what is told of it.

    `comment` says what they did or want, `link` leads to the message that told of it.
    """

    identity: Identity
    profile: Profile
    seen_at: datetime
    comment: str | None = None
    link: str | None = None


def drafted(addition: Addition, *, by: str, id: str) -> Draft:
    """The addition as any other news of a lead: the definition judges it, not whoever adds it.

    `id` is what makes it count once.
    """
    told = {"by": by, "comment": addition.comment, "link": addition.link}
    properties = {"name": ADDED, **{name: text for name, text in told.items() if text}}
    signal = Signal(id, SOURCE, SignalKind.CUSTOM, addition.seen_at, properties=properties)
    return Draft(addition.identity, addition.profile, (signal,))


def is_addition(signal: Signal) -> bool:
    """Whether a signal tells that somebody brought in the lead by hand."""
    return signal.source == SOURCE and signal.properties.get("name") == ADDED
