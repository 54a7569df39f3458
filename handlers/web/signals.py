"""Signals over HTTP: what one lead did or several, in one request, each counted once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.desk import Desk
from core.domain.draft import clean_identity, clean_signal
from core.domain.lead import Identity, Lead, Signal
from core.domain.log import Door
from core.errors import Invalid, NotFound
from core.ports import View
from core.services.intake import Sender, add_signals
from handlers.web.said import SIGNALS_LIMIT, LoneSignalIn, SignalsIn, Whose, read
from handlers.web.told import SignalsOut, lead_out

_SENDER = Sender("api", Door.API)


@dataclass(frozen=True, slots=True)
class _News:
    """What one part of the body says. `place` is its number in a list, else blank."""

    place: str
    lead_id: str | None
    identity: Identity
    signals: Sequence[Signal]


@dataclass(frozen=True, slots=True)
class _Bundle:
    lead: Lead
    signals: list[Signal] = field(default_factory=list)


def added(desk: Desk, workspace: str, said: Any) -> SignalsOut:
    """Take in the signals of a body. All of it is checked before any of it is kept.

    Raises Invalid, NotFound, Busy.
    """
    news = list(_news(said, now=desk.now()))
    with desk.read(workspace) as view:
        locale = view.workspace().policy.locale
        bundles = _by_lead(view, news)
    taken = [
        add_signals(desk, workspace, bundle.lead.identity, bundle.signals, sender=_SENDER)
        for bundle in bundles
    ]
    return SignalsOut(
        received=sum(len(part.signals) for part in news),
        new=sum(each.signals for each in taken),
        leads=tuple(
            lead_out(each.lead, each.explanation, each.handoff, locale=locale) for each in taken
        ),
    )


def _by_lead(view: View, news: Sequence[_News]) -> Sequence[_Bundle]:
    bundles: dict[str, _Bundle] = {}
    for part in news:
        lead = _whose(view, part)
        bundles.setdefault(lead.id, _Bundle(lead)).signals.extend(part.signals)
    return list(bundles.values())


def _whose(view: View, part: _News) -> Lead:
    if part.lead_id is None:
        lead = view.lead_known_by(part.identity)
    else:
        lead = view.lead(part.lead_id) if part.lead_id.isprintable() else None
    if lead is None:
        where = f" (number {part.place} of the list)" if part.place else ""
        raise NotFound(f"no such lead{where}: tell of it first with POST /v1/leads")
    return lead


def _news(said: Any, *, now: datetime) -> Iterator[_News]:
    if not isinstance(said, list):
        yield _part("", said, now=now)
        return
    if not said:
        raise Invalid("body", "holds no signal")
    left = SIGNALS_LIMIT
    for number, part in enumerate(said):
        news = _part(str(number), part, now=now)
        left -= len(news.signals)
        if left < 0:
            raise Invalid("body", f"holds more than {SIGNALS_LIMIT} signals")
        yield news


def _part(place: str, said: Any, *, now: datetime) -> _News:
    if isinstance(said, dict) and "signals" in said:
        many = read(SignalsIn, said, place=place)
        spots = ((f"signals.{number}", signal) for number, signal in enumerate(many.signals))
        with _below(place):
            signals = [
                clean_signal(spot, signal.signal(spot, unless_said=now), at=now)
                for spot, signal in spots
            ]
            return _news_of(place, many, signals)
    lone = read(LoneSignalIn, said, place=place)
    with _below(place):
        return _news_of(place, lone, [clean_signal("", lone.signal("", unless_said=now), at=now)])


def _news_of(place: str, whose: Whose, signals: Sequence[Signal]) -> _News:
    identity = Identity(whose.email, whose.phone, whose.external_id)
    return _News(place, whose.lead, identity if whose.lead else clean_identity(identity), signals)


@contextmanager
def _below(place: str) -> Iterator[None]:
    """Faults inside are named from the root of the body."""
    try:
        yield
    except Invalid as fault:
        inside = fault.field.lstrip(".")
        raise Invalid(f"{place}.{inside}" if place else inside, fault.detail) from None
