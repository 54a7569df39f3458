"""Giving a lead to a colleague: the form that asks to whom, and what is answered."""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    InputInteractiveElement,
    Option,
    StaticSelectElement,
    UserSelectElement,
)
from slack_sdk.models.views import View

from core.domain.handoff import OutOfPlace
from core.domain.lead import Lead
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import plain_text, said, told
from handlers.slack.views.modals import OPTION_LIMIT, TITLE_LIMIT
from handlers.slack.views.text import escape

_LISTED = 100  # what a list of Slack's takes


def form(lead: Lead, say: Say, *, takers: Mapping[str, str], to: str | None, remember: str) -> View:
    """To whom? `takers` are who may accept leads, by id; nobody in it means that anybody may."""
    return View(
        type="modal",
        callback_id=ids.ASSIGN_FORM,
        title=plain_text(say("assign-title"), TITLE_LIMIT),
        submit=plain_text(say("assign-submit"), TITLE_LIMIT),
        close=plain_text(say("form-close"), TITLE_LIMIT),
        private_metadata=remember,
        blocks=[
            said(say("assign-intro", who=names.who(lead, say))),
            InputBlock(
                block_id=ids.TO,
                label=plain_text(say("assign-to")),
                hint=plain_text(say("assign-hint")),
                element=_choice(takers, to),
            ),
        ],
    )


def _choice(takers: Mapping[str, str], to: str | None) -> InputInteractiveElement:
    if not takers or len(takers) > _LISTED:
        return UserSelectElement(action_id=ids.TO, initial_user=to)
    options = {
        id: Option(value=id, text=plain_text(name, OPTION_LIMIT)) for id, name in takers.items()
    }
    return StaticSelectElement(
        action_id=ids.TO,
        options=list(options.values()),
        initial_option=options.get(to) if to else None,
    )


def instead(say: Say, text: str) -> View:
    """Instead of the form, in marked text: what it led to, or why to nothing."""
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say("assign-title"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        clear_on_close=True,  # what lies beneath, if anything does, is out of date
        blocks=told_of(text),
    )


def told_of(text: str) -> list[Block]:
    """An answer of one sentence."""
    return [told(text)]


def named(to: str | None) -> str:
    """Somebody as a command names them."""
    return f"<@{to}>" if to else ""


def given(lead: Lead, to: str, say: Say) -> str:
    """The lead is theirs now."""
    return say("assign-given", who=escape(names.who(lead, say)), to=names.actor(to, say))


def already(lead: Lead, to: str, say: Say) -> str:
    """It was theirs before."""
    return say("assign-already", who=escape(names.who(lead, say)), to=names.actor(to, say))


def cannot_take(person: str, say: Say) -> str:
    """They may not accept leads."""
    return say("assign-cannot", to=names.actor(person, say))


def out_of_place(say: Say, outcome: OutOfPlace) -> str:
    """Nobody in sales has to do with the lead where it stands."""
    return say("assign-elsewhere", stage=names.stage(outcome.stage, say))
