"""The receipt of a routing in words: who was asked to take a lead, and who was passed over."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from core.domain.routing import Considered, Mode, Receipt
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.blocks import told
from handlers.slack.views.text import escape, lines


def receipt(of: Receipt | None, say: Say) -> list[Block]:
    """By which rule, and in which order; nothing where nobody was looked for."""
    if of is None:
        return []
    named = escape(of.rule, 80) if of.rule else ""
    rule = say("receipt-rule", rule=named) if of.rule else say("receipt-otherwise")
    mode = say(f"receipt-{of.mode.value.replace('_', '-')}")
    nobody = [say("receipt-nobody")] if of.found_nobody else []
    considered = [_line(each, of, say) for each in of.considered]
    heading = say("heading", text=say("receipt"))
    return [told(lines([heading, say("line", when=rule, what=mode), *considered, *nobody], say))]


def _line(of: Considered, receipt: Receipt, say: Say) -> str:
    asked = "receipt-asked-again" if receipt.mode is Mode.AGAIN else "receipt-asked"
    what = f"receipt-{of.skipped.value.replace('_', '-')}" if of.skipped else asked
    return say("receipt-line", who=names.actor(of.person, say), what=say(what))
