"""Phrases: what a definition says, in the words of a language; plain text, as its authors wrote it.

Whoever puts it into marked text escapes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from core.domain.definition import Wording, worded
from core.domain.lead import SignalKind, Temperature
from core.domain.phrase import Phrase, PhraseKind
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.text import plain

TEXTS_SHOWN = 8
_KINDS = frozenset(kind.value for kind in SignalKind)
_UNITS = (
    ("span-days", timedelta(days=1)),
    ("span-hours", timedelta(hours=1)),
    ("span-minutes", timedelta(minutes=1)),
)
_SEVERAL = (PhraseKind.ALL, PhraseKind.ANY)


def phrased(phrase: Phrase, say: Say) -> str:
    """The phrase as part of a sentence."""
    return _PHRASES[phrase.kind](phrase, say)


def either(phrases: Iterable[Phrase], say: Say) -> str:
    """Phrases of which each suffices by itself."""
    return say("phrase-alternatives").join(phrased(phrase, say) for phrase in phrases)


def length(of: timedelta, say: Say) -> str:
    """A length of time to the letter, such as "14 days", in the largest unit that fits it."""
    for name, unit in _UNITS:
        if of % unit == timedelta() and of:
            return say(name, count=of // unit)
    return say("span-seconds", count=of.total_seconds())


def own_words(why: Wording, otherwise: str, say: Say) -> str:
    """A part's own sentence, or what it is called where it has none."""
    return plain(worded(why, say.locale) or otherwise)


def _apart(phrase: Phrase, say: Say) -> str:
    """A phrase that stands beside others; one of several parts is kept together."""
    text = phrased(phrase, say)
    several = phrase.kind in _SEVERAL and len(phrase.parts) > 1
    return say("phrase-together", text=text) if several else text


def _all(phrase: Phrase, say: Say) -> str:
    return say("phrase-and").join(_apart(part, say) for part in phrase.parts)


def _any(phrase: Phrase, say: Say) -> str:
    return say("phrase-or").join(_apart(part, say) for part in phrase.parts)


def _not(phrase: Phrase, say: Say) -> str:
    return say("phrase-not", text=say("phrase-together", text=_all(phrase, say)))


def _number(phrase: Phrase, say: Say) -> str:
    return names.points(phrase.number or 0.0, say)


def _listed(texts: Iterable[str], say: Say) -> str:
    shown = [plain(text, 80) for text in texts]
    more = len(shown) - TEXTS_SHOWN
    if more > 0:
        shown = [*shown[:TEXTS_SHOWN], say("more-lines", count=more)]
    return say("phrase-list-separator").join(shown)


def _quoted(phrase: Phrase, say: Say) -> str:
    return _listed((say("quote", text=plain(text, 80)) for text in phrase.texts), say)


def _asked(phrase: Phrase, say: Say) -> str:
    """An attribute or a property, with what it has to be."""
    return say("phrase-attribute", name=plain(phrase.name, 60), what=_all(phrase, say))


def _group(phrase: Phrase, say: Say) -> str:
    return say("phrase-group", name=plain(phrase.name, 60), what=_all(phrase, say))


def _criterion(phrase: Phrase, say: Say) -> str:
    return own_words(phrase.why, phrase.name, say)


def _signal(phrase: Phrase, say: Say) -> str:
    """What somebody does, such as "Page viewed (path is like /pricing*)"."""
    kind = phrase.name
    label = say(f"signal-{kind}") if kind in _KINDS else say("phrase-any-signal")
    return say("with-note", line=label, note=_all(phrase, say)) if phrase.parts else label


def _within(text: str, phrase: Phrase, say: Say) -> str:
    if phrase.span is None:
        return text
    return say("phrase-lately", what=text, span=length(phrase.span, say))


def _seen(phrase: Phrase, say: Say) -> str:
    return _within(_signal(phrase, say), phrase, say)


def _count(phrase: Phrase, say: Say) -> str:
    what, count = _signal(phrase, say), int(phrase.number or 0)
    match phrase.unit:
        case "" | "event":
            text = say("phrase-count", what=what, count=count)
        case "day":
            text = say("phrase-count-days", what=what, count=count)
        case "session":
            text = say("phrase-count-visits", what=what, count=count)
        case name:
            text = say("phrase-count-distinct", what=what, count=count, name=plain(name, 60))
    return _within(text, phrase, say)


def _silence(phrase: Phrase, say: Say) -> str:
    span = length(phrase.span or timedelta(), say)
    return say("phrase-silence", what=_signal(phrase, say), span=span)


def _limit(phrase: Phrase, say: Say) -> str:
    count = int(phrase.number or 0)
    if phrase.span is None:
        return say("phrase-limit-ever", count=count)
    return say("phrase-limit", count=count, span=length(phrase.span, say))


def _half_life(phrase: Phrase, say: Say) -> str:
    text = say("phrase-half-life", span=length(phrase.span or timedelta(), say))
    return _when_quiet(text, phrase, say)


def _linear(phrase: Phrase, say: Say) -> str:
    span = length(phrase.span or timedelta(), say)
    text = say("phrase-linear", share=(phrase.number or 0.0) / 100, span=span)
    return _when_quiet(text, phrase, say)


def _when_quiet(text: str, phrase: Phrase, say: Say) -> str:
    if not phrase.quiet:
        return text
    return say("phrase-quiet", what=text, span=length(phrase.quiet, say))


_PHRASES: Mapping[PhraseKind, Callable[[Phrase, Say], str]] = {
    PhraseKind.ALL: _all,
    PhraseKind.ANY: _any,
    PhraseKind.NOT: _not,
    PhraseKind.POINTS: lambda of, say: say("phrase-points", points=_number(of, say)),
    PhraseKind.BELOW: lambda of, say: say("phrase-below", points=_number(of, say)),
    PhraseKind.GRADE: lambda of, say: say("phrase-grade", grades=_listed(of.texts, say)),
    PhraseKind.BAND: lambda of, say: say(
        "phrase-band", temperature=names.temperature(Temperature(of.name), say)
    ),
    PhraseKind.HOT: lambda _, say: say("phrase-hot"),
    PhraseKind.NOT_HOT: lambda _, say: say("phrase-not-hot"),
    PhraseKind.CRITERION: _criterion,
    PhraseKind.REACHABLE: lambda _, say: say("phrase-reachable"),
    PhraseKind.UNREACHABLE: lambda _, say: say("phrase-unreachable"),
    PhraseKind.REST: lambda _, say: say("phrase-rest"),
    PhraseKind.GROUP: _group,
    PhraseKind.ATTRIBUTE: _asked,
    PhraseKind.PROPERTY: _asked,
    PhraseKind.IS: lambda of, say: say("phrase-is", texts=_quoted(of, say)),
    PhraseKind.IS_NOT: lambda of, say: say("phrase-is-not", texts=_quoted(of, say)),
    PhraseKind.GTE: lambda of, say: say("phrase-gte", number=_number(of, say)),
    PhraseKind.GT: lambda of, say: say("phrase-gt", number=_number(of, say)),
    PhraseKind.LTE: lambda of, say: say("phrase-lte", number=_number(of, say)),
    PhraseKind.LT: lambda of, say: say("phrase-lt", number=_number(of, say)),
    PhraseKind.EXISTS: lambda _, say: say("phrase-exists"),
    PhraseKind.MISSING: lambda _, say: say("phrase-missing"),
    PhraseKind.CONTAINS: lambda of, say: say("phrase-contains", texts=_quoted(of, say)),
    PhraseKind.DOMAIN: lambda of, say: say("phrase-domain", texts=_listed(of.texts, say)),
    PhraseKind.PATH: lambda of, say: say("phrase-path", texts=_listed(of.texts, say)),
    PhraseKind.WITHIN: lambda of, say: say(
        "phrase-moment-within", span=length(of.span or timedelta(), say)
    ),
    PhraseKind.SINCE: lambda of, say: say("phrase-moment-since", day=_listed(of.texts, say)),
    PhraseKind.SEEN: _seen,
    PhraseKind.COUNT: _count,
    PhraseKind.SILENCE: _silence,
    PhraseKind.LIMIT: _limit,
    PhraseKind.HALF_LIFE: _half_life,
    PhraseKind.LINEAR: _linear,
    PhraseKind.NAMED: lambda of, say: _listed(of.texts, say),
    PhraseKind.SAID: _criterion,
}
