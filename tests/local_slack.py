"""The company that the tests let work in a local Slack, and where that Slack's program is."""

from __future__ import annotations

import os
from pathlib import Path

from bot.local_slack import App, Channel, Person, Workspace, find_program

ROOT = Path(__file__).resolve().parent.parent

SALES, MARKETING, DIGEST = "C0SALES", "C0MARKETING", "C0DIGEST"
BOB = Person("U01", "bob", "Bob Brown", "bob@acme.example", "Europe/Berlin")
RIN = Person("U02", "rin", "佐藤 凛", "rin@acme.example", "Asia/Tokyo")
MIA = Person("U03", "mia", "Mia Meyer", "mia@acme.example", "Europe/Berlin")
_PEOPLE = (BOB, RIN, MIA)
_MEMBERS = (*(person.id for person in _PEOPLE), App().user)

COMPANY = Workspace(
    id="T01ACME",
    name="Acme",
    domain="acme",
    people=_PEOPLE,
    channels=(
        Channel(SALES, "sales-leads", _MEMBERS),
        Channel(MARKETING, "marketing", _MEMBERS),
        Channel(DIGEST, "handoff-digest", _MEMBERS),
    ),
)


def program() -> Path:
    """The local Slack that `make setup` fetched, or the one that LOCAL_SLACK_BIN names."""
    return find_program(ROOT, os.environ.get("LOCAL_SLACK_BIN"))
