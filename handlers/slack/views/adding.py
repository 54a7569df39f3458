"""The form by which somebody brings in a lead, and what it says of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slack_sdk.models.blocks import Block, InputBlock, PlainTextInputElement
from slack_sdk.models.views import View

from core.domain.addition import COMMENT_MOST
from core.domain.definition import Definition, worded
from core.domain.draft import TEXT_LIMIT
from core.domain.explanation import sentence
from core.domain.handoff import rests_until
from core.domain.phrase import phrase
from core.domain.policy import Policy
from core.domain.stages import Stage
from core.services.intake import Captured
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import context, facts, header, plain_text, said, told
from handlers.slack.views.modals import TITLE_LIMIT
from handlers.slack.views.phrases import phrased
from handlers.slack.views.text import clip, escape, when

_TEXT_MOST = 200  # characters, where a name or an address goes
_MQL_MOST = 1500


@dataclass(frozen=True, slots=True)
class Told:
    """What the form knows before anybody types: the answers that stand in it already."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    comment: str | None = None


def form(say: Say, *, told: Told, remember: str) -> View:
    """Who is it, and what did they do? `remember` comes back with the answer."""
    prefilled = {
        ids.EMAIL: told.email,
        ids.PHONE: told.phone,
        ids.NAME: told.name,
        ids.COMMENT: told.comment,
    }
    return View(
        type="modal",
        callback_id=ids.ADD_FORM,
        title=plain_text(say("adding-heading"), TITLE_LIMIT),
        submit=plain_text(say("adding-submit"), TITLE_LIMIT),
        close=plain_text(say("form-close"), TITLE_LIMIT),
        private_metadata=remember,
        blocks=[said(say("adding-intro")), *(_field(id, prefilled.get(id), say) for id in _FIELDS)],
    )


_FIELDS = (
    ids.EMAIL,
    ids.PHONE,
    ids.NAME,
    ids.COMPANY,
    ids.TITLE,
    ids.COUNTRY,
    ids.SOURCE,
    ids.COMMENT,
)


def _field(id: str, told: str | None, say: Say) -> Block:
    most = COMMENT_MOST if id == ids.COMMENT else _TEXT_MOST
    hint = say(f"adding-{id}-hint") if id in (ids.EMAIL, ids.SOURCE, ids.COMMENT) else None
    return InputBlock(
        block_id=id,
        label=plain_text(say(f"adding-{id}")),
        hint=plain_text(hint) if hint else None,
        optional=True,
        element=PlainTextInputElement(
            action_id=id,
            multiline=id == ids.COMMENT,
            max_length=most,
            initial_value=clip(told, most) if told else None,
        ),
    )


def problem(field: str, say: Say, *, silent: bool) -> tuple[str, str]:
    """The field to which a complaint belongs, and the complaint; `silent`: nobody is named."""
    if silent:
        return ids.EMAIL, say("adding-nobody")
    match field:
        case ids.EMAIL | ids.PHONE:
            return field, say(f"adding-{field}-wrong")
        case _:
            named = field if field in _FIELDS else ids.COMMENT
            return named, say("adding-unusable", limit=TEXT_LIMIT)


def became(
    taken: Captured, definition: Definition, say: Say, *, policy: Policy, now: datetime
) -> View:
    """What the lead is now, and what keeps it from sales, if anything does."""
    lead = taken.lead
    who = names.who(lead, say)
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say("adding-heading"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        blocks=[
            header(who),
            told(say(f"adding-{_how(taken)}")),
            *facts(_facts(taken, say)),
            told(_next(taken, definition, say, policy=policy, now=now)),
            context(say("adding-later", command=ids.COMMAND, id=escape(lead.id))),
        ],
    )


def _how(taken: Captured) -> str:
    if taken.created:
        return "made"
    return "known" if taken.signals else "kept"


def _facts(taken: Captured, say: Say) -> list[tuple[str, str]]:
    lead, explanation = taken.lead, taken.explanation
    because = sentence(explanation, say.locale)
    return [
        (say("label-stage"), names.stage(lead.stage, say)),
        (say("label-score"), names.score(lead.score, lead.temperature, say)),
        *([(say("label-because"), because)] if because else []),
    ]


def _next(
    taken: Captured, definition: Definition, say: Say, *, policy: Policy, now: datetime
) -> str:
    lead, handoff = taken.lead, taken.handoff
    match lead.stage:
        case Stage.MQL | Stage.TQL if handoff:
            return say("adding-offered", due=when(handoff.due_at, zone=policy.zone, say=say))
        case Stage.SAL | Stage.SQL if lead.owner:
            return say("adding-followed", who=names.actor(lead.owner, say))
        case Stage.NEW | Stage.NURTURING:
            rests = rests_until(lead, policy, definition.requalify_after)
            if rests and rests > now:
                return say("adding-rests", when=when(rests, zone=policy.zone, say=say))
            return _short_of(taken, definition, say)
        case _:
            return say("adding-elsewhere", stage=names.stage(lead.stage, say))


def _short_of(taken: Captured, definition: Definition, say: Say) -> str:
    """Why it is no MQL yet: what keeps it out, or what the definition asks for."""
    explanation = taken.explanation
    if explanation.excluded is not None:
        because = worded(explanation.excluded_because, say.locale) or explanation.excluded
        return say("adding-left-out", why=escape(because))
    asks = escape(phrased(phrase(definition.qualify), say), _MQL_MOST)
    return say("adding-not-yet", asks=asks)
