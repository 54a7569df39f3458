"""Events: what Slack tells us of by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)


def happened(workspace: str, kind: str) -> None:
    """Take note of an event; most are no concern of ours, and none is refused."""
    hear = HANDLED.get(kind)
    if hear is not None:
        hear(workspace)


def _uninstalled(workspace: str) -> None:
    log.warning("the app was uninstalled from workspace %s", workspace)


def _revoked(workspace: str) -> None:
    log.warning("tokens of workspace %s were revoked", workspace)


HANDLED: Mapping[str, Callable[[str], None]] = {
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
}
