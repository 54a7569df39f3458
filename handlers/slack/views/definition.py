"""The definition: what counts as hot, warm, cold and MQL today, in sentences a rep understands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from slack_sdk.models.blocks import Block, DividerBlock

from core.domain.agreement import Version
from core.domain.definition import load, worded
from core.domain.phrase import Phrase
from core.domain.policy import Policy
from core.domain.reasons import Reason, ReasonClass
from core.domain.roles import Team
from core.domain.summary import GroupSummary, RuleSummary, Summary, TrackSummary, summary
from core.errors import DefinitionInvalid
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.blocks import NOTHING, context, header, told
from handlers.slack.views.message import Message
from handlers.slack.views.phrases import either, length, phrased
from handlers.slack.views.text import escape, lines, linked, plain, when

SENTENCE_LIMIT = 900
GROUPS_SHOWN = 8
TRACKS_SHOWN = 8
LINE_LIMIT = 300


def definition(
    version: Version,
    waiting: Sequence[tuple[Version, str | None]],
    say: Say,
    *,
    policy: Policy,
) -> Message:
    """The version in force and who signed it; `waiting` are open proposals with a link to each."""
    try:
        told_of = summary(load(version.text))
    except DefinitionInvalid as unreadable:
        text = say("definition-unreadable", problem=escape(str(unreadable)))
        return Message(text, [header(version.label), told(text)])
    hot = escape(either(told_of.hot, say), SENTENCE_LIMIT)
    blocks = [
        header(say("definition-title", name=told_of.name, label=version.label)),
        told(_bands(told_of, say)),
        told(say("definition-mql", what=escape(phrased(told_of.mql, say), SENTENCE_LIMIT))),
        *_manners(told_of, say),
        DividerBlock(),
        told(say("heading", text=say("definition-groups"))),
        *(told(_group(group, say)) for group in told_of.groups[:GROUPS_SHOWN]),
        *_conditions(told_of, say),
        *_tracks(told_of, say, policy.reasons),
        DividerBlock(),
        told(_signed(version, say, policy)),
        *(told(_waiting(each, link, say)) for each, link in waiting[:GROUPS_SHOWN]),
    ]
    return Message(say("definition-text", label=escape(version.label), hot=hot), blocks)


def _bands(told_of: Summary, say: Say) -> str:
    hot, warm, cold = (
        escape(either(phrases, say) or NOTHING, SENTENCE_LIMIT)
        for phrases in (told_of.hot, told_of.warm, told_of.cold)
    )
    bands = [
        say("definition-hot", what=hot),
        say("definition-warm", what=warm),
        say("definition-cold", what=cold),
    ]
    return lines(bands, say)


def _manners(told_of: Summary, say: Say) -> list[Block]:
    """How long a lead stays hot, and how long it is left alone."""
    stays, rests = told_of.stays_hot_from, told_of.cools_off
    said = [
        *([say("definition-stays", points=names.points(stays, say))] if stays is not None else []),
        *([say("definition-rests", span=length(rests, say))] if rests > timedelta() else []),
    ]
    return [context(*said)] if said else []


def _group(group: GroupSummary, say: Say) -> str:
    title = say(
        "definition-group",
        kind=say(f"group-{group.kind.value}"),
        group=escape(group.id),
        bounds=_bounds(group, say),
    )
    fades = group.forgets
    forgets = [say("definition-forgets", what=phrased(fades, say))] if fades else []
    rules = [say("bullet", text=escape(_rule(rule, say), 300)) for rule in group.strongest]
    more = [say("more-lines", count=group.others)] if group.others else []
    return lines([title, *rules, *more, *forgets], say)


def _bounds(group: GroupSummary, say: Say) -> str:
    least, most = group.range.least, group.range.most
    if least is None and most is None:
        return ""
    ends = (NOTHING if end is None else names.points(end, say) for end in (least, most))
    return say("definition-bounds", **dict(zip(("least", "most"), ends, strict=True)))


def _rule(rule: RuleSummary, say: Say) -> str:
    key = "definition-rule-each" if rule.each and rule.limit is None else "definition-rule"
    why = worded(rule.why, say.locale) or rule.id
    line = say(key, points=names.signed(rule.points, say), why=why)
    return say("with-note", line=line, note=phrased(rule.limit, say)) if rule.limit else line


def _conditions(told_of: Summary, say: Say) -> list[Block]:
    """Who is left out, and what takes points away again."""
    left_out, resets = (_sentence(each, say) for each in (told_of.left_out, told_of.resets))
    return [
        *([told(say("definition-left-out", what=left_out))] if left_out else []),
        *([told(say("definition-resets", what=resets))] if resets else []),
    ]


def _tracks(told_of: Summary, say: Say, reasons: Sequence[Reason]) -> list[Block]:
    """What leads get that came back."""
    shown = [_track(each, say, reasons) for each in told_of.tracks[:TRACKS_SHOWN]]
    if not shown:
        return []
    more = len(told_of.tracks) - len(shown)
    rest = [say("more-lines", count=more)] if more else []
    return [told(lines([say("definition-tracks"), *shown, *rest], say))]


def _track(track: TrackSummary, say: Say, reasons: Sequence[Reason]) -> str:
    why = _listed([_reason(name, say, reasons) for name in track.reasons], say)
    when = _listed([names.phase(name, say) for name in track.phases], say)
    whom = [*([why] if why else []), *([say("track-phase", phases=when)] if when else [])]
    offers = say("track-then").join(worded(name, say.locale) for name in track.offers)
    name = worded(track.name, say.locale) or track.id
    line = say("with-note", line=name, note=say("phrase-and").join(whom)) if whom else name
    return say("bullet", text=escape(say("track-line", track=line, offers=offers), LINE_LIMIT))


def _reason(name: str, say: Say, reasons: Sequence[Reason]) -> str:
    if name in _CLASSES:
        return names.reason_class(ReasonClass(name), say)
    return names.reason(name, say, reasons)


_CLASSES = frozenset(ReasonClass)


def _listed(texts: Sequence[str], say: Say) -> str:
    return say("phrase-list-separator").join(plain(text, 60) for text in texts)


def _sentence(phrases: Sequence[Phrase], say: Say) -> str:
    return escape(either(phrases, say), SENTENCE_LIMIT)


def _signed(version: Version, say: Say, policy: Policy) -> str:
    since = [
        say("definition-since", when=when(at, zone=policy.zone, say=say))
        for at in (version.active_from,)
        if at is not None
    ]
    if set(version.signatures) != set(Team):
        return lines([say("definition-shipped"), *since], say)
    marketing, sales = (
        names.actor(version.signatures[team].by, say) for team in (Team.MARKETING, Team.SALES)
    )
    return lines([say("definition-signed", marketing=marketing, sales=sales), *since], say)


def _waiting(version: Version, link: str | None, say: Say) -> str:
    missing = [say(f"team-{team.value}") for team in Team if team not in version.signatures]
    text = say(
        "definition-waiting",
        label=escape(version.label),
        who=names.actor(version.proposed_by, say),
        teams=say("phrase-list-separator").join(missing),
    )
    return lines([text, *([linked(link, say("definition-open"))] if link else [])], say)
