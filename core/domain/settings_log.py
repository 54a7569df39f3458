"""The settings log: who changed which setting of a workspace, appended and never changed.

It is a sister of the stage log. It begins with the first change: what a workspace was founded with
nobody has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from core.domain.chain import Content, End, Fault, Link, end_faults, instant, link_faults
from core.domain.log import Door


@dataclass(frozen=True, slots=True)
class SettingAct:
    """One setting as it was and as it became, both as JSON text.

    `actor` is a Slack user id, or a machine's name (`baton`, `terminal`). `setting` is a name
    rather than a Setting: the log remembers also those that there are no more.
    """

    setting: str
    before: str
    after: str
    actor: str
    door: Door
    occurred_at: datetime
    comment: str | None = None

    def content(self, remark: str | None) -> Content:
        """Everything that is sealed, the comment by its salted digest."""
        return (
            self.setting,
            self.before,
            self.after,
            self.actor,
            self.door,
            instant(self.occurred_at),
            remark,
        )


SettingRecord: TypeAlias = Link[SettingAct]
"""A change of a setting in its place in the chain."""


def settings_faults(
    records: Iterable[SettingRecord], stands: Mapping[str, str], *, end: End | None = None
) -> Iterator[Fault]:
    """Check a whole chain, oldest first, against how each setting stands now, by its name.

    Yields what does not hold: a gap, a broken link, changed content, a change that does not begin
    where the last one of its setting ended, a setting that is not as its last change left it, or a
    chain that does not reach its `end`, where one is given.
    """
    reached = End()
    left: dict[str, str] = {}
    for record in records:
        act = record.entry
        yield from link_faults(record, follows=reached)
        if left.get(act.setting, act.before) != act.before:
            yield Fault(record.seq, f"{act.setting} was something else before")
        left[act.setting] = act.after
        reached = End(record.seq, record.digest)
    yield from end_faults(reached, end)
    for setting in sorted(left.keys() & stands.keys()):
        if left[setting] != stands[setting]:
            yield Fault(reached.seq, f"{setting} is not as it was last set")
