"""Digests in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.domain.localtime import Window
from core.ports import KeptDigest, KeptPicture
from tests.memory.tables import Changing, Room


class DigestView(Room):
    """Reads digests and their pictures."""

    def digest(self, id: str) -> KeptDigest | None:
        return self._tables.digests.get((self._id, id))

    def digests(
        self, *, schedule: str | None = None, offset: int, limit: int
    ) -> Sequence[KeptDigest]:
        found = sorted(self._digests(schedule), key=lambda kept: (kept.as_of, kept.id))
        return found[::-1][offset : offset + limit]

    def digest_of(self, schedule: str, window: Window) -> KeptDigest | None:
        return next((kept for kept in self._digests(schedule) if kept.window == window), None)

    def count_digests(self, *, schedule: str | None = None) -> int:
        return len(self._digests(schedule))

    def picture(self, digest_id: str) -> KeptPicture | None:
        return self._tables.pictures.get((self._id, digest_id))

    def _digests(self, schedule: str | None) -> list[KeptDigest]:
        mine = [kept for (owner, _), kept in self._tables.digests.items() if owner == self._id]
        return [kept for kept in mine if schedule in (None, kept.schedule)]


class DigestUnit(Changing, DigestView):
    """Keeps them."""

    def keep_digest(self, digest: KeptDigest) -> bool:
        known = self._digests(digest.schedule)
        if digest.window in (each.window for each in known):
            return False
        self._tables.digests[self._id, digest.id] = digest
        return True

    def keep_said(self, digest_id: str, said: str) -> None:
        known = self._tables.digests[self._id, digest_id]
        self._tables.digests[self._id, digest_id] = replace(known, said=said)

    def keep_picture(self, picture: KeptPicture) -> None:
        self._tables.pictures.setdefault((self._id, picture.digest_id), picture)
