"""The proposal: a definition that both teams are asked to sign, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    DividerBlock,
    InputBlock,
    PlainTextInputElement,
)
from slack_sdk.models.views import View

from core.domain.agreement import COMMENT_LIMIT, AlreadySigned, CommentNeeded, Version
from core.domain.backtest import Summary, from_json
from core.domain.definition import load
from core.domain.definition_log import Act, ActRecord
from core.domain.policy import Policy
from core.domain.roles import Team
from core.domain.versions import State, Verb
from core.errors import DefinitionInvalid
from core.services.agreement import Dossier
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import (
    actions,
    button,
    context,
    header,
    plain_text,
    said,
    told,
)
from handlers.slack.views.changes import changes
from handlers.slack.views.message import Message
from handlers.slack.views.text import TEXT_LIMIT, escape, is_user, lines, plain, when
from handlers.slack.views.trial import trial, whole_trial

CHANGES_SHOWN = 8
SECTIONS_SHOWN = 20
TITLE_LIMIT = 24
COMMENT_SHOWN = 1000
COMMENT_MOST = min(COMMENT_LIMIT, 3000)

_read = lru_cache(maxsize=64)(load)


def proposal(dossier: Dossier, say: Say, *, teams: Sequence[Team]) -> Message:
    """What hangs in the channel of these teams: open with buttons, then what became of it."""
    version = dossier.version
    title = say(f"proposal-{_title(version)}", label=version.label)
    changed = what_changes(dossier, say)
    if version.state is State.PROPOSED:
        content = _open(dossier, say, changed)
        text = _text(dossier, say, len(changed))
    else:
        content, text = _settled(dossier, say), title
    row = actions("proposal", _buttons(dossier, say, teams))
    return Message(text, [header(title), *content, row])


def _title(version: Version) -> str:
    return "open" if version.state is State.PROPOSED else version.state.value


def _text(dossier: Dossier, say: Say, count: int) -> str:
    version = dossier.version
    if not is_user(version.proposed_by):
        return say("proposal-text-terminal", label=version.label, count=count)
    who = names.actor(version.proposed_by, say)
    return say("proposal-text", who=who, label=version.label, count=count)


def _open(dossier: Dossier, say: Say, changed: Sequence[str]) -> list[Block]:
    version, policy = dossier.version, dossier.policy
    shown = lines([*changed[:CHANGES_SHOWN], *_rest(changed, say)], say)
    return [
        told(_by(dossier, say)),
        *_words(dossier.acts, Verb.PROPOSE, say),
        *_older_base(dossier, say),
        told(say("heading", text=say("proposal-changes"))),
        told(shown or say("change-none")),
        told(say("heading", text=say("proposal-tried"))),
        *_tried(version, say, policy),
        DividerBlock(),
        told(signatures(version, say, policy)),
        context(say("proposal-next")),
    ]


def _rest(changed: Sequence[str], say: Say) -> list[str]:
    rest = len(changed) - CHANGES_SHOWN
    return [say("more-lines", count=rest)] if rest > 0 else []


def _by(dossier: Dossier, say: Say) -> str:
    by, before = dossier.version.proposed_by, _label(dossier.before)
    if not is_user(by):
        return say("proposal-by-terminal", before=before)
    return say("proposal-by", who=names.actor(by, say), before=before)


def _label(version: Version | None) -> str:
    return escape(version.label) if version else "–"


def _older_base(dossier: Dossier, say: Say) -> list[Block]:
    base, now = dossier.version.based_on, dossier.now
    if base is None or now is None or base >= now.number:
        return []
    return [told(say("proposal-older-base", base=base, now=_label(now)))]


def _tried(version: Version, say: Say, policy: Policy) -> list[Block]:
    tried = _measured(version)
    if tried is None:
        return [told(say("proposal-untried"))]
    return trial(tried, say, zone=policy.zone)


def _measured(version: Version) -> Summary | None:
    return from_json(json.loads(version.measured)) if version.measured else None


def _settled(dossier: Dossier, say: Say) -> list[Block]:
    return [
        told(_outcome(dossier, say)),
        *_words(dossier.acts, Verb.DECLINE, say),
        told(signatures(dossier.version, say, dossier.policy)),
        *_afterwards(dossier, say),
    ]


def _outcome(dossier: Dossier, say: Say) -> str:
    """What became of it, when, and by whom."""
    version, zone = dossier.version, dossier.policy.zone
    ended = when(version.ended_at, zone=zone, say=say) if version.ended_at else ""
    began = when(version.active_from, zone=zone, say=say) if version.active_from else ""
    last = dossier.acts[-1].entry
    match version.state:
        case State.ACTIVE:
            return say("proposal-took-effect", when=began, before=_label(dossier.before))
        case State.RETIRED:
            return say("proposal-had-effect", **{"from": began, "to": ended})
        case State.DECLINED:
            team = say(f"team-{last.team or Team.SALES}")
            who = names.actor(last.actor, say)
            return say("proposal-was-declined", team=team, who=who, when=ended)
        case State.WITHDRAWN:
            who = names.actor(last.actor, say)
            return say("proposal-was-withdrawn", who=who, when=ended)
        case _:
            return say("proposal-was-superseded", when=ended)


def _afterwards(dossier: Dossier, say: Say) -> list[Block]:
    if dossier.version.state is State.ACTIVE:
        return [context(say("proposal-next"))]
    if dossier.version.state is State.RETIRED:
        return []
    return [context(say("proposal-unchanged", label=_label(dossier.now)))]


def _words(acts: Sequence[ActRecord], verb: Verb, say: Say) -> list[Block]:
    """What was said with it, in small print."""
    comments = [record.entry.comment for record in acts if record.entry.verb is verb]
    return [
        context(plain_text(say("quote", text=plain(comment, COMMENT_SHOWN))))
        for comment in comments
        if comment
    ]


def signatures(version: Version, say: Say, policy: Policy) -> str:
    """Who signed for which team and when, and whose signature is awaited; marked text."""
    return lines([_signature(version, team, say, policy) for team in Team], say)


def _signature(version: Version, team: Team, say: Say, policy: Policy) -> str:
    name, signature = say(f"team-{team.value}"), version.signatures.get(team)
    if signature is not None:
        at = when(signature.at, zone=policy.zone, say=say)
        return say("signed", team=name, who=names.actor(signature.by, say), when=at)
    return say("unsigned" if version.state is State.PROPOSED else "never-signed", team=name)


def _buttons(dossier: Dossier, say: Say, teams: Sequence[Team]) -> list[ButtonElement]:
    version = dossier.version
    more = button(
        say("button-details"),
        ids.CHANGES,
        f"{version.number}:{_all(teams)}",
        hears=say("hears-changes", label=version.label),
    )
    if version.state is not State.PROPOSED:
        return [more]
    unsigned = [team for team in teams if team not in version.signatures]
    no = button(
        say("button-decline"),
        ids.DECLINE,
        f"{version.number}:{_all(teams)}",
        hears=say("hears-decline", label=version.label),
    )
    return [*(_approve(version, team, say, several=len(teams) > 1) for team in unsigned), no, more]


def _all(teams: Sequence[Team]) -> str:
    return "+".join(teams)


def _approve(version: Version, team: Team, say: Say, *, several: bool) -> ButtonElement:
    name = say(f"button-approve-{team.value}") if several else say("button-approve")
    return button(
        name,
        ids.approve(team),
        f"{version.number}:{team.value}",
        hears=say("hears-approve", label=version.label, team=say(f"team-{team.value}")),
        primary=not several,
    )


def what_changes(dossier: Dossier, say: Say) -> Sequence[str]:
    """A line for each difference from the rules that it replaces; a fault where one is unread."""
    if dossier.before is None:
        return []
    try:
        return changes(_read(dossier.before.text), _read(dossier.version.text), say)
    except DefinitionInvalid as unreadable:
        return [say("definition-unreadable", problem=escape(str(unreadable)))]


# Views


def decline_form(dossier: Dossier, say: Say, *, remember: str) -> View:
    """Why does a team not agree? `remember` comes back with the answer."""
    return View(
        type="modal",
        callback_id=ids.DECLINE_FORM,
        title=plain_text(say("decline-title"), TITLE_LIMIT),
        submit=plain_text(say("decline-submit"), TITLE_LIMIT),
        close=plain_text(say("form-close"), TITLE_LIMIT),
        private_metadata=remember,
        blocks=[
            said(say("decline-intro", label=dossier.version.label)),
            InputBlock(
                block_id=ids.COMMENT,
                label=plain_text(say("form-comment")),
                hint=plain_text(say("decline-hint")),
                element=PlainTextInputElement(
                    action_id=ids.COMMENT, multiline=True, max_length=COMMENT_MOST
                ),
            ),
        ],
    )


def over(say: Say, version: Version) -> View:
    """Instead of the form: it no longer waits for anybody."""
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say("decline-title"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        blocks=list(settled(say, label=version.label, state=version.state).blocks),
    )


def comment_problem(needed: CommentNeeded, say: Say) -> str:
    """What is wrong with the comment, to be shown beside it."""
    if needed.problem == "too_long":
        return say("form-comment-too-long", limit=COMMENT_MOST)
    return say("form-comment-required")


def whole_proposal(dossier: Dossier, say: Say) -> View:
    """Everything behind a proposal: all changes, all figures, who signed, the log."""
    version, policy = dossier.version, dossier.policy
    tried = _measured(version)
    figures = whole_trial(tried, say, zone=policy.zone) if tried else []
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say("details-definition-title"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        blocks=[
            header(say(f"proposal-{_title(version)}", label=version.label)),
            *([told(_outcome(dossier, say))] if version.state is not State.PROPOSED else []),
            *_words(dossier.acts, Verb.PROPOSE, say),
            *_words(dossier.acts, Verb.DECLINE, say),
            *_older_base(dossier, say),
            told(say("heading", text=say("proposal-changes"))),
            *_sections(what_changes(dossier, say) or [say("change-none")], say),
            told(say("heading", text=say("proposal-tried"))),
            *(figures or [told(say("proposal-untried"))]),
            DividerBlock(),
            told(say("heading", text=say("details-signatures"))),
            told(signatures(version, say, policy)),
            told(say("heading", text=say("details-definition-log"))),
            told(act_lines(dossier.acts, say, policy)),
        ],
    )


def _sections(texts: Sequence[str], say: Say) -> list[Block]:
    """Lines in as many paragraphs as they need."""
    paragraphs: list[list[str]] = [[]]
    room = TEXT_LIMIT
    for text in texts:
        room -= len(text.encode("utf-16-le")) // 2 + 1
        if room < 0 and paragraphs[-1]:
            paragraphs.append([])
            room = TEXT_LIMIT - len(text.encode("utf-16-le")) // 2 - 1
        paragraphs[-1].append(text)
    shown = paragraphs[:SECTIONS_SHOWN]
    rest = sum(map(len, paragraphs[SECTIONS_SHOWN:]))
    more = [context(say("more-lines", count=rest))] if rest else []
    return [*(told(lines(each, say)) for each in shown), *more]


def act_lines(acts: Sequence[ActRecord], say: Say, policy: Policy) -> str:
    """The definition log, the latest first, for marked text."""
    told_of = (_act(record.entry, say, policy) for record in reversed(acts))
    return lines(told_of, say, of=len(acts))


def _act(act: Act, say: Say, policy: Policy) -> str:
    values = {
        "when": when(act.occurred_at, zone=policy.zone, say=say),
        "what": say(f"act-{act.verb.value}"),
        "who": names.actor(act.actor, say),
    }
    if act.team is None:
        line = say("act-line", **values)
    else:
        line = say("act-line-team", team=say(f"team-{act.team.value}"), **values)
    if not act.comment:
        return line
    comment = escape(say("quote", text=plain(act.comment)), 300)
    return say("log-because", line=line, because=comment)


# What a person hears


def already_signed(say: Say, first: AlreadySigned, *, zone: tzinfo) -> Message:
    """Somebody signed for this team before."""
    text = say(
        "already-signed",
        who=names.actor(first.by, say),
        team=say(f"team-{first.team.value}"),
        when=when(first.at, zone=zone, say=say),
    )
    return Message(text, [told(text)])


def signed_for_other(say: Say, team: Team) -> Message:
    """Nobody speaks for both teams."""
    text = say("signed-for-other", team=say(f"team-{team.value}"))
    return Message(text, [told(text)])


def settled(say: Say, *, label: str, state: State) -> Message:
    """It no longer waits for anybody."""
    text = say("proposal-settled", label=escape(label), state=say(f"state-{state.value}"))
    return Message(text, [told(text)])
