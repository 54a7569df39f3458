"""Payloads: who clicked, sent or asked what, read from what Slack tells us."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one person can be told something that only they see.

    No channel: they clicked outside of channels. `thread` is the ts of the message whose thread
    they were in.
    """

    workspace: str
    user: str
    channel: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Click:
    """A button pressed by somebody, and under which key that happened, if Slack named it.

    `shows_value`: the message or view that it stands in has a button with that value.
    `shows_nothing`: Slack does not say what it stands in, as with messages only one person sees.
    `in_modal`: it stands in a view above everything else, which knows where it was opened.
    """

    place: Place
    home: str
    action: str
    value: str
    trigger: str
    response_url: str
    team_domain: str
    key: str | None
    shows_value: bool
    shows_nothing: bool
    message: str = ""
    in_modal: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """A form sent by somebody about its `subject`, such as the id of a handoff.

    `fields` are the answers by block; of a field that takes several they stand between commas.
    """

    place: Place
    home: str
    form: str
    subject: str
    fields: Mapping[str, str]
    key: str | None
    message: str = ""
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A slash command typed by somebody."""

    place: Place
    home: str
    command: str
    text: str
    team_domain: str
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One of our shortcuts, picked from a menu of Slack's; on a message: its `text` and `ts`."""

    place: Place
    home: str
    name: str
    trigger: str
    team_domain: str
    text: str = ""
    ts: str = ""

    @property
    def message(self) -> str:
        """Which message it was picked on, as `channel:ts`; empty where it was on none."""
        return f"{self.place.channel}:{self.ts}" if self.place.channel and self.ts else ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in Slack, in that team; the same `key` is the same event again."""

    team: str
    kind: str
    content: JSON
    key: str | None


def click(body: JSON, *, workspace: str) -> Click:
    """Read a `block_actions` payload."""
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else {}
    user, name = text(body, "user", "id"), text(action, "action_id")
    value = text(action, "value") or text(action, "selected_option", "value")
    channel = text(body, "channel", "id") or text(body, "container", "channel_id")
    ts = text(body, "container", "message_ts")
    hangs_at = text(body, "container", "message_ts") or text(body, "view", "id")
    pressed_at = text(action, "action_ts")
    blocks = _blocks(body)
    in_modal = text(body, "view", "type") == "modal"
    came = remembered(text(body, "view", "private_metadata") if in_modal else "")
    thread = text(body, "message", "thread_ts") or came["thread"]
    return Click(
        place=Place(workspace, user, channel or came["channel"], thread),
        home=text(body, "user", "team_id"),
        action=name,
        value=value,
        trigger=text(body, "trigger_id"),
        response_url=text(body, "response_url"),
        team_domain=text(body, "team", "domain"),
        key=f"click:{channel}:{hangs_at}:{user}:{name}:{pressed_at}" if pressed_at else None,
        # Outside of channels there is only the Home, which not every Slack sends along.
        shows_value=value in _values(blocks) or not (blocks or channel),
        shows_nothing=not blocks,
        message=f"{channel}:{ts}" if channel and ts else "",
        in_modal=in_modal,
    )


def _blocks(body: JSON) -> list[Any]:
    """What the clicked button stands in, as it stood when it was clicked."""
    for holder in ("message", "view"):
        inside = body.get(holder)
        blocks = inside.get("blocks") if isinstance(inside, Mapping) else None
        if isinstance(blocks, list) and blocks:
            return blocks
    return []


def _values(blocks: list[Any]) -> Iterator[str]:
    """The value of each button: all buttons of a card carry its handoff, also those that go."""
    for block in blocks:
        parts = block if isinstance(block, Mapping) else {}
        elements = parts.get("elements")
        for element in [*(elements if isinstance(elements, list) else ()), parts.get("accessory")]:
            yield text(element, "value")
            options = element.get("options") if isinstance(element, Mapping) else None
            for option in options if isinstance(options, list) else ():
                yield text(option, "value")


def submission(body: JSON, *, workspace: str) -> Submission:
    """Read a `view_submission` payload."""
    view = body.get("view") or {}
    about = remembered(text(view, "private_metadata"))
    name, version = text(view, "id"), text(view, "hash")
    user = text(body, "user", "id")
    return Submission(
        place=Place(workspace, user, about["channel"], about["thread"]),
        home=text(body, "user", "team_id"),
        form=text(view, "callback_id"),
        subject=about["handoff"],
        fields=dict(_fields(view)),
        key=f"view:{name}:{version}:{user}" if name else None,
        message=about["message"],
        stacked=bool(about["stacked"]),
    )


def question(body: JSON, *, workspace: str) -> Question:
    """Read a slash command's form."""
    return Question(
        place=Place(workspace, text(body, "user_id"), text(body, "channel_id")),
        home=text(body, "team_id"),
        command=text(body, "command"),
        text=text(body, "text"),
        team_domain=text(body, "team_domain"),
        trigger=text(body, "trigger_id"),
    )


def shortcut(body: JSON, *, workspace: str) -> Shortcut:
    """Read a `shortcut` or `message_action` payload."""
    thread = text(body, "message", "thread_ts")
    return Shortcut(
        place=Place(workspace, text(body, "user", "id"), text(body, "channel", "id"), thread),
        home=text(body, "user", "team_id") or text(body, "team", "id"),
        name=text(body, "callback_id"),
        trigger=text(body, "trigger_id"),
        team_domain=text(body, "team", "domain"),
        text=text(body, "message", "text"),
        ts=text(body, "message", "ts") or text(body, "message_ts"),
    )


def event(body: JSON) -> Event:
    """Read an `event_callback` payload."""
    content, name = body.get("event"), text(body, "event_id")
    return Event(
        team=text(body, "team_id"),
        kind=text(content, "type"),
        content=content if isinstance(content, Mapping) else {},
        key=f"event:{name}" if name else None,
    )


def remember(subject: str, place: Place, message: str = "", *, stacked: bool = False) -> str:
    """What a form carries along, to come back with the answer; `stacked`: it lies on another."""
    where = {"channel": place.channel, "thread": place.thread, "message": message}
    if stacked:
        where["stacked"] = "yes"
    return json.dumps({"handoff": subject, **where})  # forms of older versions carry that name


def remembered(metadata: str) -> dict[str, str]:
    """What a form carried along; empty texts where it carried something else."""
    try:
        carried = json.loads(metadata)
    except ValueError:
        carried = {}
    return {name: text(carried, name) for name in _CARRIED}


_CARRIED = ("handoff", "channel", "thread", "message", "stacked")


def _fields(view: JSON) -> list[tuple[str, str]]:
    values = (view.get("state") or {}).get("values") or {}
    return [
        (block, _entered(element))
        for block, elements in values.items()
        for element in elements.values()
    ]


def _entered(element: JSON) -> str:
    for name in (
        "value",
        "selected_date",
        "selected_time",
        "selected_conversation",
        "selected_user",
    ):
        if entered := text(element, name):
            return entered
    several = element.get("selected_options") or element.get("selected_users")
    if isinstance(several, list):
        picked = [each if isinstance(each, str) else text(each, "value") for each in several]
        return ",".join(filter(None, picked))
    return text(element, "selected_option", "value")


def text(tree: Any, *path: str) -> str:
    """The text at the end of a path; empty where there is none."""
    for name in path:
        tree = tree.get(name) if isinstance(tree, Mapping) else None
    return tree if isinstance(tree, str) else ""
