"""What people call the things of the business: stages, reasons, signals and people."""

from __future__ import annotations

from collections.abc import Iterable

from babel.numbers import format_decimal

from core.domain.addition import is_addition
from core.domain.explanation import Explanation
from core.domain.lead import Lead, Signal, SignalKind, Temperature
from core.domain.log import Door, Entry
from core.domain.past import IMPORTED
from core.domain.reasons import REASONS, Reason, ReasonClass, reason_named
from core.domain.resubmission import fields_named
from core.domain.stages import Stage, Verb
from handlers.i18n import Say
from handlers.slack.views.text import escape, is_user, mention, plain

_TOLD_BY = {
    SignalKind.PAGE: ("title", "path"),
    SignalKind.DOWNLOAD: ("document",),
    SignalKind.FORM: ("form",),
    SignalKind.ATTENDED: ("name",),
    SignalKind.EMAIL_CLICK: ("campaign",),
    SignalKind.CUSTOM: ("name",),
}
_PHASES = ("awareness", "consideration", "decision")  # of the definition that Baton starts with
_MACHINES = ("api", "baton", "segment")


def who(lead: Lead, say: Say) -> str:
    """The lead in a few words, such as "Jane Doe, CTO at Acme"; as strangers wrote it."""
    name, title, company = called(lead, say), lead.profile.title, lead.profile.company
    match title, company:
        case str(title), str(company):
            return say("who", name=name, title=plain(title, 60), company=plain(company, 60))
        case str(title), None:
            return say("who-title", name=name, title=plain(title, 60))
        case None, str(company):
            return say("who-company", name=name, company=plain(company, 60))
        case _:
            return name


def called(lead: Lead, say: Say) -> str:
    """The name with the courtesy of the language; an address gets none."""
    name = plain(lead.display_name, 80)
    return say("person", name=name) if lead.profile.name else name


def stage(of: Stage, say: Say) -> str:
    """The label of a stage."""
    return say(f"stage-{of.value}")


def verb(of: Verb, say: Say) -> str:
    """What was done, as the log says it."""
    return say(f"verb-{of.value}")


def temperature(of: Temperature | None, say: Say) -> str:
    """The label of a temperature, or that none is known."""
    return say(f"temperature-{of.value}") if of else say("temperature-unknown")


def door(of: Door, say: Say) -> str:
    """Through what a change came in."""
    return say(f"door-{of.value}")


def reason(id: str | None, say: Say, reasons: Iterable[Reason] = REASONS) -> str:
    """The label of a reason, which a workspace may have worded itself; else its id."""
    known = reason_named(id or "", reasons)
    if known is None:
        fields = fields_named(id or "")
        return plain(id or "") if fields is None else _mended(fields, say)
    return known.labels.get(say.locale) or say(f"reason-{known.id}")


def _mended(fields: Iterable[str], say: Say) -> str:
    return say("list-separator").join(say(f"label-{field}") for field in fields)


def reason_class(of: ReasonClass, say: Say) -> str:
    """The label of a class of reasons."""
    return say(f"reason-class-{of.value}")


def actor(id: str, say: Say) -> str:
    """Who did it, for marked text: a mention, or the name of a machine."""
    if is_user(id):
        return mention(id)
    return say(f"actor-{id}") if id in _MACHINES else escape(id)


def phase(id: str, say: Say) -> str:
    """What a phase of the journey is called; one that a team named itself has that name."""
    return say(f"phase-{id}") if id in _PHASES else plain(id, 60)


def signal(of: Signal, say: Say) -> str:
    """What a lead did, such as "Page viewed: /pricing"; as strangers wrote it."""
    if is_addition(of):
        label, comment = say("signal-added-by-hand"), of.properties.get("comment")
        return say("signal", label=label, what=plain(str(comment), 300)) if comment else label
    label = say(f"signal-{of.kind.value}")
    told = (of.properties.get(name) for name in _TOLD_BY[of.kind])
    what = next((str(value) for value in told if value not in (None, "")), None)
    return say("signal", label=label, what=plain(what, 100)) if what else label


def points(of: float, say: Say) -> str:
    """A number of points, to one decimal."""
    return str(format_decimal(round(of, 1) + 0.0, locale=say.locale)).replace("-", "−")


def whole(of: float, say: Say) -> str:
    """A score, without a fraction that nobody decides by."""
    return points(float(round(of)), say)


def score(of: float | None, at: Temperature | None, say: Say) -> str:
    """A score with its temperature, or that there is none yet."""
    if of is None:
        return say("score-unknown")
    return say("score", points=whole(of, say), temperature=temperature(at, say))


def reckoned(of: Explanation, say: Say) -> str:
    """What a lead scored when it was offered, or that nobody reckoned it then."""
    return score(None if of.imported else of.total, of.temperature, say)


def definition(label: str, say: Say) -> str:
    """Which version of the definition qualified a lead, for marked text."""
    if label == IMPORTED:
        return say("definition-imported")
    return say("definition", label=escape(label))


def signed(of: float, say: Say) -> str:
    """A number of points with its sign."""
    return f"+{points(of, say)}" if of > 0 else points(of, say)


def move(of: Entry, say: Say) -> str:
    """From which stage to which."""
    to = stage(of.to_stage, say)
    if of.from_stage is None:
        return to
    return say("move", before=stage(of.from_stage, say), after=to)
