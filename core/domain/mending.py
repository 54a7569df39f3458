"""Mending: read a broken definition on past its errors, so that all of them can be told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.domain.definition import SCHEMA, Definition, parse
from core.errors import DefinitionInvalid

_MOST = 100
_STEPS = re.compile(r"\[(\d+)\]|([^.\[]+)")
_MEANT = re.compile(r'^unknown (key|name).*did you mean "(.+)"\?')
_MISSING = re.compile(r'^"(\w+)" is missing')
_TRUE = {"reachable": True}


def errors(tree: Mapping[str, object]) -> tuple[list[DefinitionInvalid], Definition | None]:
    """Every error in a tree, in the order of reading, and the definition where there is none.

    What is wrong is taken away and the rest read again. An error that is only the consequence of
    that is not told; it makes the whole part around it go.
    """
    mended = _copy(dict(tree))
    found: list[DefinitionInvalid] = []
    for _ in range(_MOST):
        try:
            definition = parse(mended)
        except DefinitionInvalid as error:
            if not _follows(error, found):
                found.append(error)
            if not _mend(mended, error):
                break
        else:
            return found, None if found else definition
    return found, None


def _follows(error: DefinitionInvalid, found: list[DefinitionInvalid]) -> bool:
    """Whether an earlier error lies in the same part, or named the grades that are missed now."""
    grades_are_gone = any(_top(one.place) == "matrix" for one in found)
    if grades_are_gone and "grade" in error.place:
        return True
    return error.place != "definition" and any(_is_in(one.place, error.place) for one in found)


def _is_in(place: str, around: str) -> bool:
    return place == around or (place.startswith(around) and place[len(around)] in ".[")


def _mend(tree: dict[str, Any], error: DefinitionInvalid) -> bool:
    """Take what was meant, else take away what is wrong; False where that is beyond us."""
    steps = _steps(error.place)
    if error.place == "definition":
        return _complete(tree, error)
    around = _around(tree, steps)
    if isinstance(around, dict) and steps[-1] in around and _guess(around, steps[-1], error):
        return True
    if len(steps) > 2 and isinstance(around, dict) and steps[-1] in around:
        # A key only. Elements of a list stay, so that the others keep their places.
        del around[steps[-1]]
        return True
    return _replace(tree, steps)


def _around(tree: dict[str, Any], steps: list[str | int]) -> object:
    at: Any = tree
    for step in steps[:-1]:
        known = isinstance(at, dict) and step in at
        listed = isinstance(at, list) and isinstance(step, int) and step < len(at)
        if not known and not listed:
            return None
        at = at[step]
    return at


def _guess(around: dict[Any, Any], wrong: str | int, error: DefinitionInvalid) -> bool:
    """Read on as if the nearest known name had been written."""
    meant = _MEANT.search(error.problem)
    if meant is None:
        return False
    kind, name = meant.groups()
    if kind == "name" and isinstance(around[wrong], str):
        around[wrong] = name
        return True
    if kind == "key" and name not in around:
        around[name] = around.pop(wrong)
        return True
    return False


def _replace(tree: dict[str, Any], steps: list[str | int]) -> bool:
    """Put something sound in the place of a whole part."""
    top = str(steps[0])
    part = tree.get(top)
    if isinstance(part, list) and len(steps) > 1 and isinstance(steps[1], int):
        part[steps[1]] = _sound_element(top, steps[1], tree)
    elif top == "nurturing" and _replace_there(part, steps[1:]):
        return True
    elif top == "groups" and isinstance(part, dict) and len(steps) > 1:
        part[str(steps[1])] = {"kind": "fit"}
    elif (sound := _sound(top, tree)) is not None and part != sound:
        tree[top] = sound
    elif top in tree:
        del tree[top]
    else:
        return False
    return True


def _replace_there(nurturing: object, steps: list[str | int]) -> bool:
    """Put something sound in the place of an offer or a track, under the id that it has."""
    match steps:
        case ["offers" | "tracks" as part, int(number), *_] if isinstance(nurturing, dict):
            offers = [one for one in _listed(nurturing, "offers") if isinstance(one.get("id"), str)]
            written = _listed(nurturing, part)[number]
            id = written.get("id") if isinstance(written.get("id"), str) else f"? {number}"
            sound: dict[str, object] = {"id": id, "name": "?"}
            if part == "tracks":
                sound["offers"] = [one["id"] for one in offers[:1]]
            if written == sound or sound.get("offers") == []:
                return False
            nurturing[part][number] = sound
            return True
        case _:
            return False


def _listed(table: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """The elements of a list of tables; whatever is none counts as an empty one."""
    each = table.get(key)
    return [one if isinstance(one, dict) else {} for one in each] if isinstance(each, list) else []


def _complete(tree: dict[str, Any], error: DefinitionInvalid) -> bool:
    """Add the part that is missing."""
    missing = _MISSING.match(error.problem)
    if missing is None or missing[1] in tree:
        return False
    tree[missing[1]] = _sound(missing[1], tree)
    return True


def _sound(top: str, tree: Mapping[str, Any]) -> object:
    match top:
        case "schema":
            return SCHEMA
        case "name":
            return "?"
        case "bands":
            return {"hot": 70, "warm": 40}
        case "groups":
            return {group: {"kind": "fit"} for group in _groups(tree)}
        case "qualify":
            return {"when": _TRUE}
        case "rules" | "exclude" | "hot" | "journey" | "reset":
            return []
        case _:
            return None


def _groups(tree: Mapping[str, Any]) -> list[str]:
    """The groups that the rules speak of."""
    rules = tree.get("rules")
    named = (
        [rule.get("group") for rule in rules if isinstance(rule, dict)]
        if isinstance(rules, list)
        else []
    )
    return sorted({name for name in named if isinstance(name, str)}) or ["?"]


def _sound_element(top: str, number: int, tree: Mapping[str, Any]) -> dict[str, object]:
    id = f"? {number}"
    match top:
        case "rules":
            groups = tree.get("groups")
            group = next(iter(groups), "?") if isinstance(groups, dict) else "?"
            return {"id": id, "group": group, "points": 1, "why": id, "when": _TRUE}
        case "journey":
            return {"phase": id, "when": _TRUE}
        case _:
            return {"id": id, "when": _TRUE}


def _top(place: str) -> str:
    return str(_steps(place)[0])


def _steps(place: str) -> list[str | int]:
    return [int(number) if number else name for number, name in _STEPS.findall(place)]


def _copy(value: Any) -> Any:
    """A copy that may be changed."""
    if isinstance(value, Mapping):
        return {key: _copy(each) for key, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value
