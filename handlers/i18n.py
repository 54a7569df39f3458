"""Languages: every sentence that a person reads comes from here, in English or Japanese."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Protocol

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Message

FALLBACK = "en"
LANGUAGES = (FALLBACK, "ja")
Value = str | int | float | date | datetime


class Say(Protocol):
    """Says a sentence of the catalogue, in one language."""

    @property
    def locale(self) -> str:
        """The language as two letters."""
        ...

    def __call__(self, key: str, /, **values: Value) -> str:
        """The sentence under `key` with its values filled in; KeyError where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class _Speaker:
    locale: str
    bundles: tuple[FluentBundle, ...]

    def __call__(self, key: str, /, **values: Value) -> str:
        for bundle in self.bundles:
            if bundle.has_message(key):
                return _filled(bundle, key, values)
        raise KeyError(f"no sentence is called {key}")


@lru_cache(maxsize=8)
def speak(locale: str | None) -> Say:
    """The voice of a language such as `ja` or `ja-JP`; English where we do not know it."""
    language = (locale or FALLBACK).replace("_", "-").partition("-")[0].lower()
    if language not in LANGUAGES:
        language = FALLBACK
    spoken = dict.fromkeys((language, FALLBACK))
    return _Speaker(language, tuple(_bundle(each) for each in spoken))


def keys(locale: str) -> set[str]:
    """The names of all sentences that this language has of its own."""
    resources = map(FluentResource, catalogues(locale).values())
    return {
        entry.id.name
        for resource in resources
        for entry in resource.body
        if isinstance(entry, Message)
    }


def catalogues(language: str) -> dict[str, str]:
    """The texts of a language's catalogues by file name."""
    folder = files("handlers").joinpath("locales", language)
    found = (file for file in folder.iterdir() if file.name.endswith(".ftl"))
    return {file.name: file.read_text(encoding="utf-8") for file in found}


def _filled(bundle: FluentBundle, key: str, values: dict[str, Value]) -> str:
    pattern = bundle.get_message(key).value
    if pattern is None:
        raise KeyError(f"{key} says nothing")
    text, faults = bundle.format_pattern(pattern, values)
    if faults:
        raise KeyError(f"{key} could not be said: {faults}")
    return str(text)


@lru_cache(maxsize=len(LANGUAGES))
def _bundle(language: str) -> FluentBundle:
    # Marks that isolate the direction of each value would show as boxes in Slack.
    bundle = FluentBundle([language], use_isolating=False)
    for catalogue in catalogues(language).values():
        bundle.add_resource(FluentResource(catalogue))
    return bundle
