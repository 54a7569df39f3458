"""Traits: what sites call the things that they know of somebody, and what Baton calls them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from core.domain.draft import ATTRIBUTES_LIMIT, TEXT_LIMIT
from core.domain.lead import Identity, Profile, Scalar
from core.domain.text import printable

# From what a site says, by its path, to a field or an attribute of the lead; blank: not kept.
# Case, blanks, hyphens and underscores make no difference. What is not named here becomes an
# attribute under the name that the site gives it.
TRAITS: Mapping[str, str] = MappingProxyType(
    {
        "email": "email",
        "phone": "phone",
        "phone number": "phone",
        "mobile": "phone",
        "name": "name",
        "full name": "name",
        "first name": "first_name",
        "last name": "last_name",
        "company": "company",
        "company.name": "company",
        "company name": "company",
        "organization": "company",
        "title": "title",
        "job title": "title",
        "position": "title",
        "country": "country",
        "address.country": "country",
        "company.address.country": "country",
        "employees": "employees",
        "company.employees": "employees",
        "company.employee count": "employees",
        "company.size": "employees",
        "company size": "employees",
        "industry": "industry",
        "company.industry": "industry",
        "website": "website",
        "company.website": "website",
        "company.id": "company_id",
        "avatar": "",
        "birthday": "",
        "gender": "",
        "ip": "",
        "password": "",
    }
)

_DEPTH = 4
_LEAVES = ATTRIBUTES_LIMIT - 10  # some room for what is known besides
_FIELDS = ("name", "company", "title", "country", "source", "campaign")
_FAR_EAST = "\u2e80"  # from here on people write the family name first


def described(
    traits: Mapping[str, Any], names: Mapping[str, str] = TRAITS
) -> tuple[Identity, Profile]:
    """Who somebody is by these traits, as a site sends them; `names` says what becomes what.

    What no lead can hold, such as a list of objects, is left out.
    """
    said: dict[str, Scalar] = {}
    wanted = {_folded(path): target for path, target in names.items()}
    for path, value in flat(traits).items():
        target = wanted.get(_folded(path), path)
        if target:
            said.setdefault(target, value)
    if "name" not in said:
        said["name"] = _whole_name(said.get("first_name"), said.get("last_name"))
    identity = Identity(_text(said.pop("email", None)), _text(said.pop("phone", None)))
    fields = {name: _text(said.pop(name, None)) for name in _FIELDS}
    return identity, Profile(**fields, attributes=said)


def flat(tree: Mapping[str, Any]) -> dict[str, Scalar]:
    """The texts, numbers and truths of a tree by their paths, as many as a lead can hold."""
    leaves: dict[str, Scalar] = {}
    for path, value in _leaves(tree, "", _DEPTH):
        if len(leaves) < _LEAVES:
            leaves.setdefault(path[:TEXT_LIMIT], value)
    return leaves


def _leaves(tree: Mapping[str, Any], above: str, depth: int) -> Iterator[tuple[str, Scalar]]:
    for said, value in tree.items():
        name = printable(said)
        if not name:
            continue
        match value:
            case dict():
                if depth > 1:
                    yield from _leaves(value, f"{above}{name}.", depth - 1)
            case list():
                texts = [part for part in value if isinstance(part, str)]
                if texts:
                    yield above + name, ", ".join(texts)[:TEXT_LIMIT]
            case str():
                if value.strip():
                    yield above + name, value[:TEXT_LIMIT]
            case bool():
                yield above + name, value
            case int() if abs(value) < 2**63:
                yield above + name, value
            case float() if math.isfinite(value):
                yield above + name, value


@lru_cache(maxsize=4096)
def _folded(path: str) -> str:
    return "".join(sign for sign in path.casefold() if sign.isalnum() or sign == ".")


def _whole_name(first: Scalar, last: Scalar) -> str | None:
    parts = [_text(first), _text(last)]
    if any(sign >= _FAR_EAST for part in parts for sign in part or ""):
        parts.reverse()
    return " ".join(part for part in parts if part)[:TEXT_LIMIT] or None


def _text(value: Scalar) -> str | None:
    return None if value is None or isinstance(value, bool) else str(value)
