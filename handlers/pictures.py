"""Pictures: under which address Slack may fetch the picture of a digest from us."""

from __future__ import annotations

import hashlib
import hmac

from core.ports import Workspace

PATH = "/pictures/{digest_id}/{seal}.png"


def address(base: str, digest_id: str, workspace: Workspace) -> str:
    """Where the picture of a digest is; whoever does not know the address does not find it."""
    return base.rstrip("/") + PATH.format(digest_id=digest_id, seal=_seal(digest_id, workspace))


def is_sealed(digest_id: str, seal: str, workspace: Workspace) -> bool:
    """Whether an address is one of ours."""
    return hmac.compare_digest(seal.encode(), _seal(digest_id, workspace).encode())


def _seal(digest_id: str, workspace: Workspace) -> str:
    about = f"picture\n{digest_id}".encode()
    return hmac.new(workspace.secret.encode(), about, hashlib.sha256).hexdigest()[:32]
