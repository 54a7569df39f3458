"""Bring in a lead by hand, as any sender of leads would."""

from __future__ import annotations

import logging
from datetime import datetime

from core.desk import Desk
from core.domain.addition import Addition, drafted
from core.domain.intents import Intent, IntentKind
from core.domain.log import Door
from core.domain.permission import Right
from core.ports import Unit
from core.services.intake import Captured, Sender, capture
from core.services.people import admitted, entitled_to, inquiries

log = logging.getLogger(__name__)


def add(
    desk: Desk,
    workspace: str,
    addition: Addition,
    *,
    by: str,
    key: str | None = None,
    message: str = "",
) -> Captured:
    """Find or make the lead and keep what is said of it. Raises Invalid, Refused, Busy.

    The same `key` again is the same addition: it counts once. `message` (`channel:ts`) is the one
    that became a lead, and is marked.
    """
    draft = drafted(addition, by=by, id=key or desk.new_id("sg"))

    def let_in(unit: Unit, taken: Captured, at: datetime) -> None:
        policy = unit.workspace().policy
        person = admitted(unit, by, policy, at=at)
        entitled_to(by, Right.FOR_TEAMS, policy)
        marks = [Intent(IntentKind.MARK, message, message)] if message else []
        unit.enqueue([*inquiries(person, by, at=at), *marks], at=at)

    taken = capture(desk, workspace, draft, sender=Sender(by, Door.MODAL), keep=let_in)
    how = "made" if taken.created else "known"
    log.info("addition: lead=%s by=%s outcome=%s", taken.lead.id, by, how)
    return taken
