"""B, hostile leads: whatever they are called, Slack takes their cards."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from slack_sdk.errors import SlackApiError

from core.domain.definition import default
from core.domain.draft import Draft
from core.domain.intents import IntentKind
from core.domain.lead import Identity, Profile
from core.domain.log import Door
from core.errors import Invalid
from core.ports import Delivered, Errand, Messenger, Sent
from core.services import intake
from core.services.intake import Sender
from core.services.reporting import handoff_story
from core.services.setup import open_workspace
from tests.builders import TEAM, a_policy, a_signal
from tests.faults.bureau import (
    Way,
    an_office_on,
    baton,
    judged,
    recovered,
)
from tests.faults.fault import Scenario, Tally
from tests.faults.stage import Stage
from tests.memory import MemoryStore
from tests.slack.office import SALES, Office


def fuzzed(way: Way = baton, *, most: int = 10_000) -> Scenario:
    """Leads with every sort of hostile text: Slack refuses none of their cards.

    A tenth of them goes through the database, the others are kept in memory, for speed.
    """

    def run(stage: Stage) -> Tally:
        luck, tally, refused = random.Random(stage.seed), Tally(0, recovery=0.0), 0
        while tally.runs < (200 if stage.quick else most):
            if tally.runs * 10 > most:
                _in_memory(stage)
            with an_office_on(stage) as office:
                office.messenger = way(office)
                handoffs: list[str] = []
                while len(handoffs) < _AT_ONCE:
                    number = tally.runs + refused + len(handoffs)
                    draft = _hostile(luck, number, office.clock.now)
                    try:
                        taken = intake.capture(office.desk, TEAM, draft, sender=_SENDER)
                    except Invalid:
                        refused += 1
                        continue
                    assert taken.handoff
                    handoffs.append(taken.handoff.id)
                recovery = recovered(office)
                tally += judged(office, handoffs, recovery)
                _swept(office)
        return replace(tally, note=f"and {refused} refused at the door")

    return run


def _in_memory(stage: Stage) -> None:
    stage.store = MemoryStore()
    open_workspace(
        stage.desk(), team=TEAM, bot_user="U0BATON", policy=a_policy(), definition=default()
    )


def _swept(office: Office) -> None:
    """What was judged needs not be looked at again."""
    with office.slack.team.lock:
        for room in office.slack.team.rooms.values():
            room.messages.clear()


@dataclass
class _Careless:
    """Writes what a lead is called as it stands, and takes a refusal for the end of the matter."""

    office: Office

    def deliver(self, errand: Errand) -> Delivered:
        if errand.intent.kind is not IntentKind.CARD:
            return Sent()
        found = handoff_story(self.office.desk, errand.workspace, errand.intent.subject)
        assert found
        named = {"type": "plain_text", "text": found.lead.profile.name or ""}
        with suppress(SlackApiError):
            self.office.client.chat_postMessage(
                channel=SALES,
                text=found.lead.profile.name or "",
                blocks=[{"type": "header", "text": named}],
                metadata={
                    "event_type": "baton_card",
                    "event_payload": {"id": errand.intent.subject},
                },
            )
        return Sent()


def careless(office: Office) -> Messenger:
    return _Careless(office)


_AT_ONCE = 50
_SENDER = Sender("api", Door.API)
_PIECES = (
    *("<!channel>", "<!here>", "<@U0BOB>", "<https://evil.example|bank>", "&amp;", "*b*", "`c`"),
    *("\u202e", "\u2066", "\u200b", "\x00", "\x07", "\n" * 30, "\t", "\ufeff", "\U000e0041"),
    *("山田太郎", "العربية", "e\u0301" * 40, "👩‍👩‍👧‍👦", "\U0001f1ef\U0001f1f5", "’", '"', "\\"),
    *(
        "{name}",
        "{ $who }",
        "%s",
        "=cmd()",
        "<script>",
        "x" * 600,
        "あ" * 600,
        "&" * 400,
        "<" * 400,
    ),
    *(":tada:", "~~~", "> quote", "|", "null", "-1", " ", ""),
)


def _hostile(luck: random.Random, number: int, at: datetime) -> Draft:
    def said() -> str:
        return "".join(luck.choices(_PIECES, k=luck.randint(1, 6)))[: luck.choice((20, 499, 510))]

    return Draft(
        Identity(email=f"p{number}@acme.example"),
        Profile(said(), said(), said(), said(), said(), said(), {"note": said()}),
        tuple(
            a_signal(f"{number}-{n}", occurred_at=at, properties={"path": "/pricing/" + said()})
            for n in range(luck.randint(3, 9))
        ),
    )
