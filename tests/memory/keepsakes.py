"""What is kept in memory beside the leads: answers, keys, and what was posted where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from core.domain.intents import IntentKind, Posting
from core.ports import KeptAnswer
from tests.memory.tables import Changing, Room


class KeepsakeView(Room):
    """Reads what is kept beside the leads."""

    def posting(self, kind: IntentKind, subject: str) -> Posting | None:
        return self._tables.postings.get((self._id, kind, subject))

    def subjects_told(self, kind: IntentKind) -> Sequence[str]:
        kept = self._tables.postings
        return sorted(key[2] for key in kept if key[:2] == (self._id, kind))

    def kept_answer(self, key: str) -> KeptAnswer | None:
        answer, _ = self._tables.answers.get((self._id, key), (None, None))
        return answer


class KeepsakeUnit(Changing, KeepsakeView):
    """Keeps it."""

    def first_time(self, key: str, *, at: datetime) -> bool:
        new = (self._id, key) not in self._tables.inbox
        self._tables.inbox.setdefault((self._id, key), at)
        return new

    def keep_answer(self, key: str, answer: KeptAnswer, *, at: datetime) -> bool:
        self.lost = self.lost or (self._id, key) in self._tables.answers
        if not self.lost:
            self._tables.answers[self._id, key] = answer, at
        return not self.lost
