"""When a lead in nurturing is looked at again: the form that asks for it, and what is answered."""

from __future__ import annotations

from datetime import date, timedelta

from slack_sdk.models.blocks import DatePickerElement, InputBlock
from slack_sdk.models.views import View

from core.domain.handoff import Incomplete, OutOfPlace
from core.domain.lead import Lead
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import plain_text, said, told
from handlers.slack.views.message import Message
from handlers.slack.views.modals import TITLE_LIMIT
from handlers.slack.views.text import day, escape, full_date

_PROBLEMS = {"required": "form-wake-required", "past": "form-wake-past", "far": "form-wake-far"}


def form(lead: Lead, say: Say, *, today: date, on: date | None, remember: str) -> View:
    """On which date? `on` stands in the form already; else the one that holds now."""
    picked = on or lead.wake_on
    earliest = today + timedelta(days=1)
    intro = said(say("wake-intro", who=names.who(lead, say)))
    now = [told(say("wake-now", day=full_date(lead.wake_on, say=say)))] if lead.wake_on else []
    return View(
        type="modal",
        callback_id=ids.WAKE_FORM,
        title=plain_text(say("wake-title"), TITLE_LIMIT),
        submit=plain_text(say("wake-submit"), TITLE_LIMIT),
        close=plain_text(say("form-close"), TITLE_LIMIT),
        private_metadata=remember,
        blocks=[
            intro,
            *now,
            InputBlock(
                block_id=ids.WAKE_ON,
                label=plain_text(say("form-wake")),
                hint=plain_text(say("wake-hint", earliest=day(earliest, say=say))),
                element=DatePickerElement(
                    action_id=ids.WAKE_ON,
                    initial_date=picked.isoformat() if picked and picked >= earliest else None,
                ),
            ),
        ],
    )


def instead(say: Say, text: str) -> View:
    """Instead of the form, in marked text: what it led to, or why to nothing."""
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say("wake-title"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        clear_on_close=True,  # what lies beneath, if anything does, is out of date
        blocks=[told(text)],
    )


def problem(incomplete: Incomplete, say: Say) -> str:
    """What is wrong with the date."""
    return say(_PROBLEMS[incomplete.problem])


def out_of_place(say: Say, outcome: OutOfPlace) -> str:
    """Only leads in nurturing wake."""
    return say("wake-elsewhere", stage=names.stage(outcome.stage, say))


def resting(lead: Lead, say: Say) -> Message:
    """Until when the lead rests now."""
    until = full_date(lead.wake_on, say=say) if lead.wake_on else ""
    text = say("wake-set", who=escape(names.who(lead, say)), day=until)
    return Message(text, [told(text)])


def not_set(text: str) -> Message:
    """Nothing was set, and why."""
    return Message(text, [told(text)])
