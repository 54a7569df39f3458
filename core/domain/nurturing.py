"""Nurturing: on which track a lead is that is not with sales, and what to send it there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from core.domain.clause import Clause
from core.domain.condition import AnyOf, Condition, condition
from core.domain.reasons import REASONS, Reason, reason_named

Wording = Mapping[str, str]


_ID_LIMIT, _LINK_LIMIT = 80, 1000


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to send: `name` in words, `link` to where it is.

    `document` is what it is called in download signals; who downloaded it has it. `taken` says when
    a lead has it already, None where nothing it does could tell.
    """

    id: str
    name: Wording
    link: str | None = None
    document: str | None = None
    taken: Condition | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """What leads get, and in which order, that came back for one of `reasons` in one of `phases`.

    A reason is named by its id or by its class; empty means any, and so it does for phases.
    `offers` are ids, the first to be sent first.
    """

    id: str
    name: Wording
    reasons: tuple[str, ...]
    phases: tuple[str, ...]
    offers: tuple[str, ...]

    def is_for(self, reason: str | None, group: str | None, *, phase: str | None) -> bool:
        """Whether it is for leads that came back for a reason of this group, in this phase."""
        return (not self.reasons or not {reason, group}.isdisjoint(self.reasons)) and (
            not self.phases or phase in self.phases
        )


@dataclass(frozen=True, slots=True)
class Nurturing:
    """All tracks, in order: the first one that fits is the lead's. `offers` are what they send."""

    tracks: tuple[Track, ...] = ()
    offers: tuple[Offer, ...] = ()

    def track(
        self, reason: str | None, *, phase: str | None, reasons: Sequence[Reason] = REASONS
    ) -> Track | None:
        """The first track for this reason, one of `reasons`, and this phase; None without any."""
        known = reason_named(reason or "", reasons)
        group = known.group.value if known else None
        fitting = (track for track in self.tracks if track.is_for(reason, group, phase=phase))
        return next(fitting, None)

    def offers_of(self, track: Track) -> tuple[Offer, ...]:
        """What a track sends, in its order."""
        by_id = {offer.id: offer for offer in self.offers}
        return tuple(by_id[id] for id in track.offers)

    def offer(self, id: str) -> Offer | None:
        """The offer with this id."""
        return next((offer for offer in self.offers if offer.id == id), None)


def nurturing(clause: Clause, phases: Iterable[str]) -> Nurturing:
    """Read [nurturing]; tracks may name these phases of the journey."""
    clause.allow("offers", "tracks")
    offers = tuple(_offer(each) for each in clause.clauses("offers"))
    _refuse_twins(clause.clauses("offers"))
    ids, known = [offer.id for offer in offers], tuple(phases)
    tracks = tuple(_track(each, ids, known) for each in clause.clauses("tracks"))
    _refuse_twins(clause.clauses("tracks"))
    return Nurturing(tracks, offers)


def _offer(clause: Clause) -> Offer:
    clause.allow("id", "name", "link", "document", "taken")
    document = clause.optional("document", clause.text)
    return Offer(
        id=_id(clause),
        name=clause.wording("name"),
        link=clause.optional("link", lambda key: _link(clause, key)),
        document=document,
        taken=_taken(clause, document),
    )


def _id(clause: Clause) -> str:
    id = clause.text("id")
    if len(id) > _ID_LIMIT:
        clause.fail(f"is longer than {_ID_LIMIT} characters", key="id")
    return id


def _link(clause: Clause, key: str) -> str:
    link = clause.text(key)
    if len(link) > _LINK_LIMIT:
        clause.fail(f"is longer than {_LINK_LIMIT} characters", key=key)
    parts = urlsplit(link) if link.isprintable() and " " not in link else None
    if parts is None or parts.scheme != "https" or not parts.hostname:
        clause.fail("must be an address that begins with https://", key=key)
    return link


def _taken(clause: Clause, document: str | None) -> Condition | None:
    written = condition(clause.clause("taken")) if "taken" in clause else None
    if document is None:
        return written
    named = {"signal": "download", "document": {"eq": document, "fold": True}}
    downloaded = condition(Clause(clause.at("document"), named))
    return AnyOf((downloaded, written)) if written else downloaded


def _track(clause: Clause, offers: Iterable[str], phases: Iterable[str]) -> Track:
    clause.allow("id", "name", "reasons", "phases", "offers")
    sent = clause.choices("offers", offers)
    if len(set(sent)) < len(sent):
        clause.fail("names an offer twice", key="offers")
    return Track(
        id=_id(clause),
        name=clause.wording("name"),
        reasons=clause.texts("reasons") if "reasons" in clause else (),
        phases=clause.choices("phases", phases) if "phases" in clause else (),
        offers=sent,
    )


def _refuse_twins(clauses: Iterable[Clause]) -> None:
    seen: dict[str, str] = {}
    for clause in clauses:
        id = clause.text("id")
        if id in seen:
            clause.fail(f'"{id}" is already the id of {seen[id]}', key="id")
        seen[id] = clause.place
