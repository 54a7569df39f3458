"""The form in which marketing mends what was wrong with a lead that came back."""

from __future__ import annotations

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from core.domain.handoff import COMMENT_LIMIT, Incomplete
from core.domain.resubmission import FIELDS, Mending, fields_named
from core.domain.stages import Verb
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import plain_text, said, told
from handlers.slack.views.modals import COMMENT_MOST, TITLE_LIMIT
from handlers.slack.views.story import decided, handoff_of, quoted, remark
from handlers.slack.views.text import clip, escape, is_user, when

_TEXT_MOST = 200  # characters, where a name or an address goes


def form(story: Story, say: Say, *, remember: str) -> View:
    """What sales missed, and what is known now; `remember` comes back with the answer."""
    decision, lead = handoff_of(story).decision, story.lead
    known = {field: str(value) for field, value in lead.facts().items() if value}
    return View(
        type="modal",
        callback_id=ids.form(Verb.RESUBMIT),
        title=plain_text(say("form-title-resubmit"), TITLE_LIMIT),
        submit=plain_text(say("form-submit-resubmit"), TITLE_LIMIT),
        close=plain_text(say("form-close"), TITLE_LIMIT),
        private_metadata=remember,
        blocks=[
            said(say("form-intro-resubmit", who=names.who(lead, say))),
            *([told(decided(decision, story.policy, say))] if decision else []),
            *quoted(decision, say),
            *(_field(field, known.get(field), say) for field in FIELDS),
            _comment(say),
        ],
    )


def _field(id: str, known: str | None, say: Say) -> Block:
    return InputBlock(
        block_id=id,
        label=plain_text(say(f"adding-{id}")),
        optional=True,
        element=PlainTextInputElement(
            action_id=id,
            max_length=_TEXT_MOST,
            initial_value=clip(known, _TEXT_MOST) if known else None,
        ),
    )


def _comment(say: Say) -> Block:
    return InputBlock(
        block_id=ids.COMMENT,
        label=plain_text(say("form-comment")),
        hint=plain_text(say("form-comment-mended")),
        optional=True,
        element=PlainTextInputElement(
            action_id=ids.COMMENT, multiline=True, max_length=COMMENT_MOST
        ),
    )


def problem(gap: Incomplete, mending: Mending, say: Say) -> tuple[str, str]:
    """The field to which a complaint belongs, and the complaint."""
    match gap:
        case Incomplete("email" | "phone" as field, "invalid"):
            return field, say(f"adding-{field}-wrong")
        case Incomplete("email" | "phone" as field, "taken"):
            known = mending.email if field == "email" else mending.phone
            values = {"command": ids.COMMAND, "known": clip(known or "", 80)}
            return field, say(f"form-mended-taken-{field}", **values)
        case Incomplete("comment", "too_long"):
            return ids.COMMENT, say("form-comment-too-long", limit=min(COMMENT_LIMIT, COMMENT_MOST))
        case Incomplete("comment", "excluded"):
            return ids.COMMENT, say("form-mended-excluded", command=ids.COMMAND)
        case Incomplete("comment", _):
            return ids.COMMENT, say("form-mended-nothing")
        case _:
            return gap.field, say("adding-unusable", limit=_TEXT_MOST)


def mended(story: Story, say: Say) -> list[Block]:
    """On the card of a lead that marketing mended: who did, what changed, and what they say.

    Whoever sent it back is called to look at it first; the mention reaches their phone.
    """
    handoff, previous = handoff_of(story), story.previous
    entries = (record.entry for record in story.records)
    moves = (each for each in entries if each.handoff_id == handoff.id)
    entry = next((each for each in moves if each.verb is Verb.RESUBMIT), None)
    if entry is None:
        return []
    line = say(
        "card-mended",
        who=names.actor(entry.actor, say),
        when=when(entry.occurred_at, zone=story.policy.zone, say=say),
    )
    if entry.reason and fields_named(entry.reason):
        line = say("card-mended-fields", line=line, fields=escape(names.reason(entry.reason, say)))
    missed = previous.decision.by if previous and previous.decision else ""
    called = is_user(missed) and missed != handoff.asked
    return [
        told(line),
        *remark(entry.comment, say),
        *([told(say("card-mended-for", who=names.actor(missed, say)))] if called else []),
    ]
