"""Conditions: of which leads a rule of routing speaks, as people type and read it, line by line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_LINE = re.compile(
    r"([\w.-]+)\s*(>=|<=|=|>|<|(?:not[ _]in|in|contains|domain_in|exists|missing)(?=\s|$))\s*(.*)"
)
_SPELT = {"=": "eq", ">=": "gte", ">": "gt", "<=": "lte", "<": "lt", "not in": "not_in"}
_SHOWN = {name: sign for sign, name in _SPELT.items()}
_SEVERAL = ("in", "not_in", "domain_in")
_BARE = ("exists", "missing")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


def typed(text: str) -> list[list[object]] | str:
    """The tests of a rule, each as attribute, operator and value; or the line that is none."""
    tests: list[list[object]] = []
    for line in unicodedata.normalize("NFKC", text).replace("、", ",").splitlines():
        if not line.strip():
            continue
        said = _LINE.fullmatch(line.strip())
        if said is None:
            return line.strip()
        operator = _SPELT.get(said[2], said[2].replace(" ", "_"))
        values = [_scalar(part.strip()) for part in said[3].split(",") if part.strip()]
        if bool(values) == (operator in _BARE) or (len(values) > 1 and operator not in _SEVERAL):
            return line.strip()
        value = True if operator in _BARE else values if operator in _SEVERAL else values[0]
        tests.append([said[1], operator, value])
    return tests


def shown(tests: Sequence[tuple[str, str, object]]) -> str:
    """The tests of a rule as they may be typed."""
    return "\n".join(_line(*test) for test in tests)


def _line(attribute: str, operator: str, value: object) -> str:
    if operator in _BARE:
        return f"{attribute} {operator}"
    values = value if isinstance(value, list | tuple) else (value,)
    return f"{attribute} {_SHOWN.get(operator, operator)} {', '.join(map(_word, values))}"


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _scalar(text: str) -> object:
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return {"yes": True, "no": False}.get(text.lower(), text)
