"""Try a definition on the past of a workspace before anybody signs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.desk import Desk
from core.domain import backtest
from core.domain.backtest import Backtest, Question
from core.domain.definition import Definition, load
from core.domain.reckoning import Past, Reckoned, reckon
from core.errors import Invalid
from core.ports import Reckoner, Store


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Reckons with the scoring function itself, one lead after the other."""

    store: Store

    def reckoned(
        self, workspace: str, definitions: Sequence[Definition], *, until: datetime
    ) -> Iterator[tuple[Past, Sequence[Reckoned]]]:
        with self.store.read(workspace) as view:
            for past, history in view.pasts():
                yield (
                    past,
                    [reckon(definition, past, history, until=until) for definition in definitions],
                )


@dataclass(frozen=True, slots=True)
class Draft:
    """A definition that may come into force, as TOML text, under a name for people."""

    label: str
    text: str


def try_out(
    desk: Desk,
    workspace: str,
    draft: Draft,
    *,
    against: Draft | None = None,
    since: datetime | None = None,
    capacity: int | None = None,
    reckoner: Reckoner | None = None,
) -> Backtest:
    """What a draft would have done with all leads up to now, beside the definition in force.

    `against` takes the place of the latter. Nothing is changed. Raises DefinitionInvalid, Invalid.
    """
    now = desk.now()
    if since is not None and since >= now:
        raise Invalid("since", "lies in the future")
    if capacity is not None and capacity < 1:
        raise Invalid("capacity", "has to be at least 1 a week")
    with desk.read(workspace) as view:
        kept, policy = view.definition(), view.workspace().policy
    before = against or Draft(kept.label, kept.text)
    sides = [(side.label, load(side.text)) for side in (before, draft)]
    asked = reckoner or OneByOne(desk.store)
    leads = asked.reckoned(workspace, [definition for _, definition in sides], until=now)
    question = Question(until=now, since=since, capacity=capacity)
    return backtest.backtest(leads, sides, question=question, policy=policy)
