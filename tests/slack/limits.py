"""What Slack refuses in a message or a view, so that no person ever misses a card because of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

JSON = dict[str, Any]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
MESSAGE_TEXT, VIEW_BYTES = 12_000, 250_000
ID, URL, PLACEHOLDER = 255, 3000, 150
OPTIONS = {"overflow": 5, "radio_buttons": 10, "checkboxes": 10}

_LISTS = {
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
}
_PICKED = _LISTS | {"datepicker", "timepicker", "datetimepicker", "radio_buttons", "checkboxes"}
_TYPED = {
    "plain_text_input",
    "rich_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
}
_PRESSED = {"button", "overflow", "workflow_button"}
ALLOWED = {
    "section": _PICKED | _PRESSED | {"image"},
    "actions": {kind for kind in _PICKED if not kind.startswith("multi_")} | _PRESSED,
    "input": _PICKED | _TYPED | {"file_input"},
}


def faults(thing: list[JSON] | JSON) -> list[str]:
    """Why Slack would refuse these blocks of a message, or this view; empty when it would not."""
    return list(_message(thing) if isinstance(thing, list) else _view(thing))


def _message(blocks: list[JSON]) -> Iterator[str]:
    yield from _blocks(blocks, most=MESSAGE_BLOCKS)
    total = sum(_length(block) for block in blocks)
    if total > MESSAGE_TEXT:
        yield f"blocks: {total} characters of text, more than {MESSAGE_TEXT} in one message"


def _view(view: JSON) -> Iterator[str]:
    kind = view.get("type")
    if kind not in ("modal", "home"):
        yield f"type: {kind!r} is no view"
    blocks = view.get("blocks", [])
    yield from _blocks(blocks, most=VIEW_BLOCKS)
    yield from _string(view, "private_metadata", "", 3000)
    yield from _string(view, "callback_id", "", ID)
    yield from _string(view, "external_id", "", ID)
    if kind == "modal":
        yield from _plain(view.get("title"), "title", 24)
        for name in ("submit", "close"):
            if name in view:
                yield from _plain(view[name], name, 24)
        if "submit" not in view and any(b.get("type") == "input" for b in blocks):
            yield "submit: missing although the modal asks for input"
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        yield f"view: larger than {VIEW_BYTES} bytes"


def _blocks(blocks: object, *, most: int) -> Iterator[str]:
    if not isinstance(blocks, list):
        yield "blocks: not a list"
        return
    if len(blocks) > most:
        yield f"blocks: {len(blocks)}, more than {most}"
    for number, block in enumerate(blocks):
        place = f"blocks[{number}]"
        check = _CHECKS.get(block.get("type"))
        if check is None:
            yield f"{place}: {block.get('type')!r} is no block"
            continue
        yield from _string(block, "block_id", place, ID)
        yield from check(block, place)
    yield from _twice([b["block_id"] for b in blocks if "block_id" in b], "blocks", "block_id")


def _section(block: JSON, place: str) -> Iterator[str]:
    if not block.get("text") and not block.get("fields"):
        yield f"{place}: neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], f"{place}.text", 3000)
    if "fields" in block:
        yield from _between(block["fields"], f"{place}.fields", 1, 10)
        for number, field in enumerate(block["fields"]):
            yield from _text(field, f"{place}.fields[{number}]", 2000)
    if "accessory" in block:
        yield from _element(block["accessory"], f"{place}.accessory", ALLOWED["section"])


def _header(block: JSON, place: str) -> Iterator[str]:
    yield from _plain(block.get("text"), f"{place}.text", 150)


def _context(block: JSON, place: str) -> Iterator[str]:
    elements = block.get("elements", [])
    yield from _between(elements, f"{place}.elements", 1, 10)
    for number, element in enumerate(elements):
        at = f"{place}.elements[{number}]"
        if element.get("type") == "image":
            yield from _image(element, at)
        else:
            yield from _text(element, at, 3000)


def _actions(block: JSON, place: str) -> Iterator[str]:
    elements = block.get("elements", [])
    yield from _between(elements, f"{place}.elements", 1, 25)
    for number, element in enumerate(elements):
        yield from _element(element, f"{place}.elements[{number}]", ALLOWED["actions"])
    ids = [element["action_id"] for element in elements if "action_id" in element]
    yield from _twice(ids, place, "action_id")


def _input(block: JSON, place: str) -> Iterator[str]:
    yield from _plain(block.get("label"), f"{place}.label", 2000)
    if "hint" in block:
        yield from _plain(block["hint"], f"{place}.hint", 2000)
    yield from _element(block.get("element") or {}, f"{place}.element", ALLOWED["input"])


def _image(block: JSON, place: str) -> Iterator[str]:
    if not block.get("image_url") and not block.get("slack_file"):
        yield f"{place}: an image of nothing"
    if not block.get("alt_text"):
        yield f"{place}.alt_text: missing"
    yield from _string(block, "image_url", place, URL)
    yield from _string(block, "alt_text", place, 2000)
    if "title" in block:
        yield from _plain(block["title"], f"{place}.title", 2000)


def _rich_text(block: JSON, place: str) -> Iterator[str]:
    yield from _between(block.get("elements", []), f"{place}.elements", 1, 1000)


def _markdown(block: JSON, place: str) -> Iterator[str]:
    if not block.get("text"):
        yield f"{place}.text: empty"
    yield from _string(block, "text", place, 12_000)


def _nothing(_block: JSON, _place: str) -> Iterator[str]:
    yield from ()


_CHECKS: dict[object, Callable[[JSON, str], Iterator[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "divider": _nothing,
}


def _element(element: JSON, place: str, allowed: set[str]) -> Iterator[str]:
    kind = element.get("type")
    if kind not in allowed:
        yield f"{place}: {kind!r} is not allowed here"
        return
    yield from _string(element, "action_id", place, ID)
    if "placeholder" in element:
        yield from _plain(element["placeholder"], f"{place}.placeholder", PLACEHOLDER)
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{place}.confirm")
    if kind == "button":
        yield from _button(element, place)
    elif kind == "image":
        yield from _image(element, place)
    elif kind == "plain_text_input":
        yield from _typed(element, place)
    elif kind == "datepicker":
        yield from _dated(element, place)
    elif kind in OPTIONS or kind.endswith("static_select"):
        yield from _choices(element, place, OPTIONS.get(kind, 100))


def _button(button: JSON, place: str) -> Iterator[str]:
    yield from _plain(button.get("text"), f"{place}.text", 75)
    yield from _string(button, "value", place, 2000)
    yield from _string(button, "url", place, URL)
    yield from _string(button, "accessibility_label", place, 75)
    if button.get("style", "primary") not in ("primary", "danger"):
        yield f"{place}.style: {button['style']!r}"


def _typed(element: JSON, place: str) -> Iterator[str]:
    for name in ("min_length", "max_length"):
        if not 0 <= element.get(name, 1) <= 3000:
            yield f"{place}.{name}: {element[name]}, not within 3000"
    yield from _string(element, "initial_value", place, element.get("max_length", 3000))


def _dated(element: JSON, place: str) -> Iterator[str]:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", element.get("initial_date", "2000-01-01")):
        yield f"{place}.initial_date: {element['initial_date']!r}"


def _choices(element: JSON, place: str, most: int) -> Iterator[str]:
    groups, options = element.get("option_groups"), element.get("options")
    if (groups is None) == (options is None):
        yield f"{place}: needs either options or option_groups"
        return
    if groups is not None:
        yield from _between(groups, f"{place}.option_groups", 1, 100)
        for number, group in enumerate(groups):
            yield from _plain(group.get("label"), f"{place}.option_groups[{number}].label", 75)
    offered: list[JSON] = []
    for group in groups if groups is not None else [element]:
        yield from _between(group["options"], f"{place}.options", 1, most)
        offered += group["options"]
    formatted = element["type"] in ("radio_buttons", "checkboxes")
    for number, option in enumerate(offered):
        yield from _option(option, f"{place}.options[{number}]", formatted=formatted)
    yield from _twice([str(option.get("value")) for option in offered], place, "value")
    initial = element.get("initial_options") or [element.get("initial_option")]
    if any(picked is not None and picked not in offered for picked in initial):
        yield f"{place}: what is picked at first is not on offer"


def _option(option: JSON, place: str, *, formatted: bool) -> Iterator[str]:
    check = _text if formatted else _plain
    yield from check(option.get("text"), f"{place}.text", 75)
    if "description" in option:
        yield from check(option["description"], f"{place}.description", 75)
    if not option.get("value"):
        yield f"{place}.value: missing"
    yield from _string(option, "value", place, 75)


def _confirm(confirm: JSON, place: str) -> Iterator[str]:
    for name, most in (("title", 100), ("confirm", 30), ("deny", 30)):
        yield from _plain(confirm.get(name), f"{place}.{name}", most)
    yield from _text(confirm.get("text"), f"{place}.text", 300)


def _plain(text: Any, place: str, most: int) -> Iterator[str]:
    yield from _text(text, place, most)
    if isinstance(text, dict) and text.get("type") == "mrkdwn":
        yield f"{place}: must be plain_text"


def _text(text: Any, place: str, most: int) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"{place}: no text object"
        return
    if not isinstance(text.get("text"), str) or not text["text"]:
        yield f"{place}: empty"
    yield from _string(text, "text", place, most)
    foreign = {"plain_text": "verbatim", "mrkdwn": "emoji"}[text["type"]]
    if text.get(foreign) is not None:
        yield f"{place}: {foreign} does not belong to {text['type']}"


def _string(holder: JSON, name: str, place: str, most: int) -> Iterator[str]:
    value = holder.get(name)
    at = f"{place}.{name}".lstrip(".")
    if value is None:
        return
    if not isinstance(value, str):
        yield f"{at}: not a string"
    elif len(value) > most:
        yield f"{at}: {len(value)} characters, more than {most}"


def _between(items: list[Any], place: str, least: int, most: int) -> Iterator[str]:
    if not least <= len(items) <= most:
        yield f"{place}: {len(items)}, not {least} to {most}"


def _twice(ids: list[str], place: str, name: str) -> Iterator[str]:
    for twice in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"{place}: {name} {twice!r} stands there twice"


def _length(thing: object) -> int:
    match thing:
        case dict():
            own = thing.get("text")
            return (len(own) if isinstance(own, str) else 0) + sum(
                _length(value) for value in thing.values()
            )
        case list():
            return sum(_length(item) for item in thing)
        case _:
            return 0
