"""What a Slack team holds and what each Web API method does to it, by Slack's rules, no HTTP."""

from __future__ import annotations

import copy
import itertools
import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.slack.limits import faults

JSON = dict[str, Any]


class SlackError(Exception):
    """Slack says no; the message is the name of the error."""

    def __init__(self, name: str, details: Sequence[str] = ()) -> None:
        super().__init__(name)
        self.name = name
        self.details = list(details)


@dataclass
class Room:
    """A channel or a direct message."""

    id: str
    name: str
    member: bool = True
    archived: bool = False
    messages: list[JSON] = field(default_factory=list)


@dataclass
class Person:
    """Somebody in the team, or a guest or stranger in one of its channels."""

    id: str
    name: str = "someone"
    real_name: str = "Some One"
    email: str | None = None
    tz: str = "UTC"
    locale: str = "en-US"
    bot: bool = False
    deleted: bool = False
    restricted: bool = False
    ultra_restricted: bool = False
    admin: bool = False
    stranger: bool = False
    team: str | None = None


class Team:
    """One Slack team with a bot in it."""

    def __init__(
        self,
        id: str = "T01ACME",
        *,
        channels: Sequence[str] = ("C0SALES", "C0MARKETING", "C0DIGEST"),
        people: Sequence[Person] = (),
        bot: str = "U0BATON",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.id = id
        self.bot = bot
        self.rooms = {channel: Room(channel, channel.lower()) for channel in channels}
        self.people = {person.id: person for person in people}
        self.people[bot] = Person(bot, "baton", "Baton", bot=True)
        self.views: dict[str, JSON] = {}
        self.homes: dict[str, JSON] = {}
        self.groups: dict[str, list[str]] = {}
        self.files: dict[str, JSON] = {}
        self.lock = threading.RLock()
        self._clock = clock
        self._count = itertools.count(1)
        self._triggers: dict[str, str] = {}
        self._responses: dict[str, _Response] = {}

    # What a test looks at and does

    def messages(self, channel: str) -> list[JSON]:
        """Everything in the channel, oldest first, with replies and ephemeral messages."""
        with self.lock:
            room = self.rooms.get(channel)
            return copy.deepcopy(room.messages) if room else []

    def direct_messages(self, user: str) -> list[JSON]:
        """What the bot wrote to this person."""
        return self.messages(f"D{user}")

    def opened_by(self, trigger: str) -> JSON | None:
        """The view that was opened in answer to one click or command, as it stands now."""
        with self.lock:
            return copy.deepcopy(self.views.get(self._triggers.get(trigger, "")))

    def delete(self, channel: str, ts: str) -> None:
        """Somebody deletes a message by hand."""
        with self.lock:
            room = self.rooms[channel]
            room.messages = [message for message in room.messages if message["ts"] != ts]

    def response_path(self, channel: str, user: str, ts: str | None = None) -> str:
        """Mint the path of a response_url, for a slash command or for a click on message `ts`."""
        with self.lock:
            name = f"{self.id}-{next(self._count)}"
            self._responses[name] = _Response(channel, user, ts)
        return f"/response/{name}"

    # What the bot calls

    def call(self, method: str, args: JSON) -> JSON:
        """Do what the Web API method does; raise SlackError where Slack would refuse."""
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            raise SlackError("unknown_method")
        with self.lock:
            answer: JSON = handler(args)
        return {"ok": True, **copy.deepcopy(answer)}

    def respond(self, name: str, body: JSON) -> None:
        """What a post to a response_url does: five times, then never again."""
        with self.lock:
            response = self._responses.get(name)
            if response is None:
                raise SlackError("expired_url")
            response.uses += 1
            if response.uses > 5:
                raise SlackError("used_url")
            self._answer(response, body)

    def _answer(self, response: _Response, body: JSON) -> None:
        if response.ts and (body.get("replace_original") or body.get("delete_original")):
            message = self._find(response.channel, response.ts)
            if body.get("delete_original"):
                self.delete(response.channel, response.ts)
            else:
                message.update(_content(body))
        else:
            message = self._post(self._room(response.channel), body)
            if body.get("response_type", "ephemeral") == "ephemeral":
                message |= {"subtype": "ephemeral", "ephemeral_to": response.user}

    def _auth_test(self, _args: JSON) -> JSON:
        return {
            "team_id": self.id,
            "team": self.id.lower(),
            "user_id": self.bot,
            "user": "baton",
            "bot_id": "B" + self.bot[1:],
            "url": f"https://{self.id.lower()}.slack.example/",
        }

    def _chat_postMessage(self, args: JSON) -> JSON:
        room = self._writable(args)
        message = self._post(room, args)
        return {"channel": room.id, "ts": message["ts"], "message": message}

    def _chat_update(self, args: JSON) -> JSON:
        room = self._writable(args)
        message = self._find(room.id, str(args.get("ts")))
        if message["user"] != self.bot or message.get("subtype") == "ephemeral":
            raise SlackError("cant_update_message")
        message.update(_content(args))
        message["edited"] = {"user": self.bot, "ts": self._ts()}
        return {"channel": room.id, "ts": message["ts"], "text": message["text"]}

    def _chat_delete(self, args: JSON) -> JSON:
        room = self._writable(args)
        message = self._find(room.id, str(args.get("ts")))
        self.delete(room.id, message["ts"])
        return {"channel": room.id, "ts": message["ts"]}

    def _chat_postEphemeral(self, args: JSON) -> JSON:
        room = self._writable(args)
        if args.get("user") not in self.people:
            raise SlackError("user_not_in_channel")
        message = self._post(room, args)
        message |= {"subtype": "ephemeral", "ephemeral_to": args["user"]}
        return {"message_ts": message["ts"]}

    def _chat_getPermalink(self, args: JSON) -> JSON:
        message = self._find(self._room(args.get("channel")).id, str(args.get("message_ts")))
        path = f"{message['channel']}/p{message['ts'].replace('.', '')}"
        return {"permalink": f"https://{self.id.lower()}.slack.example/archives/{path}"}

    def _conversations_open(self, args: JSON) -> JSON:
        return {"channel": {"id": self._direct(str(args.get("users"))).id}}

    def _conversations_info(self, args: JSON) -> JSON:
        room = self._room(args.get("channel"))
        return {
            "channel": {
                "id": room.id,
                "name": room.name,
                "is_member": room.member,
                "is_archived": room.archived,
                "is_im": room.id.startswith("D"),
            }
        }

    def _conversations_history(self, args: JSON) -> JSON:
        messages = [m for m in self._readable(args) if m.get("thread_ts", m["ts"]) == m["ts"]]
        return _page(messages[::-1], args)

    def _conversations_replies(self, args: JSON) -> JSON:
        messages = self._readable(args)
        return _page([m for m in messages if args.get("ts") in (m["ts"], m.get("thread_ts"))], args)

    def _files_getUploadURLExternal(self, args: JSON) -> JSON:
        if not args.get("filename") or int(args.get("length") or 0) < 1:
            raise SlackError("invalid_arguments")
        file = {"id": f"F{next(self._count):06d}", "name": args["filename"]}
        self.files[file["id"]] = file | {"alt_txt": args.get("alt_txt")}
        return {"file_id": file["id"], "upload_url": f"/upload/{file['id']}"}

    def _files_completeUploadExternal(self, args: JSON) -> JSON:
        room = self._room(args.get("channel_id"))
        files = [self.files[each["id"]] for each in args["files"]]
        if not all(file.get("content") for file in files):
            raise SlackError("file_not_found")
        message = self._post(room, {"text": " ", "thread_ts": args.get("thread_ts")})
        message["files"] = [{k: v for k, v in file.items() if k != "content"} for file in files]
        return {"files": message["files"]}

    def _users_info(self, args: JSON) -> JSON:
        person = self.people.get(str(args.get("user")))
        if person is None:
            raise SlackError("user_not_found")
        return {"user": _profile(person, self.id, locale=_true(args.get("include_locale")))}

    def _usergroups_list(self, _args: JSON) -> JSON:
        groups = [{"id": id, "name": id.lower(), "handle": id.lower()} for id in self.groups]
        return {"usergroups": groups}

    def _usergroups_users_list(self, args: JSON) -> JSON:
        if args.get("usergroup") not in self.groups:
            raise SlackError("no_such_subteam")
        return {"users": self.groups[args["usergroup"]]}

    def _users_lookupByEmail(self, args: JSON) -> JSON:
        for person in self.people.values():
            if person.email and person.email == args.get("email"):
                return {"user": _profile(person, self.id, locale=False)}
        raise SlackError("users_not_found")

    def _reactions_add(self, args: JSON) -> JSON:
        message = self._find(self._writable(args).id, str(args.get("timestamp")))
        signs: list[str] = message.setdefault("reactions", [])
        if args.get("name") in signs:
            raise SlackError("already_reacted")
        signs.append(str(args["name"]))
        return {}

    def _views_open(self, args: JSON) -> JSON:
        trigger = str(args.get("trigger_id") or "")
        if not trigger or trigger.startswith("expired"):
            raise SlackError("expired_trigger_id" if trigger else "invalid_arguments")
        if trigger in self._triggers:
            raise SlackError("exchanged_trigger_id")
        view = self._view(args)
        self._triggers[trigger] = view["id"]
        self.views[view["id"]] = view
        return {"view": view}

    def _views_push(self, args: JSON) -> JSON:
        return self._views_open(args)

    def _views_update(self, args: JSON) -> JSON:
        known = self.views.get(str(args.get("view_id")))
        if known is None:
            raise SlackError("not_found")
        if args.get("hash") and args["hash"] != known["hash"]:
            raise SlackError("hash_conflict")
        self.views[known["id"]] = self._view(args) | {"id": known["id"]}
        return {"view": self.views[known["id"]]}

    def _views_publish(self, args: JSON) -> JSON:
        if args.get("user_id") not in self.people:
            raise SlackError("user_not_found")
        self.homes[args["user_id"]] = view = self._view(args)
        return {"view": view}

    # What these share

    def _ts(self) -> str:
        return f"{int(self._clock())}.{next(self._count):06d}"

    def _room(self, channel: object) -> Room:
        room = self.rooms.get(str(channel))
        if room is None:
            raise SlackError("channel_not_found")
        return room

    def _direct(self, user: str) -> Room:
        if user not in self.people:
            raise SlackError("user_not_found")
        return self.rooms.setdefault(f"D{user}", Room(f"D{user}", f"dm-{user}"))

    def _writable(self, args: JSON) -> Room:
        channel = args.get("channel")
        room = self._direct(channel) if channel in self.people else self._room(channel)
        if room.archived:
            raise SlackError("is_archived")
        if not room.member:
            raise SlackError("not_in_channel")
        return room

    def _readable(self, args: JSON) -> list[JSON]:
        room = self._room(args.get("channel"))
        if not room.member:
            raise SlackError("not_in_channel")
        oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9" * 10)
        messages = [
            dict(m)
            for m in room.messages
            if m.get("subtype") != "ephemeral" and float(oldest) <= float(m["ts"]) <= float(latest)
        ]
        if not _true(args.get("include_all_metadata")):
            for message in messages:
                message.pop("metadata", None)
        return messages

    def _find(self, channel: str, ts: str) -> JSON:
        for message in self._room(channel).messages:
            if message["ts"] == ts:
                return message
        raise SlackError("message_not_found")

    def _post(self, room: Room, args: JSON) -> JSON:
        ts = self._ts()
        message = {"type": "message", "ts": ts, "channel": room.id, "user": self.bot}
        message |= {"bot_id": "B" + self.bot[1:], **_content(args)}
        if args.get("thread_ts"):
            message["thread_ts"] = args["thread_ts"]
        room.messages.append(message)
        return message

    def _view(self, args: JSON) -> JSON:
        view = args.get("view") or {}
        if found := faults(view):
            raise SlackError("invalid_arguments", found)
        name = f"V{next(self._count):06d}"
        return {**view, "id": name, "hash": f"{name}.{next(self._count)}", "team_id": self.id}


@dataclass
class _Response:
    channel: str
    user: str
    ts: str | None
    uses: int = 0


def _content(args: JSON) -> JSON:
    blocks, text = args.get("blocks") or [], args.get("text") or ""
    if not blocks and not text:
        raise SlackError("no_text")
    if len(text) > 40_000:
        raise SlackError("msg_too_long")
    if found := faults(blocks):
        raise SlackError("invalid_blocks", found)
    content = {"text": text, "blocks": blocks}
    if metadata := args.get("metadata"):
        if not {"event_type", "event_payload"} <= metadata.keys():
            raise SlackError("invalid_metadata_format")
        if len(json.dumps(metadata)) > 16_000:
            raise SlackError("metadata_too_large")
        content["metadata"] = metadata
    return content


def _page(messages: list[JSON], args: JSON) -> JSON:
    start, most = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    more = len(messages) > start + most
    cursor = str(start + most) if more else ""
    return {
        "messages": messages[start : start + most],
        "has_more": more,
        "response_metadata": {"next_cursor": cursor},
    }


def _profile(person: Person, team: str, *, locale: bool) -> JSON:
    return {
        "id": person.id,
        "team_id": person.team or team,
        "name": person.name,
        "real_name": person.real_name,
        "deleted": person.deleted,
        "is_bot": person.bot,
        "is_restricted": person.restricted,
        "is_ultra_restricted": person.ultra_restricted,
        "is_stranger": person.stranger,
        "is_admin": person.admin,
        "tz": person.tz,
        "profile": {"real_name": person.real_name, "email": person.email},
        **({"locale": person.locale} if locale else {}),
    }


def _true(value: object) -> bool:
    return str(value).lower() in ("1", "true")
