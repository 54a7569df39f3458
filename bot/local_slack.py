"""A Slack on this machine, in which a demo and the tests can act as any person of a company."""

from __future__ import annotations

import json
import platform
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from websockets.sync.client import connect

from bot.gestures import JSON, filled, pressed
from core.errors import Unready

_STARTUP_SECONDS = 15.0
_ANSWER_SECONDS = 10.0
_POLL_SECONDS = 0.03
_ADDRESS = re.compile(r"Web UI:\s+(\S+)")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works at the company; `timezone` is an IANA name."""

    id: str
    name: str
    real_name: str
    email: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Channel:
    """A room and who is in it, people and the bot alike."""

    id: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class App:
    """The bot as Slack knows it; without a `request_url` Slack speaks Socket Mode."""

    id: str = "A0BATON"
    user: str = "U0BATON"
    name: str = "baton"
    bot_token: str = "xoxb-local"
    app_token: str = "xapp-local"
    signing_secret: str = "local-secret"
    request_url: str | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """The company that works in this Slack."""

    id: str
    name: str
    domain: str
    people: tuple[Person, ...]
    channels: tuple[Channel, ...]


def free_port() -> int:
    """A loopback port nobody listens on, for a bot whose address Slack must know first."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def find_program(root: Path, given: str | None = None) -> Path:
    """The local Slack's binary: the one `given`, else the one set up under `root`."""
    program = Path(given) if given else root / "tools" / "local-slack" / _installed_at()
    if not program.is_file():
        raise Unready(f"There is no local Slack at {program}: run `make setup`.")
    return program


def _installed_at() -> Path:
    machine = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x64"
    system = {"darwin": "darwin", "win32": "windows"}.get(sys.platform, "linux")
    name = "local-slack.exe" if system == "windows" else "local-slack"
    return Path("node_modules") / f"local-slack-{system}-{machine}" / "bin" / name


@contextmanager
def running(
    workspace: Workspace, app: App, *, program: Path, port: int = 0
) -> Iterator[LocalSlack]:
    """Start a local Slack on loopback (`port` 0: any free one) and stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="baton-slack-") as folder:
        room = Path(folder)
        config, output = room / "config.json", room / "output.txt"
        config.write_text(json.dumps(_config(workspace, app)), encoding="utf-8")
        command = [str(program), "--config", str(config), "--files-dir", str(room / "files")]
        command += ["--base-host", "127.0.0.1", "--port", str(port)]
        with output.open("wb") as sink:
            # An empty environment: a proxy set on the machine would swallow the bot's address.
            process = subprocess.Popen(
                command, env={}, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
            )
        try:
            yield LocalSlack(_address(process, output), bot_user=app.user, app_id=app.id)
        finally:
            _stop(process)


def _config(workspace: Workspace, app: App) -> JSON:
    mode: JSON = {"mode": "socket"}
    if app.request_url:
        mode = {"mode": "events", "requestUrl": app.request_url}
    return {
        "workspace": {
            "name": workspace.name,
            "domain": workspace.domain,
            "teamId": workspace.id,
        },
        "app": {
            "appId": app.id,
            "botUserId": app.user,
            "botName": app.name,
            "botToken": app.bot_token,
            "appToken": app.app_token,
            "signingSecret": app.signing_secret,
            **mode,
        },
        "users": [
            {
                "id": person.id,
                "name": person.name,
                "real_name": person.real_name,
                "email": person.email,
                "tz": person.timezone,
            }
            for person in workspace.people
        ],
        "channels": [
            {"id": channel.id, "name": channel.name, "members": list(channel.members)}
            for channel in workspace.channels
        ],
    }


def _address(process: subprocess.Popen[bytes], output: Path) -> str:
    deadline = time.monotonic() + _STARTUP_SECONDS
    while time.monotonic() < deadline:
        said = output.read_text(encoding="utf-8", errors="replace")
        if found := _ADDRESS.search(said):
            return found[1]
        if process.poll() is not None:
            raise Unready(f"The local Slack ended at once: {said.strip()}")
        time.sleep(_POLL_SECONDS)
    raise Unready("The local Slack did not come up.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class LocalSlack:
    """What people do in a running local Slack, and what they then see there."""

    def __init__(self, url: str, *, bot_user: str, app_id: str) -> None:
        self.url = url
        self.bot_user = bot_user
        self._app_id = app_id
        # No proxy: the address is always on this machine.
        self._http = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @property
    def api_url(self) -> str:
        """Where the bot finds the Web API."""
        return f"{self.url}/api/"

    # What is there

    def messages(self, channel: str) -> list[JSON]:
        """Everything in a channel, oldest first, with replies and ephemeral messages."""
        found: list[JSON] = self._get(f"messages/{channel}")["messages"]
        return found

    def direct_messages(self, user: str) -> list[JSON]:
        """What the bot and this person wrote to each other, oldest first."""
        rooms = [c for c in self.state()["channels"] if c["is_im"] and user in c["members"]]
        return [message for room in rooms for message in self.messages(room["id"])]

    def await_message(
        self, channel: str, matches: Callable[[JSON], bool], *, seconds: float = _ANSWER_SECONDS
    ) -> JSON:
        """The newest message that `matches`, as soon as there is one; else TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if seen := [message for message in self.messages(channel) if matches(message)]:
                return seen[-1]
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f"No such message in {channel} after {seconds:g} s.")

    def await_socket(self, *, seconds: float = _ANSWER_SECONDS) -> None:
        """Wait until the bot is connected over Socket Mode."""
        deadline = time.monotonic() + seconds
        while not any(app["connected"] for app in self._snapshot()["apps"]):
            if time.monotonic() > deadline:
                raise TimeoutError("The bot opened no socket.")
            time.sleep(_POLL_SECONDS)

    def state(self) -> JSON:
        """The workspace, its apps, people and channels."""
        return self._get("state")

    def log(self) -> list[JSON]:
        """The last thousand exchanges with the bot, oldest first."""
        entries: list[JSON] = self._get("log")["log"]
        return entries

    def modal(self) -> JSON | None:
        """The modal that is open, if any; this Slack knows one for everybody."""
        stack: list[JSON] = self._snapshot()["modalStack"]
        return stack[-1] if stack else None

    def home(self, user: str) -> JSON | None:
        """What this person's Home tab shows."""
        views: JSON = self._snapshot()["homeViews"].get(user, {})
        view: JSON | None = views.get(self._app_id)
        return view

    # What people do; each returns when the bot has answered

    def reset(self) -> None:
        """Back to an empty workspace."""
        self._post("reset", {})

    def message(self, channel: str, text: str, *, user: str, thread: str | None = None) -> None:
        """Write something in a channel."""
        self._post("message", {"channel": channel, "user": user, "text": text, "thread_ts": thread})

    def command(self, channel: str, text: str, *, user: str, command: str = "/lead") -> None:
        """Type a slash command."""
        self._post("command", {"channel": channel, "user": user, "command": command, "text": text})

    def open_home(self, user: str) -> None:
        """Look at the app's Home tab."""
        self._post("open-home", {"user": user})

    def click(
        self, channel: str, ts: str, action_id: str, *, user: str, option: str | None = None
    ) -> None:
        """Use a control that stands on the message now; `option` is the value picked in a list."""
        message = next(m for m in self.messages(channel) if m["ts"] == ts)
        action = pressed(message.get("blocks") or [], action_id, option)
        self.interact(channel, ts, action, user=user)

    def interact(self, channel: str, ts: str, action: Mapping[str, object], *, user: str) -> None:
        """Send any action, also one whose button has gone: what a stale screen would send."""
        self._post(
            "interact",
            {"channel": channel, "messageTs": ts, "user": user, "action": dict(action)},
        )

    def click_home(self, action_id: str, *, user: str, option: str | None = None) -> None:
        """Use a control on this person's Home tab."""
        view = self.home(user) or {}
        action = pressed(view.get("blocks") or [], action_id, option)
        frame = {"t": "block_action", "channel": "", "messageTs": "", "user": user}
        self._tell(frame | {"appId": self._app_id, "action": action}, until=_answered)

    def submit_view(self, answers: Mapping[str, str], *, user: str) -> dict[str, str]:
        """Fill the open modal (`block_id` → text, option value or ISO date) and submit it.

        Returns the complaints by `block_id`; empty when the bot took it.
        """
        view = self.modal()
        if view is None:
            raise LookupError("No modal is open.")
        frame = {"t": "view_submit", "user": user, "values": filled(view, answers)}
        told = self._tell(frame, until=lambda seen: seen["t"] in ("view", "view_errors"))
        errors: dict[str, str] = told.get("errors") or {}
        return errors

    # How it is reached

    def _get(self, path: str) -> JSON:
        return self._read(urllib.request.Request(f"{self.url}/_control/{path}"))

    def _post(self, path: str, body: JSON) -> JSON:
        return self._read(
            urllib.request.Request(
                f"{self.url}/_control/{path}",
                data=json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
            )
        )

    def _read(self, request: urllib.request.Request) -> JSON:
        with self._http.open(request, timeout=30) as answer:
            content: JSON = json.load(answer)
        return content

    def _snapshot(self) -> JSON:
        with connect(self._ui, max_size=None, proxy=None) as ui:
            state: JSON = json.loads(ui.recv(timeout=_ANSWER_SECONDS))["state"]
        return state

    def _tell(self, frame: JSON, *, until: Callable[[JSON], bool]) -> JSON:
        with connect(self._ui, max_size=None, proxy=None) as ui:
            ui.recv(timeout=_ANSWER_SECONDS)
            ui.send(json.dumps(frame))
            while not until(seen := json.loads(ui.recv(timeout=_ANSWER_SECONDS))):
                pass
        told: JSON = seen
        return told

    @property
    def _ui(self) -> str:
        return self.url.replace("http", "ws", 1) + "/ui"


def _answered(seen: JSON) -> bool:
    entry = seen.get("entry") or {}
    return entry.get("kind") in ("interactive", "ack") and entry.get("direction") != "to_bot"
