"""What a hand on the screen sends: from the blocks a person sees to the action Slack reports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

JSON = dict[str, Any]


def words(thing: object) -> str:
    """Every text in a message or a view, line by line: what a person can read there."""
    return "\n".join(_texts(thing))


def _texts(thing: object) -> Iterator[str]:
    match thing:
        case {"blocks": [_, *_] as blocks}:
            yield from _texts(blocks)
        case dict():
            for key, value in thing.items():
                if key == "text" and isinstance(value, str):
                    yield value
                else:
                    yield from _texts(value)
        case list():
            for item in thing:
                yield from _texts(item)


def pressed(blocks: list[JSON], action_id: str, option: str | None) -> JSON:
    """The action of the control `action_id`; LookupError when it is not on the screen."""
    for block in blocks:
        controls = [*block.get("elements", []), block.get("accessory") or {}]
        for control in controls:
            if control.get("action_id") == action_id:
                return {
                    "type": control["type"],
                    "action_id": action_id,
                    "block_id": block.get("block_id", ""),
                    **_choice(control, option),
                }
    raise LookupError(f"There is no control {action_id} here.")


def _choice(control: JSON, option: str | None) -> JSON:
    if control["type"] == "button":
        return {"value": control.get("value"), "text": control["text"]}
    if control["type"] == "datepicker":
        return {"selected_date": option}
    return {"selected_option": _option(control, option)}


def _option(control: JSON, value: str | None) -> JSON:
    groups = control.get("option_groups") or [control]
    offered: list[JSON] = [option for group in groups for option in group["options"]]
    for option in offered:
        if option["value"] == value:
            return option
    raise LookupError(f"{control['action_id']} does not offer {value!r}.")


def filled(view: JSON, answers: Mapping[str, str]) -> JSON:
    """The state of a modal after `answers` (`block_id` → what was typed or picked).

    What is not answered is as the modal showed it; several things picked stand between commas.
    """
    inputs = {b["block_id"]: b["element"] for b in view["blocks"] if b["type"] == "input"}
    if unknown := answers.keys() - inputs.keys():
        raise LookupError(f"The modal does not ask for {', '.join(sorted(unknown))}.")
    return {
        block: {element["action_id"]: _entered(element, answers.get(block))}
        for block, element in inputs.items()
    }


def _entered(element: JSON, answer: str | None) -> JSON:
    kind = element["type"]
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": answer or element.get("initial_value")}
        case "datepicker":
            return {"type": kind, "selected_date": answer or element.get("initial_date")}
        case "checkboxes" | "multi_static_select":
            ticked = None if answer is None else [each for each in answer.split(",") if each]
            picked = element.get("initial_options", []) if ticked is None else ticked
            options = [_option(element, each) if ticked is not None else each for each in picked]
            return {"type": kind, "selected_options": options}
        case "multi_users_select":
            users = element.get("initial_users", []) if answer is None else answer.split(",")
            return {"type": kind, "selected_users": [user for user in users if user]}
        case "users_select":
            return {"type": kind, "selected_user": answer or element.get("initial_user")}
        case "conversations_select":
            chosen = answer or element.get("initial_conversation")
            return {"type": kind, "selected_conversation": chosen}
        case _:
            picked = _option(element, answer) if answer else element.get("initial_option")
            return {"type": kind, "selected_option": picked}
