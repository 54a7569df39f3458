"""Belonging: to which record a lead was attached that sales sent back, and who follows that one."""

from __future__ import annotations

from slack_sdk.models.blocks import Block

from core.domain.reasons import reason_named
from core.domain.reminder import managers
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.blocks import told
from handlers.slack.views.text import escape, plain

_NAME_SHOWN = 100


def belonging(story: Story, say: Say) -> list[Block]:
    """One line in marked text; nothing where the lead was not sent back for such a reason."""
    decision = story.handoff.decision if story.handoff else None
    reason = reason_named((decision and decision.reason) or "", story.policy.reasons)
    if decision is None or reason is None or not reason.attaches:
        return []
    if story.other is not None:
        return [told(_to_lead(story, say))]
    if decision.belongs_to is None:
        return [told(say("belongs-unsaid"))]
    name = escape(plain(decision.belongs_to, _NAME_SHOWN))
    return [told(say("belongs-elsewhere", name=name))]


def _to_lead(story: Story, say: Say) -> str:
    other = story.other
    if other is None:
        return ""
    values = {"who": escape(names.who(other, say)), "stage": names.stage(other.stage, say)}
    if other.owner:
        return say("belongs-owner", owner=names.actor(other.owner, say), **values)
    return say("belongs-managers" if managers(story.policy) else "belongs-nobody", **values)
