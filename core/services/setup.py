"""Set a workspace up at the first start; later starts change nothing."""

from __future__ import annotations

import secrets
from datetime import datetime

from core.desk import Desk
from core.domain.agreement import Proposal, adopt
from core.domain.definition import load
from core.domain.log import Door
from core.domain.policy import Policy
from core.ports import Unit, Workspace
from core.services.settings import grouping


def open_workspace(
    desk: Desk, *, team: str, bot_user: str, policy: Policy, definition: str
) -> bool:
    """Found the workspace of a Slack team with its first policy and definition (TOML text).

    That definition comes with Baton: nobody has signed it. True where the workspace is new.
    Raises DefinitionInvalid.
    """
    first = Proposal(definition, load(definition).digest)

    def work(unit: Unit, at: datetime) -> bool:
        if not unit.found(Workspace(team, bot_user, secrets.token_hex(32), policy)):
            return False
        unit.amend(adopt(first, unit.book(), at=at, door=Door.TERMINAL), at=at)
        unit.set_timers(policy.digest_timers(at))
        unit.set_timers([grouping(policy, at)])
        return True

    return desk.change(team, work)
