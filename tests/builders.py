"""Builders of domain values, whole and believable unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from core.domain.agreement import Proposal, Version, adopt
from core.domain.definition import GroupKind, digest_of
from core.domain.handoff import Change, Handoff, captured, offer
from core.domain.lead import Identity, Lead, Profile, Signal, SignalKind, Temperature
from core.domain.log import Door
from core.domain.policy import Policy
from core.domain.schedule import weekly
from core.domain.scoring import Explanation, GroupScore, HotHit, RuleScore
from core.domain.stages import Stage
from core.ports import Unit, Workspace

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)  # a Wednesday
TEAM = "T01"
LABEL = "v1 a1b2c3d"


def a_policy(**parts: Any) -> Policy:
    """Three channels, UTC, English."""
    channels = {
        "sales_channel": "C0SALES",
        "marketing_channel": "C0MARKETING",
        "digests": weekly("C0DIGEST"),
    }
    return Policy(**{**channels, **parts})


def a_workspace(id: str = TEAM, **parts: Any) -> Workspace:
    """A Slack team that has just installed Baton."""
    defaults = {"bot_user": "U0BATON", "secret": "5ec2e7", "policy": a_policy()}
    return Workspace(id, **{**defaults, **parts})


def put_in_force(
    unit: Unit, text: str, *, digest: str | None = None, at: datetime = NOW
) -> Version:
    """Rules that nobody signed, as a workspace begins with, instead of those it has."""
    proposal = Proposal(text, digest or digest_of(text))
    amendment = adopt(proposal, unit.book(), at=at, door=Door.TERMINAL)
    assert unit.amend(amendment, at=at)
    return amendment.version


def a_lead(id: str = "ld_1", **parts: Any) -> Lead:
    """A new lead that was never kept, known by an e-mail of its own."""
    lead = Lead(
        id=id,
        workspace=TEAM,
        version=0,
        stage=Stage.NEW,
        identity=Identity(email=f"{id}@acme.example"),
        profile=Profile(name="Hana Sato", company="Acme", title="Head of IT", country="JP"),
        owner=None,
        handoff_id=None,
        temperature=None,
        score=None,
        created_at=NOW,
        entered_stage_at=NOW,
    )
    return replace(lead, **parts)


def a_signal(id: str = "sg_1", **parts: Any) -> Signal:
    """A look at the price list."""
    signal = Signal(
        id=id,
        source="api",
        kind=SignalKind.PAGE,
        occurred_at=NOW - timedelta(days=1),
        properties={"path": "/pricing", "title": "Pricing"},
    )
    return replace(signal, **parts)


def an_explanation(**parts: Any) -> Explanation:
    """Hot, because the price list was read three times."""
    why = {"en": "read the price list 3 times", "ja": "料金ページを3回閲覧"}
    explanation = Explanation(
        total=72.5,
        temperature=Temperature.HOT,
        hot=True,
        qualified=True,
        excluded=None,
        excluded_because={},
        groups=(GroupScore("engagement", GroupKind.ENGAGEMENT, 80.0, 72.5),),
        rules=(RuleScore("pricing", "engagement", why, 80.0, 1.0, 72.5, ("sg_1", "sg_2"), True),),
        hot_criteria=(HotHit("price-list", why, ("sg_1", "sg_2", "sg_3")),),
        missing=None,
        phase=None,
        as_of=NOW,
    )
    return replace(explanation, **parts)


def a_handoff(id: str = "ho_1", **parts: Any) -> Handoff:
    """An open handoff that was never kept, of a lead that waits since it was opened."""
    parts.setdefault("waiting_since", parts.get("opened_at", NOW))
    handoff = Handoff(
        id=id,
        workspace=TEAM,
        lead_id="ld_1",
        version=0,
        opened_at=NOW,
        due_at=NOW + timedelta(hours=1),
        definition=LABEL,
        explanation=an_explanation(),
        waiting_since=NOW,
    )
    return replace(handoff, **parts)


def a_capture(lead: Lead | None = None, *, signals: Sequence[Signal] = ()) -> Change:
    """The first change of a lead: it is known now."""
    lead = lead or a_lead()
    return Change(
        lead, signals=tuple(signals), entries=(captured(lead, actor="api", door=Door.API),)
    )


def an_offer(
    lead: Lead | None = None,
    *,
    handoff_id: str | None = None,
    at: datetime = NOW,
    policy: Policy | None = None,
    last: Handoff | None = None,
) -> Change:
    """A lead is captured, if it is new, and offered to sales at once."""
    lead = lead or a_lead()
    change = offer(
        lead,
        an_explanation(),
        handoff_id=handoff_id or f"ho_{lead.id.removeprefix('ld_')}",
        definition=LABEL,
        policy=policy or a_policy(),
        last=last,
        actor="api",
        at=at,
        door=Door.API,
    )
    first = () if lead.version else a_capture(lead).entries
    return replace(change, entries=(*first, *change.entries))


class Names:
    """Makes ids that can be foretold: `ld_1`, `ho_2`, …"""

    def __init__(self) -> None:
        self._numbers = count(1)

    def __call__(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers)}"


class StoppedClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        """Move on by a timedelta's parts, such as `hours=2`."""
        self.now += timedelta(**parts)
