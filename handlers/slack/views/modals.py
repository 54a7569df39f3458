"""Modals: the form in which a step is asked for, and everything behind a card."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    DividerBlock,
    InputBlock,
    Option,
    PlainTextInputElement,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from core.domain.attaching import NAME_LIMIT
from core.domain.definition import worded
from core.domain.explanation import Explanation, GroupScore, RuleScore
from core.domain.handoff import COMMENT_LIMIT, Incomplete
from core.domain.lead import Scalar
from core.domain.reasons import Reason, reasons_for
from core.domain.stages import Verb
from core.ports import Person
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.belonging import belonging
from handlers.slack.views.blocks import NOTHING, context, facts, header, plain_text, said, told
from handlers.slack.views.course import course_lines
from handlers.slack.views.receipt import receipt
from handlers.slack.views.steps import on_request
from handlers.slack.views.story import (
    awaited,
    decided,
    handoff_of,
    journal,
    origin,
    reached_by,
    timeline,
    why,
)
from handlers.slack.views.text import clip, day, escape, lines, when

TITLE_LIMIT = 24
OPTION_LIMIT = 75
TAKERS_SHOWN = 100
COMMENT_MOST = min(COMMENT_LIMIT, 3000)
FACTS_SHOWN, GROUPS_SHOWN = 40, 20
Reasons = tuple[Reason, ...]
_PROBLEMS = {
    ("reason", "unknown"): "form-reason-unknown",
    ("comment", "required"): "form-comment-required",
    ("comment", "too_long"): "form-comment-too-long",
    ("belongs_to", "unknown"): "form-belongs-unknown",
    ("belongs_to", "ambiguous"): "form-belongs-ambiguous",
    ("belongs_to", "itself"): "form-belongs-itself",
    ("belongs_to", "too_long"): "form-comment-too-long",
    ("to", "own"): "form-to-own",
    ("to", "no_rep"): "form-to-no-rep",
    ("wake_on", "required"): "form-wake-required",
    ("wake_on", "past"): "form-wake-past",
}


def form(
    story: Story,
    verb: Verb,
    say: Say,
    *,
    today: date,
    remember: str | None = None,
    undoing: Verb | None = None,
    takers: Sequence[Person] = (),
) -> View:
    """What a step asks before it is taken: why, where it takes a reason, else only whether.

    `remember` (else the handoff id) comes back with the answer. `takers` are those who could take
    the lead instead of whoever sends it back.
    """
    handoff, reasons = handoff_of(story), reasons_for(verb, story.policy.reasons)
    asked = [block(reasons, say, today) for block in _asked(verb, reasons)]
    return View(
        type="modal",
        callback_id=ids.form(verb, undoing),
        title=plain_text(say(f"form-title-{verb.value}"), TITLE_LIMIT),
        submit=plain_text(say(f"form-submit-{verb.value}"), TITLE_LIMIT),
        close=plain_text(say("form-close"), TITLE_LIMIT),
        private_metadata=remember if remember is not None else handoff.id,
        blocks=[
            said(say(f"form-intro-{verb.value}", who=names.who(story.lead, say))),
            *asked,
            *_to(reasons, takers, say),
        ],
    )


def _asked(verb: Verb, reasons: Reasons) -> list[Callable[[Reasons, Say, date], Block]]:
    """The fields of a form, by what the reasons of its verb demand."""
    if not reasons:
        return [_comment] if verb is Verb.WITHDRAW else []
    dated = any(reason.needs_wake_date for reason in reasons)
    attached = any(reason.attaches for reason in reasons)
    return [
        _reason,
        _comment,
        *([_wake_on] if dated else []),
        *([_belongs_to] if attached else []),
    ]


def _reason(reasons: Reasons, say: Say, _: date) -> Block:
    # In the order of their classes, each with its class beneath: a list with headings is not
    # drawn everywhere.
    options = [
        Option(
            value=reason.id,
            text=plain_text(_label(reason, say), OPTION_LIMIT),
            description=plain_text(names.reason_class(reason.group, say), OPTION_LIMIT),
        )
        for reason in reasons
    ]
    return InputBlock(
        block_id=ids.REASON,
        label=plain_text(say("form-reason")),
        element=StaticSelectElement(
            action_id=ids.REASON, placeholder=plain_text(say("form-reason-choose")), options=options
        ),
    )


def _label(reason: Reason, say: Say) -> str:
    return names.reason(reason.id, say, (reason,))


def _labels(reasons: Iterable[Reason], say: Say) -> str:
    return clip(say("list-separator").join(_label(reason, say) for reason in reasons), 150)


def _comment(reasons: Reasons, say: Say, _: date) -> Block:
    needs = [reason for reason in reasons if reason.needs_comment]
    hint = say("form-comment-read")
    if needs:
        hint = say("form-comment-hint", reason=_labels(needs, say))
    return InputBlock(
        block_id=ids.COMMENT,
        label=plain_text(say("form-comment")),
        hint=plain_text(hint),
        optional=True,
        element=PlainTextInputElement(
            action_id=ids.COMMENT, multiline=True, max_length=COMMENT_MOST
        ),
    )


def _wake_on(reasons: Reasons, say: Say, today: date) -> Block:
    earliest = day(today + timedelta(days=1), say=say)
    timing = _labels((reason for reason in reasons if reason.needs_wake_date), say)
    return InputBlock(
        block_id=ids.WAKE_ON,
        label=plain_text(say("form-wake")),
        hint=plain_text(say("form-wake-hint", reason=timing, earliest=earliest)),
        optional=True,
        element=DatePickerElement(action_id=ids.WAKE_ON),
    )


def _belongs_to(reasons: Reasons, say: Say, _: date) -> Block:
    asking = _labels((reason for reason in reasons if reason.attaches), say)
    return InputBlock(
        block_id=ids.BELONGS_TO,
        label=plain_text(say("form-belongs")),
        hint=plain_text(say("form-belongs-hint", reason=asking)),
        optional=True,
        element=PlainTextInputElement(action_id=ids.BELONGS_TO, max_length=NAME_LIMIT),
    )


def _to(reasons: Reasons, takers: Sequence[Person], say: Say) -> list[Block]:
    """Who is right for it, where somebody could be and that is asked."""
    sending = [reason for reason in reasons if reason.sends_on]
    if not sending or not takers:
        return []
    options = [
        Option(value=person.id, text=plain_text(person.name, OPTION_LIMIT))
        for person in takers[:TAKERS_SHOWN]
    ]
    return [
        InputBlock(
            block_id=ids.TO,
            label=plain_text(say("form-to")),
            hint=plain_text(say("form-to-hint", reason=_labels(sending, say))),
            optional=True,
            element=StaticSelectElement(
                action_id=ids.TO, placeholder=plain_text(say("form-to-choose")), options=options
            ),
        )
    ]


def problem(incomplete: Incomplete, say: Say) -> str:
    """What is wrong with a field of a form, to be shown beside it."""
    limit = NAME_LIMIT if incomplete.field == ids.BELONGS_TO else COMMENT_MOST
    return say(_PROBLEMS[incomplete.field, incomplete.problem], limit=limit)


def instead(say: Say, verb: Verb, text: str) -> View:
    """Instead of the form: why nothing came of it, in marked text."""
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say(f"form-title-{verb.value}"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        clear_on_close=True,  # what lies beneath, if anything does, is out of date
        blocks=[told(text)],
    )


def outdated(say: Say) -> View:
    """Instead of a form of another version of Baton."""
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say("form-outdated-title"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        blocks=[told(say("form-outdated", command=ids.COMMAND))],
    )


def details(
    story: Story,
    say: Say,
    *,
    now: datetime,
    reader: str | None = None,
    remember: str | None = None,
) -> View:
    """Everything behind a card: the whole score, who it is, what they did, the log.

    And what its `reader` can do with the lead. `remember` says where they came from.
    """
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say("details-title"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        private_metadata=remember if remember is not None else story.lead.id,
        blocks=[
            header(names.who(story.lead, say)),
            *facts(_standing(story, say)),
            *_handoff(story, say, now=now),
            *_course(story, say),
            *on_request(story, reader, say, now=now),
            *(_score(story.handoff.explanation, say) if story.handoff else []),
            *_person(story, say),
            *_behaviour(story, say),
            DividerBlock(),
            *_section(say("details-log"), journal(story.records, story.policy, say), say),
        ],
    )


def _standing(story: Story, say: Say) -> list[tuple[str, str]]:
    lead = story.lead
    return [
        (say("label-stage"), names.stage(lead.stage, say)),
        (say("label-temperature"), names.temperature(lead.temperature, say)),
    ]


def _handoff(story: Story, say: Say, *, now: datetime) -> list[Block]:
    handoff, policy = story.handoff, story.policy
    if handoff is None:
        return [told(say("details-never-offered"))]
    if handoff.decision:
        standing = decided(handoff.decision, policy, say)
    else:
        standing = awaited(handoff, policy, say, now=now)
    return [
        told(standing),
        *belonging(story, say),
        context(
            say("details-offered", when=when(handoff.opened_at, zone=policy.zone, say=say)),
            names.definition(handoff.definition, say),
            say("details-rules", command=ids.COMMAND),
        ),
        *receipt(handoff.receipt, say),
    ]


def _course(story: Story, say: Say) -> list[Block]:
    course = course_lines(story, say)
    return [told(lines(course, say))] if course else []


def _score(explanation: Explanation, say: Say) -> list[Block]:
    hits = [
        say("bullet", text=escape(worded(hit.why, say.locale))) for hit in explanation.hot_criteria
    ]
    resets = [
        say(
            "details-reset",
            why=escape(worded(back.why, say.locale)),
            day=day(back.at.date(), say=say),
        )
        for back in explanation.set_back
    ]
    return [
        DividerBlock(),
        _heading(say("details-score"), say),
        said(why(explanation, say)),
        *facts(_totals(explanation, say)),
        *(_section(say("details-hot"), lines(hits, say), say) if hits else []),
        *([told(lines(resets, say))] if resets else []),
        *(_group(group, explanation, say) for group in explanation.groups[:GROUPS_SHOWN]),
    ]


def _totals(explanation: Explanation, say: Say) -> list[tuple[str, str]]:
    total = names.reckoned(explanation, say)
    known = [(say("label-score"), total)]
    if explanation.grade:
        known.append((say("label-grade"), explanation.grade))
    if explanation.missing is not None:
        known.append((say("label-missing"), names.points(explanation.missing, say)))
    if explanation.phase:
        known.append((say("label-phase"), names.phase(explanation.phase, say)))
    return known


def _group(group: GroupScore, explanation: Explanation, say: Say) -> Block:
    values = {
        "group": escape(group.id),
        "kind": say(f"group-{group.kind.value}"),
        "points": names.points(group.clamped, say),
    }
    if group.raw == group.clamped:
        title = say("details-group", **values)
    else:
        title = say("details-group-capped", raw=names.points(group.raw, say), **values)
    given = [_rule(rule, say) for rule in explanation.rules if rule.group == group.id]
    heading = say("heading", text=title)
    return told(lines([heading, *(given or [say("details-no-rule")])], say))


def _rule(rule: RuleScore, say: Say) -> str:
    given = names.signed(rule.given, say)
    line = say("details-rule", points=given, why=escape(worded(rule.why, say.locale) or rule.id))
    if round(rule.factor, 2) < 1:
        share = say("details-decayed", full=names.points(rule.points, say), factor=rule.factor)
        line = say("with-note", line=line, note=share)
    return say("with-note", line=line, note=say("details-capped")) if rule.capped else line


def _person(story: Story, say: Say) -> list[Block]:
    lead = story.lead
    known = [
        *reached_by(lead, say),
        *((label, value) for label, value in _profile(story, say) if value),
        *((name, _told(value, say)) for name, value in lead.profile.attributes.items()),
    ]
    shown = known[:FACTS_SHOWN]
    more = [context(say("more-lines", count=len(known) - len(shown)))] if known != shown else []
    return [DividerBlock(), _heading(say("details-person"), say), *facts(shown), *more]


def _profile(story: Story, say: Say) -> tuple[tuple[str, str | None], ...]:
    profile = story.lead.profile
    return (
        (say("label-external-id"), story.lead.identity.external_id),
        (say("label-company"), profile.company),
        (say("label-title"), profile.title),
        (say("label-country"), profile.country),
        (say("label-source"), origin(story.lead)),
    )


def _told(value: Scalar, say: Say) -> str:
    match value:
        case bool():
            return say("yes") if value else say("no")
        case None:
            return NOTHING
        case _:
            return str(value)


def _behaviour(story: Story, say: Say) -> list[Block]:
    done = timeline(story.signals, story.policy, say)
    return _section(say("details-behaviour"), done, say) if done else []


def _section(title: str, text: str, say: Say) -> list[Block]:
    return [_heading(title, say), told(text)]


def _heading(title: str, say: Say) -> Block:
    return told(say("heading", text=title))
