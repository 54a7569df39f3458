"""The doctor: looks at settings, database, Slack and the outbox, and says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.manifest import SCOPES
from bot.settings import Settings, SlackSettings, read_settings
from bot.slack import make_client
from bot.wiring import make_desk
from core.errors import BatonError
from core.services import reporting, webhooks


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    ok: bool
    said: str


def examine() -> Iterator[Finding]:
    """Look at everything that can be looked at; a fault in one does not hide the others."""
    yield _looked_at("settings", lambda: _read(SlackSettings))
    try:
        settings = read_settings()
    except BatonError:
        return
    yield _looked_at("slack", lambda: _slack(settings))
    yield _looked_at("database", lambda: _database(settings))
    yield _looked_at("outbox", lambda: _outbox(settings))
    yield _looked_at("webhooks", lambda: _webhooks(settings))
    yield _looked_at("stage log", lambda: _log(settings))


def _looked_at(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except BatonError as fault:
        return Finding(name, False, "; ".join(str(fault).splitlines()))


def _read(kind: type[Settings]) -> str:
    settings = read_settings(kind)
    return "Socket Mode" if settings.socket_mode else "HTTP, Slack sends to /slack/events"


def _slack(settings: Settings) -> str:
    try:
        me = make_client(settings).auth_test()
    except SlackApiError as refused:
        raise BatonError(f"Slack says {refused.response['error']}; check SLACK_BOT_TOKEN") from None
    except OSError as fault:
        raise BatonError(f"Slack cannot be reached ({type(fault).__name__})") from None
    granted = str(me.headers.get("x-oauth-scopes") or "")
    lacking = [scope for scope in SCOPES if granted and scope not in granted.split(",")]
    if lacking:
        raise BatonError(f"the app lacks {', '.join(lacking)}; update it from `baton manifest`")
    return f"connected to {me['team']} as {me['user']}"


def _database(settings: Settings) -> str:
    desk = make_desk(settings)
    desk.store.ready()
    workspaces = desk.store.workspaces()
    if not workspaces:
        raise BatonError("reachable, but no workspace yet: start `baton run` once")
    return f"reachable, workspace {', '.join(known.id for known in workspaces)}"


def _outbox(settings: Settings) -> str:
    outbox = make_desk(settings).store.outbox
    if shut := outbox.shut_workspaces():
        said = ", ".join(f"{workspace} ({problem})" for workspace, problem in shut.items())
        raise BatonError(f"Slack does not let us into {said}: everything waits until it does")
    state = outbox.state()
    aside = sum(state.counts.get(name, 0) for name in ("parked", "dead"))
    if aside:
        raise BatonError(f"{aside} messages are set aside; `baton outbox` says why")
    return ", ".join(f"{count} {name}" for name, count in sorted(state.counts.items())) or "empty"


def _webhooks(settings: Settings) -> str:
    desk = make_desk(settings)
    known = [one for each in desk.store.workspaces() for one in webhooks.listed(desk, each.id)]
    ailing = [f"{one.id} has ended: {one.ended}" for one in known if one.ended]
    ailing += [f"{one.id} failed {one.failures} times" for one in known if one.failures > 1]
    if ailing:
        raise BatonError(f"{'; '.join(ailing)}: mend it, then `baton webhook enable ID`")
    return f"{len(known)} told" if known else "none"


def _log(settings: Settings) -> str:
    desk = make_desk(settings)
    faults = [f for known in desk.store.workspaces() for f in reporting.verify(desk, known.id)]
    if faults:
        raise BatonError(f"{len(faults)} rows do not hold; see `baton verify`")
    return "holds"
