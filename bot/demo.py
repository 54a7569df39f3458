"""The demo: Baton at work in a Slack on this machine, for a person to click."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from bot import local_slack
from bot.company import (
    ADMIN,
    BOT,
    DIGEST,
    HISTORY,
    MARKETER,
    MARKETING,
    REPS,
    SALES,
    Company,
    Past,
    Prospect,
    company,
    visits,
)
from bot.drawing import DrawingClient, drawable
from bot.local_slack import LocalSlack
from bot.serving import make_server
from bot.settings import SlackSettings
from bot.socket import listening
from bot.wiring import Baton, introduce, now, put_together
from core.desk import Desk
from core.domain.agreement import Amendment
from core.domain.backtest import summary, to_json
from core.domain.definition import default
from core.domain.draft import Draft
from core.domain.intents import IntentKind
from core.domain.lead import Identity, Profile, Signal
from core.domain.log import Door
from core.domain.pursuit import Because
from core.domain.reminder import Reminder, Step
from core.domain.settings import Setting
from core.domain.stages import Verb
from core.errors import Unready
from core.ports import Delivered, Errand, Messenger, Sent, Unit
from core.services import agreement, delivery, handoff, intake, reminding, settings, watch
from core.services import home as homes
from core.services.backtest import Draft as Written
from core.services.backtest import try_out
from core.services.handoff import Rejection, Stimulus
from core.services.intake import Sender
from storage.schema import migrate

_ROOT = Path(__file__).parents[1]
_KEY = "demo-key-of-no-secrecy"
_DATABASE = "baton.db"
_MONTHS = timedelta(days=90)
_TWO_WEEKS = timedelta(days=13)


@dataclass(frozen=True, slots=True)
class Show:
    """A running demo: the Slack, the program, the cast, and the address of the API."""

    slack: LocalSlack
    baton: Baton
    cast: Company
    address: str

    def send(self, path: str, body: object | None = None) -> dict[str, Any]:
        """Call the HTTP API as a web site would."""
        request = urllib.request.Request(
            f"{self.address}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {_KEY}", "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            content: dict[str, Any] = json.load(answer)
        return content

    def capture(self, prospect: Prospect) -> dict[str, Any]:
        """The prospect fills a form on the web site."""
        return self.send("/v1/leads", _as_form(prospect, visits(prospect, until=now())))

    def come_back(self, prospect: Prospect) -> dict[str, Any]:
        """The prospect does something new: asks for a demo."""
        keen = visits(replace(prospect, interest="demo"), until=now(), again=1)
        signals = [_as_json(signal) for signal in keen]
        return self.send("/v1/signals", {"email": prospect.email, "signals": signals})


@contextmanager
def opened(
    locale: str,
    *,
    port: int = 0,
    program: str | None = None,
    cool_off: str = "20s",
    socket: bool = False,
    keep: Path | None = None,
) -> Iterator[Show]:
    """Raise the curtain: a local Slack, a fresh SQLite file, the whole program, and a history.

    Slack and Baton speak HTTP, or Socket Mode if `socket`. The database stays in the folder
    `keep`, if there is one, else it goes with the show.
    """
    cast, bot_port = company(locale), local_slack.free_port()
    ours = f"http://127.0.0.1:{bot_port}/slack/events"
    app = local_slack.App(user=BOT, request_url=None if socket else ours)
    found = local_slack.find_program(_ROOT, program)
    with (
        _folder(keep) as folder,
        local_slack.running(cast.workspace, app, program=found, port=port) as slack,
    ):
        settings = _settings(folder, slack, app, bot_port, locale, cast.timezone)
        migrate(settings.database_url)
        baton = put_together(settings, speaks=DrawingClient)
        definition = folder / "definition.toml"
        definition.write_text(
            default().replace('requalify_after = "30d"', f'requalify_after = "{cool_off}"')
        )
        _remember(baton, cast, definition)
        with _serving(baton):
            yield Show(slack, baton, cast, f"http://127.0.0.1:{bot_port}")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where the database lies. Raises Unready where another one lies there already."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="baton-demo-") as folder:
            yield Path(folder)
        return
    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise Unready(f"cannot make {keep}: {refused.strerror}") from refused
    if (keep / _DATABASE).exists():
        raise Unready(
            f"there is a {_DATABASE} in {keep} already: name another folder, or remove it"
        )
    yield keep


def play(
    *, locale: str, port: int, program: str | None, socket: bool, keep: Path | None = None
) -> None:
    """Run until Ctrl-C, with a new lead every few seconds at first, then slower."""
    with opened(locale, port=port, program=program, socket=socket, keep=keep) as show:
        for line in _what_to_try(show):
            click.echo(line)
        ended = threading.Event()
        newcomers = threading.Thread(target=_arrive, args=(show, ended), daemon=True)
        newcomers.start()
        try:
            newcomers.join()
            ended.wait()
        except KeyboardInterrupt:
            left = "everything is thrown away" if keep is None else f"what is left lies in {keep}"
            click.echo(f"\nThe curtain falls; {left}.")
        finally:
            ended.set()


def _what_to_try(show: Show) -> Iterator[str]:
    someone = show.cast.prospects[2].email
    yield ""
    yield f"  A Slack with Baton in it:  {show.slack.url}/archives/{SALES}"
    yield ""
    yield "  Leads arrive while you watch. Try this, acting as anyone (list at the top left):"
    yield "    1. Accept a card. Then act as somebody else: the card says who has it."
    yield "    2. Undo it, or Reject another with a reason, and look into the marketing channel."
    yield "       A rejected lead comes back after half a minute, and its card says why."
    yield "    3. Details, on any card: every point of the score, and what is missing."
    yield f"    4. Write  /lead status {someone}   or  /lead list mql   or  /lead digest"
    yield "    5. As a rep, write  /lead add  for somebody whom no form brought, and look into the"
    yield "       direct message from Baton: leads that wait for a first contact; put it off."
    yield "    6. Look into the digest channel: last week, as both teams read it."
    yield "    7. Marketing proposes to change what hot means: approve it in the sales channel, and"
    yield "       as somebody else in the marketing channel. Then write  /lead definition"
    yield ""
    yield "    8. In another terminal, try a definition of your own on their last three months:"
    yield f"         export DATABASE_URL={show.baton.settings.database_url}"
    yield f"         {_command()} definition show > mine.toml"
    yield f"         {_command()} definition backtest mine.toml"
    yield ""
    yield f"  The HTTP API: {show.address}/docs   (key: {_KEY})"
    yield "  Ctrl-C ends it."
    yield ""


def _command() -> str:
    """How to start this program again, as it was started."""
    return sys.argv[0] if Path(sys.argv[0]).name == "baton" else "baton"


def _arrive(show: Show, ended: threading.Event) -> None:
    """New prospects one after the other; who was rejected comes back once."""
    waiting = 3.0
    newcomers = list(show.cast.prospects[len(HISTORY) :])
    for prospect in newcomers:
        show.capture(prospect)
        if ended.wait(waiting):
            return
        waiting = min(waiting * 1.5, 45.0)
    for prospect in newcomers * 5:
        if show.send(f"/v1/leads/{prospect.email}")["stage"] == "nurturing":
            show.come_back(prospect)
        if ended.wait(5.0):
            return


# Putting it up


def _settings(
    folder: Path,
    slack: LocalSlack,
    app: local_slack.App,
    port: int,
    locale: str,
    timezone: str,
) -> SlackSettings:
    return SlackSettings.model_validate(
        {
            "DATABASE_URL": f"sqlite:///{folder / _DATABASE}",
            "SLACK_BOT_TOKEN": SecretStr(app.bot_token),
            "SLACK_SIGNING_SECRET": SecretStr(app.signing_secret),
            "SLACK_APP_TOKEN": None if app.request_url else SecretStr(app.app_token),
            "SLACK_API_URL": slack.api_url,
            "BATON_API_KEY": SecretStr(_KEY),
            "BATON_SALES_CHANNEL": SALES,
            "BATON_MARKETING_CHANNEL": MARKETING,
            "BATON_DIGEST_CHANNEL": DIGEST,
            "BATON_TIMEZONE": timezone,
            "BATON_LOCALE": locale,
            "BATON_ADMINS": ADMIN,
            "BATON_PACE": 0,
            "BATON_PUBLIC_URL": f"http://127.0.0.1:{port}" if app.request_url else None,
            "HOST": "127.0.0.1",
            "PORT": port,
        }
    )


@contextmanager
def _serving(baton: Baton) -> Iterator[None]:
    worker = baton.worker()
    server = make_server(baton, checks=worker.checks(), around=drawable)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    worker.start()
    try:
        while not server.started:
            thread.join(0.02)
        with listening(baton) if baton.settings.socket_mode else nullcontext():
            yield
    finally:
        server.should_exit = True
        thread.join(10)
        worker.stop()


# What happened before the curtain rose

_TOLD_LATE = (
    IntentKind.DIGEST,
    IntentKind.EVIDENCE,
    IntentKind.PICTURE,
    IntentKind.PROPOSAL,
)


class _Quiet:
    """Tells Slack only of late digests and proposals: the cards of the past hang nowhere."""

    def __init__(self, messenger: Messenger, *, since: datetime) -> None:
        self._messenger = messenger
        self._since = since

    def deliver(self, errand: Errand) -> Delivered:
        is_late = errand.enqueued_at is not None and errand.enqueued_at >= self._since
        if is_late and errand.intent.kind in _TOLD_LATE:
            return self._messenger.deliver(errand)
        return Sent()


def _remember(baton: Baton, cast: Company, definition: Path) -> None:
    """Live through some months in a few seconds, with a clock of our own."""
    today = now()
    moment = today - _MONTHS
    past = replace(baton, desk=replace(baton.desk, now=lambda: moment))
    workspace = introduce(past, definition=definition).id
    _keep_what_was_accepted(past.desk, workspace)
    quiet = _Quiet(past.messenger(), since=today - _TWO_WEEKS)
    for at, happen in [*_past_events(past.desk, workspace, cast, today), (today, _nothing)]:
        while (due := past.desk.store.next_timer()) is not None and due <= at:
            moment = due
            watch.fire_due(past.desk)
            delivery.drain(past.desk, quiet)
        moment = at
        happen()
        delivery.drain(past.desk, quiet)
    _propose(past.desk, workspace, cast)
    _remind(past.desk, workspace)
    delivery.drain(past.desk, past.messenger())


def _keep_what_was_accepted(desk: Desk, workspace: str) -> None:
    """In this company a lead stays with who accepted it: so somebody has late ones to hear of."""
    never = {Setting.RETURNS_UNTOUCHED_AFTER: None}
    settings.amend(desk, settings.Amending(workspace, ADMIN, Door.TERMINAL, never))


def _remind(desk: Desk, workspace: str) -> None:
    """Who has kept leads waiting hears of it as the curtain rises: one message for all of them."""

    def hear(unit: Unit, at: datetime) -> None:
        waiting = unit.cases(homes.late(at), offset=0, limit=20)
        kept = [case for case in waiting if case.lead.owner == REPS[0]]
        unit.keep_reminders(
            [Reminder(REPS[0], case.handoff.id, Step.TOUCH_LATE, at) for case in kept]
        )
        reminding.gather(desk, unit, REPS[0], at=at)

    desk.change(workspace, hear)


def _propose(desk: Desk, workspace: str, cast: Company) -> None:
    """Marketing proposes a small change, which waits to be signed."""
    with desk.read(workspace) as view:
        rules = view.definition().text
    before, found, rest = rules.partition(_DOUBTED)
    rules = before + rest[rest.find(_NEXT) :] if found else rules
    tried = try_out(desk, workspace, Written("proposal", rules))
    outcome = agreement.propose(
        desk,
        workspace,
        rules,
        by=MARKETER,
        comment=cast.complaint,
        measured=json.dumps(to_json(summary(tried))),
    )
    if not isinstance(outcome, Amendment):
        raise AssertionError("the shipped definition no longer has what the demo changes")


# Sales takes hardly anybody who is hot for this alone, as the backtest beside the proposal shows.
_DOUBTED, _NEXT = '[[hot]]\nid = "buying-document"', "# --- When a lead becomes an MQL"


def _nothing() -> None:
    """Today nothing has happened yet."""


def _past_events(
    desk: Desk, workspace: str, cast: Company, today: datetime
) -> list[tuple[datetime, Callable[[], object]]]:
    events: list[tuple[datetime, Callable[[], object]]] = []
    history = (*cast.crowd, *zip(cast.prospects, HISTORY, strict=False))
    for number, (prospect, past) in enumerate(history):
        offered = today - timedelta(days=past.days_ago)
        events.append((offered, _offering(desk, workspace, prospect, offered)))
        if past.hours is not None:
            decided = offered + timedelta(hours=past.hours)
            events.append((decided, _deciding(desk, workspace, prospect, past, decided.date())))
        if past.hours is not None and past.reason is None:
            events.extend(
                (decided + later, _pursuing(desk, workspace, prospect, past.rep, verb))
                for verb, later in _PURSUITS[number % len(_PURSUITS)]
                if decided + later < today
            )
    return sorted(events, key=lambda event: event[0])


def _offering(desk: Desk, workspace: str, prospect: Prospect, at: datetime) -> Callable[[], object]:
    draft = Draft(
        Identity(email=prospect.email),
        Profile(
            name=prospect.name,
            company=prospect.company,
            title=prospect.title,
            country=prospect.country,
            source=prospect.source,
            campaign=prospect.campaign,
            attributes={"employees": prospect.employees},
        ),
        visits(prospect, until=at),
        at,
    )
    return lambda: intake.capture(desk, workspace, draft, sender=Sender("api", Door.API))


def _deciding(
    desk: Desk, workspace: str, prospect: Prospect, past: Past, day: date
) -> Callable[[], object]:
    def decide() -> object:
        with desk.read(workspace) as view:
            lead = view.lead_known_by(Identity(email=prospect.email))
        if lead is None or lead.handoff_id is None:
            raise AssertionError(f"{prospect.email} did not qualify")
        stimulus = Stimulus(workspace, lead.handoff_id, past.rep, Door.BUTTON)
        if past.reason is None:
            return handoff.accept(desk, stimulus)
        wake_on = day + timedelta(days=60)
        return handoff.reject(desk, stimulus, Rejection(past.reason, past.comment, wake_on))

    return decide


def _pursuing(
    desk: Desk, workspace: str, prospect: Prospect, rep: str, verb: Verb
) -> Callable[[], object]:
    def pursue() -> object:
        with desk.read(workspace) as view:
            lead = view.lead_known_by(Identity(email=prospect.email))
        if lead is None or lead.handoff_id is None:
            raise AssertionError(f"{prospect.email} did not qualify")
        because = Because("lost_price") if verb is Verb.LOSE else None
        stimulus = Stimulus(workspace, lead.handoff_id, rep, Door.BUTTON)
        return handoff.pursue(desk, stimulus, verb, because)

    return pursue


_CONTACT = (Verb.TOUCH, timedelta(hours=2))
_SQL = (Verb.ADVANCE, timedelta(days=4))
# What became of the leads that were accepted, by turns; one in seven was forgotten.
_PURSUITS: tuple[tuple[tuple[Verb, timedelta], ...], ...] = (
    (_CONTACT,),
    (_CONTACT, _SQL, (Verb.WIN, timedelta(days=20))),
    (_CONTACT, _SQL),
    (_CONTACT, _SQL, (Verb.LOSE, timedelta(days=15))),
    (),
    (_CONTACT, _SQL, (Verb.WIN, timedelta(days=30))),
    (_CONTACT, (Verb.ADVANCE, timedelta(days=9))),
)


def _as_form(prospect: Prospect, signals: tuple[Signal, ...]) -> dict[str, Any]:
    said = asdict(prospect)
    said.pop("interest")
    attributes = {"employees": said.pop("employees")}
    return {**said, "attributes": attributes, "signals": [_as_json(signal) for signal in signals]}


def _as_json(signal: Signal) -> dict[str, Any]:
    return {
        "id": signal.id,
        "kind": signal.kind,
        "occurred_at": signal.occurred_at.isoformat(),
        "session": signal.session,
        **signal.properties,
    }
