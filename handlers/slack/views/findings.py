"""Findings in sentences: what a digest opens with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.domain.findings import Finding, Topic
from core.domain.measures import Change
from handlers.i18n import Say, Value
from handlers.slack.views import figures
from handlers.slack.views.text import plain


@dataclass(frozen=True, slots=True)
class Called:
    """What rules and reasons are called in the reader's language, by their ids."""

    rule: Callable[[str], str]
    reason: Callable[[str], str]


def finding(of: Finding, say: Say, called: Called) -> str:
    """One finding as a sentence, plain text; what strangers named is in it as they wrote it."""
    values: dict[str, Value] = {
        "part": of.share.part,
        "whole": of.share.whole,
        "rate": figures.rate(of.share, say),
        "few": "yes" if of.share.is_few else "no",
        "before": figures.rate(of.before, say) if of.before else "",
        "change": _direction(of),
        "name": _named(of, called),
        "source": "some" if of.topic is Topic.LATE and of.name else "none",
        "most": of.most,
    }
    return say(f"finding-{of.topic.value}", **values)


def _direction(of: Finding) -> str:
    if of.before is None or of.before.is_few or of.share.is_few or of.change is None:
        return "none"
    return _sign(of.change) if of.change.real else "same"


def _sign(change: Change) -> str:
    return "up" if change.by > 0 else "down"


def _named(of: Finding, called: Called) -> str:
    match of:
        case Finding(name=None):
            return ""
        case Finding(topic=Topic.CRITICISM, name=str(name)):
            return plain(called.rule(name), 100)
        case Finding(topic=Topic.REASON, name=str(name)):
            return called.reason(name)
        case _:
            return plain(of.name or "", 60)
