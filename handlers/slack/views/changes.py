"""Changes: what one definition says otherwise than another, the weightiest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from core.domain.definition import Definition
from core.domain.difference import Change, Difference, Said, Subject, diff
from core.domain.phrase import Phrase
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.blocks import NOTHING
from handlers.slack.views.phrases import length, own_words, phrased
from handlers.slack.views.text import clip, escape, plain

VALUE_SHOWN = 160
LINE_LIMIT = 500
_SWITCHES = {"on": "yes", "off": "no"}
_BANDS = ("hot", "warm")


def changes(old: Definition, new: Definition, say: Say) -> Sequence[str]:
    """A line of marked text for each difference; none where both mean the same."""
    return [
        say("bullet", text=escape(changed(difference, say), LINE_LIMIT))
        for difference in diff(old, new)
    ]


def changed(of: Difference, say: Say) -> str:
    """One difference as a sentence of plain text."""
    if of.change is Change.CHANGED:
        return _altered(of, say)
    subject, name = say(f"subject-{of.subject.value}"), _name(of, say)
    said = of.after if of.change is Change.ADDED else of.before
    if of.subject is Subject.RULE and isinstance(said, int | float):
        name = say("with-note", line=name, note=say("points", points=names.signed(said, say)))
    key = "change-added" if of.change is Change.ADDED else "change-removed"
    return say(key, subject=subject, name=name)


def _altered(of: Difference, say: Say) -> str:
    before, after = _value(of.before, of, say), _value(of.after, of, say)
    if of.subject is Subject.RULE and of.aspect == "points":
        return say("change-points", name=_name(of, say), before=before, after=after)
    values = {"aspect": _aspect(of, say), "before": before, "after": after}
    if not of.id:
        return say("change-whole", **values)
    return say("change-part", name=_name(of, say), **values)


def _name(of: Difference, say: Say) -> str:
    return own_words(of.why, of.id, say)


def _aspect(of: Difference, say: Say) -> str:
    if of.subject is Subject.MATRIX:
        return say("aspect-grade", grade=plain(of.aspect, 60))
    if of.subject is Subject.QUALIFY:
        return say("aspect-qualify")
    if of.subject is Subject.BANDS and of.aspect in _BANDS:
        return say(f"aspect-{of.aspect}-from")
    return say(f"aspect-{of.aspect.replace('_', '-')}")


def _value(said: Said | None, of: Difference, say: Say) -> str:
    match said:
        case None:
            return NOTHING
        case Phrase():
            return clip(phrased(said, say), VALUE_SHOWN)
        case timedelta():
            return length(said, say) if said else NOTHING
        case int() | float():
            return names.points(said, say)
        case str() if said in _SWITCHES:
            return say(_SWITCHES[said])
        case str() if of.aspect == "kind":
            return say(f"group-{said}")
        case _:
            return plain(said, VALUE_SHOWN)
