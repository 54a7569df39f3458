"""Set a workspace up at the first start; later starts change nothing."""

from __future__ import annotations

import secrets
from datetime import datetime

from core.desk import Desk
from core.domain.definition import load
from core.domain.policy import Policy
from core.domain.timers import Timer, TimerKind
from core.ports import Unit, Workspace
from core.services.reporting import WEEKLY


def open_workspace(
    desk: Desk, *, team: str, bot_user: str, policy: Policy, definition: str
) -> bool:
    """Found the workspace of a Slack team with its first policy and definition (TOML text).

    True where it is new. Raises DefinitionInvalid.
    """
    digest = load(definition).digest

    def work(unit: Unit, at: datetime) -> bool:
        if not unit.found(Workspace(team, bot_user, secrets.token_hex(32), policy)):
            return False
        unit.keep_definition(definition, digest=digest, at=at)
        unit.set_timers([Timer(TimerKind.DIGEST, WEEKLY, policy.next_digest(at))])
        return True

    return desk.change(team, work)
