"""The stage of a fault: a database of its own, a Slack that can fail, and who was promised what."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from slack_sdk import WebClient
from sqlalchemy import Engine

from bot.wiring import new_id, now
from core.desk import Desk
from core.domain.definition import default
from core.domain.draft import Draft
from core.domain.lead import Identity, Profile, Signal, SignalKind
from core.domain.log import Door
from core.ports import Clock, Messenger, Store
from core.services import intake
from core.services.intake import Captured, Sender
from core.services.setup import open_workspace
from handlers.slack.messenger import SlackMessenger
from storage.engine import make_engine
from storage.schema import migrate
from storage.store import SqlStore
from tests.builders import TEAM, a_policy
from tests.postgres import Postgres
from tests.slack.fake import TOKEN, FakeSlack
from tests.slack.team import Person, Team

SALES, MARKETING, DIGEST = "C0SALES", "C0MARKETING", "C0DIGEST"
BOB, RIN, MIA = "U0BOB", "U0RIN", "U0MIA"


@dataclass
class Stage:
    """One workspace on a fresh, migrated database, and a fake Slack that outlives the program.

    `acknowledged` holds the e-mail address of every lead that was answered 2xx, `clicked` every
    handoff of which a deciding click was answered 200 and nobody was told to try again.
    """

    database: str
    url: str
    seed: int
    quick: bool
    folder: Path
    slack: FakeSlack
    postgres: Postgres | None
    acknowledged: set[str] = field(default_factory=set)
    clicked: set[str] = field(default_factory=set)

    @cached_property
    def random(self) -> random.Random:
        """The same chances for the same seed."""
        return random.Random(f"{self.seed}{self.database}")

    @cached_property
    def engine(self) -> Engine:
        return make_engine(self.url)

    @cached_property
    def store(self) -> Store:
        return SqlStore(self.engine)

    def desk(self, clock: Clock = now) -> Desk:
        """A desk in this process, over the same database as the programs."""
        return Desk(self.store, clock, new_id, lambda: None)

    def messenger(self, desk: Desk, *, patience: int = 2) -> Messenger:
        """What tells the fake Slack; a call may take `patience` seconds."""
        client = WebClient(TOKEN, base_url=self.slack.url, timeout=patience, retry_handlers=[])
        return SlackMessenger(desk, lambda _: client)

    def capture(self, desk: Desk, number: int) -> Captured:
        """Lead `number` asks for a demo: taken in without HTTP, and offered to sales at once."""
        signal = Signal(
            f"demo-{number}", "api", SignalKind.FORM, desk.now(), None, {"form": "demo"}
        )
        draft = Draft(Identity(email=address(number)), Profile(name=f"Lead {number}"), (signal,))
        taken = intake.capture(desk, TEAM, draft, sender=Sender("api", Door.API))
        self.acknowledged.add(address(number))
        return taken

    def await_calm(self, seconds: float = 360) -> float:
        """Wait until nothing is left to be told; returns how many seconds that took.

        The longest wait between two tries is five minutes: only beyond it is something stuck.
        """
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            counts = self.store.outbox.state().counts
            if not counts.get("queued", 0) + counts.get("sending", 0):
                return time.monotonic() - began
            time.sleep(0.05)
        raise TimeoutError(f"the outbox is not empty after {seconds:g} s: {dict(counts)}")


def address(number: int) -> str:
    """The e-mail address of lead `number`."""
    return f"lead{number}@acme.example"


@contextmanager
def a_stage(
    database: str, *, seed: int, quick: bool, folder: Path, postgres: Postgres | None
) -> Iterator[Stage]:
    """A stage on which nothing has happened yet; `folder` must be empty."""
    url = _fresh(database, folder, postgres)
    people = [Person(BOB, "bob"), Person(RIN, "rin", locale="ja-JP"), Person(MIA, "mia")]
    with FakeSlack({TOKEN: Team(TEAM, people=people)}) as slack:
        stage = Stage(database, url, seed, quick, folder, slack, postgres)
        try:
            open_workspace(
                stage.desk(),
                team=TEAM,
                bot_user="U0BATON",
                policy=a_policy(),
                definition=default(),
            )
            yield stage
        finally:
            stage.engine.dispose()
            if postgres and database == "postgres":
                postgres.drop(url)
            shutil.rmtree(folder, ignore_errors=True)


def _fresh(database: str, folder: Path, postgres: Postgres | None) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    if database == "postgres":
        assert postgres, "this stage needs a PostgreSQL server"
        return postgres.fresh_database(migrate)
    url = f"sqlite:///{folder / 'baton.db'}"
    migrate(url)
    return url
