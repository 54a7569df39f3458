"""How a definition and what it makes of a lead show themselves in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.domain.decay import Decay, HalfLife
from core.domain.definition import Definition, Group, Range, worded
from core.domain.difference import Change, Difference, Said
from core.domain.explanation import Explanation
from core.domain.lead import Signal
from core.domain.linting import Finding, Severity
from core.domain.phrase import Phrase, PhraseKind
from core.domain.text import printable
from core.services.checking import Reckoning

_WIDTH = 140  # characters, where nobody's terminal says otherwise
_SIGNALS = 3
_SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}


# What the linter found


def finding_lines(findings: Sequence[Finding], file: str) -> Iterator[str]:
    """One line for each finding, its advice once, then how many there are of which kind."""
    advised = ""
    for one in findings:
        at = f"{file}:{one.line}" if one.line else file
        about = f"{one.place}: " if one.place else ""
        yield printable(f"{at}: {one.severity}: {about}{one.problem}")
        if one.advice and one.advice != advised:
            yield f"    {one.advice}"
        advised = one.advice
    counts = [sum(one.severity is each for one in findings) for each in Severity]
    yield ", ".join(
        f"{count} {severity}{'' if count == 1 else 's'}"
        for count, severity in zip(counts, Severity, strict=True)
    )


# What became of a lead


def print_reckoning(of: Reckoning) -> None:
    """The whole reckoning of a lead as tables."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH, highlight=False)
    for line in _head(of):
        console.print(Text(printable(line)))
    explanation = of.explanation
    if explanation.excluded is not None:
        return
    console.print(_groups(of.definition, explanation))
    if explanation.rules:
        console.print(_rules(of))
    for line in _foot(of):
        console.print(Text(printable(line)))


def _head(of: Reckoning) -> Iterator[str]:
    explanation, lead = of.explanation, of.lead
    most = of.definition.range.most
    out_of = f" of {most:g}" if most is not None else ""
    parts = (
        f"{explanation.total:g}{out_of} points",
        str(explanation.temperature),
        f"grade {explanation.grade}" if explanation.grade else "",
        f"phase {explanation.phase}" if explanation.phase else "",
        "qualifies" if explanation.qualified else "does not qualify",
    )
    yield f"{lead.display_name} ({lead.id}), {lead.stage}"
    yield ", ".join(part for part in parts if part)
    yield f"by {of.label}, as of {explanation.as_of:%Y-%m-%d %H:%M %Z}"
    if explanation.excluded is not None:
        why = worded(explanation.excluded_because, "en")
        yield f"left out by {explanation.excluded}: {why}"


def _foot(of: Reckoning) -> Iterator[str]:
    explanation, definition = of.explanation, of.definition
    for hit in explanation.hot_criteria:
        seen = _signals(hit.signals, of)
        yield f"hot by {hit.id}: {worded(hit.why, 'en')}{f' ({seen})' if seen else ''}"
    for back in explanation.set_back:
        groups = ", ".join(back.groups) or "everything"
        yield f"set back: {groups}, by {back.id}: nothing before {back.at:%Y-%m-%d %H:%M} counts"
    if explanation.missing is not None:
        to_warm = explanation.total < definition.warm_from < definition.hot_from
        band = "warm" if explanation.temperature == "cold" and to_warm else "hot"
        yield f"{explanation.missing:g} points to {band}"
    if of.course is not None:
        offer = of.course.next
        comes = f"{offer.id} ({worded(offer.name, 'en')})" if offer else "nothing, it has all"
        track = of.course.track
        yield f"on the track {track.id} ({worded(track.name, 'en')}), to be sent next: {comes}"


def _groups(definition: Definition, explanation: Explanation) -> Table:
    table = _table(
        "group", "kind", "points>", "least>", "most>", "counts>", "forgets", title="Groups"
    )
    by_id = {group.id: group for group in definition.groups}
    for score in explanation.groups:
        group = by_id[score.id]
        capped = "" if score.raw == score.clamped else " *"
        table.add_row(
            Text(score.id),
            str(score.kind),
            f"{score.raw:g}",
            *_bounds(group.range),
            f"{score.clamped:g}{capped}",
            _forgets(group),
        )
    total = sum(score.clamped for score in explanation.groups)
    capped = "" if round(total, 2) == explanation.total else " *"
    bounds = _bounds(definition.range)
    table.add_row("total", "", f"{total:g}", *bounds, f"{explanation.total:g}{capped}", "")
    return table


def _rules(of: Reckoning) -> Table:
    table = _table(
        "group", "rule", "why", "points>", "x decay>", "gives>", "by", title="Rules that fired"
    )
    order = {group.id: number for number, group in enumerate(of.explanation.groups)}
    for rule in sorted(of.explanation.rules, key=lambda rule: (order[rule.group], -rule.given)):
        table.add_row(
            Text(rule.group),
            Text(rule.id),
            Text(printable(worded(rule.why, "en"))),
            f"{rule.points:g}",
            f"{rule.factor:.2f}",
            f"{rule.given:g}{' *' if rule.capped else ''}",
            Text(_signals(rule.signals, of)),
        )
    if any(rule.capped for rule in of.explanation.rules):
        table.caption = "* a limit or a bound took something away"
        table.caption_justify = "left"
    return table


def _signals(ids: Sequence[str], of: Reckoning) -> str:
    """The signals of these ids, the newest first, by day and what was done."""
    seen = [of.signals[id] for id in ids if id in of.signals]
    seen.sort(key=lambda signal: signal.occurred_at, reverse=True)
    more = f" and {len(ids) - _SIGNALS} more" if len(ids) > _SIGNALS else ""
    return "; ".join(map(_signal, seen[:_SIGNALS])) + more


def _signal(signal: Signal) -> str:
    told = next((str(value) for value in signal.properties.values() if value), "")
    return printable(f"{signal.occurred_at:%Y-%m-%d} {signal.kind} {told}".rstrip())


def _bounds(of: Range) -> tuple[str, str]:
    least, most = ("" if bound is None else f"{bound:g}" for bound in (of.least, of.most))
    return least, most


def _forgets(group: Group) -> str:
    return "" if group.decay is None else _decay(group.decay)


def _decay(decay: Decay) -> str:
    quiet = f" after {_span(decay.quiet)} quiet" if decay.quiet else ""
    if isinstance(decay, HalfLife):
        return f"half in {_span(decay.period)}{quiet}"
    return f"{decay.share:.0%} in {_span(decay.period)}{quiet}"


def _table(*columns: str, title: str) -> Table:
    """A table; a column whose name ends with > holds numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column.rstrip(">"), justify="right" if column.endswith(">") else "left")
    return table


# What differs


def difference_lines(old: str, new: str, found: Sequence[Difference]) -> Iterator[str]:
    """What `new` says otherwise than `old`, the weightiest first."""
    if not found:
        yield f"{old} and {new} mean the same."
        return
    counted = "1 difference" if len(found) == 1 else f"{len(found)} differences"
    yield f"{old} -> {new}: {counted}"
    for one in found:
        why = worded(one.why, "en")
        about = f"  ({why})" if why and one.aspect not in ("why", "offer") else ""
        yield printable(f"{_SIGNS[one.change]} {one.place}: {_change(one)}{about}")


def _change(one: Difference) -> str:
    match one.change:
        case Change.ADDED:
            return _said(one.after) if one.after is not None else "added"
        case Change.REMOVED:
            return f"was {_said(one.before)}" if one.before is not None else "removed"
        case Change.CHANGED:
            return f"{_said(one.before)} -> {_said(one.after)}"


def _said(value: Said | None) -> str:
    match value:
        case None:
            return "nothing"
        case Phrase():
            return _phrase(value)
        case timedelta():
            return _span(value) if value else "none"
        case str():
            return value
        case _:
            return f"{value:g}"


def _phrase(phrase: Phrase) -> str:
    """A phrase in the words of the language itself: short, and known to whoever writes it."""
    parts = [_phrase(part) for part in phrase.parts]
    within = f" within {_span(phrase.span)}" if phrase.span else ""
    number = f"{phrase.number:g}" if phrase.number is not None else ""
    texts = ", ".join(phrase.texts) + (" in any case" if phrase.fold else "")
    quiet = f" after {_span(phrase.quiet)} quiet" if phrase.quiet else ""
    of_which = f" ({' and '.join(parts)})" if parts else ""
    match phrase.kind:
        case PhraseKind.ALL | PhraseKind.ANY:
            joiner = " and " if phrase.kind is PhraseKind.ALL else " or "
            return joiner.join(f"({part})" if " or " in part else part for part in parts)
        case PhraseKind.NOT:
            return f"not ({parts[0]})"
        case PhraseKind.ATTRIBUTE | PhraseKind.PROPERTY:
            return " ".join((phrase.name, " and ".join(parts))).strip()
        case PhraseKind.GROUP:
            return f"points of {phrase.name} {' and '.join(parts)}"
        case PhraseKind.SEEN:
            return f"{phrase.name}{of_which}{within}"
        case PhraseKind.COUNT:
            unit = "" if phrase.unit == "event" else f" by {phrase.unit}"
            return f"{phrase.name}{of_which} {number} times{unit}{within}"
        case PhraseKind.SILENCE:
            return f"no {phrase.name}{of_which}{within}"
        case PhraseKind.LIMIT:
            return f"at most {number} in {_span(phrase.span)}" if phrase.span else f"{number} ever"
        case PhraseKind.HALF_LIFE:
            return f"half in {_span(phrase.span or timedelta())}{quiet}"
        case PhraseKind.LINEAR:
            return f"{number}% in {_span(phrase.span or timedelta())}{quiet}"
        case PhraseKind.SAID:
            return " / ".join(dict(phrase.why).values())
        case PhraseKind.NAMED:
            return texts
        case PhraseKind.PATH:
            return f"like {texts}"
        case PhraseKind.WITHIN:
            return f"in the last {_span(phrase.span or timedelta())}"
        case _:
            words = phrase.kind.replace("_", " ")
            return " ".join(part for part in (words, phrase.name, number, texts) if part)


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for letter, length in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{letter}"
    return f"{seconds}s"
