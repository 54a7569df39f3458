"""Baton as it is measured: its real web process over a database with leads that wait for a rep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import uvicorn

from bot.serving import make_server
from bot.settings import Settings
from bot.wiring import make_desk, put_together
from core.desk import Desk
from core.domain.definition import default, load
from core.domain.handoff import captured, offer
from core.domain.lead import Identity, Lead, Profile, Signal, SignalKind
from core.domain.log import Door
from core.domain.policy import Policy
from core.domain.schedule import weekly
from core.domain.scoring import score
from core.domain.stages import Stage
from core.ports import Person, Unit
from core.services.setup import open_workspace
from storage.schema import migrate

TEAM = "T0BENCH"
SALES = "C0SALES"
REP = "U0REP"  # known already: Slack is asked about somebody only at their first click
SIGNING_SECRET = "a signing secret for a benchmark"
API_KEY = "a key for a benchmark"
WRITE_KEY = "a-write-key-for-a-benchmark"
_NOWHERE = "http://127.0.0.1:9/"  # nothing that is measured calls Slack


def settings(database_url: str) -> Settings:
    """The settings of a web process over this database, whatever the environment says."""
    return Settings.model_validate(
        {
            "DATABASE_URL": database_url,
            "SLACK_BOT_TOKEN": "xoxb-benchmark",
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": _NOWHERE,
            "BATON_API_KEY": API_KEY,
            "BATON_WRITE_KEY": WRITE_KEY,
            "BATON_SALES_CHANNEL": SALES,
            "BATON_LOG_LEVEL": "WARNING",
        }
    )


def baton_server(database_url: str) -> uvicorn.Server:
    """What `baton serve` runs."""
    return make_server(put_together(settings(database_url)))


def opened(database_url: str) -> Desk:
    """A desk over a new database with one workspace in it."""
    migrate(database_url)
    desk = make_desk(settings(database_url))
    policy = Policy(SALES, SALES, weekly(SALES))
    open_workspace(desk, team=TEAM, bot_user="U0BATON", policy=policy, definition=default())
    desk.change(TEAM, lambda unit, at: unit.keep_person(Person(REP, "Rep", None, at)))
    return desk


def offered(desk: Desk, numbers: Iterable[int]) -> None:
    """Open a handoff `ho_<number>` for each number, in one transaction."""

    def work(unit: Unit, at: datetime) -> None:
        kept, policy = unit.definition(), unit.workspace().policy
        explanation = score(load(kept.text), _newcomer(0, at).facts(), [_demo(0, at)], as_of=at)
        for number in numbers:
            lead = _newcomer(number, at)
            change = offer(
                replace(lead, temperature=explanation.temperature, score=explanation.total),
                explanation,
                handoff_id=f"ho_{number}",
                definition=kept.label,
                policy=policy,
                last=None,
                actor="api",
                at=at,
                door=Door.API,
            )
            arrival = captured(lead, actor="api", door=Door.API)
            entries = (arrival, *change.entries)
            unit.record(replace(change, signals=(_demo(number, at),), entries=entries), at=at)

    desk.change(TEAM, work)


def stood(desk: Desk, stage: Stage) -> int:
    """How many leads are in this stage, by their rows and, to be sure, by the log."""
    with desk.read(TEAM) as view:
        folded = {record.entry.lead_id: record.entry.to_stage for record in view.chain()}
        if folded != view.stages():
            raise RuntimeError("the log and the leads disagree")
    return sum(stands is stage for stands in folded.values())


def _newcomer(number: int, at: datetime) -> Lead:
    return Lead(
        id=f"ld_{number}",
        workspace=TEAM,
        version=0,
        stage=Stage.NEW,
        identity=Identity(email=f"p{number}@acme.example"),
        profile=Profile("Jane Doe", "Acme", "CTO", "JP", "web", "autumn", {"employees": 250}),
        owner=None,
        handoff_id=None,
        temperature=None,
        score=None,
        created_at=at,
        entered_stage_at=at,
    )


def _demo(number: int, at: datetime) -> Signal:
    return Signal(f"si_{number}", "api", SignalKind.FORM, at, properties={"form": "demo"})
