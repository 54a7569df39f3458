"""What a site tells comes to the same lead in a database, too, in whatever order it comes."""

from __future__ import annotations

import random

import pytest

from core.desk import Desk
from core.domain.log import faults
from core.domain.stages import Stage
from core.ports import LeadQuery
from core.services.setup import open_workspace
from core.services.tracking import track
from storage.store import SqlStore
from tests.builders import NOW, Names, a_policy
from tests.services.office import RULES
from tests.services.test_tracking import EXPECTED, SITE, STORY


@pytest.mark.parametrize("seed", range(6))
def test_any_order_with_repeats_is_the_same_lead(sql_store: SqlStore, seed: int) -> None:
    chance, names = random.Random(seed), Names()
    desk = Desk(sql_store, lambda: NOW, names, lambda: None)
    for team in (f"T{number}" for number in range(5)):
        policy = a_policy()
        open_workspace(desk, team=team, bot_user="U0", policy=policy, definition=RULES)
        events = [*chance.sample(STORY, len(STORY)), *chance.choices(STORY, k=3)]
        while events:
            size = chance.randint(1, 4)
            track(desk, team, events[:size], sender=SITE)
            events = events[size:]
        with sql_store.read(team) as view:
            leads = view.leads(LeadQuery(), offset=0, limit=9)
            [lead] = [lead for lead in leads if lead.stage is not Stage.MERGED]
            did = [signal.id for signal in view.signals(lead.id)]
            told = (lead.identity, lead.profile, lead.score, lead.temperature, did)
            assert told == EXPECTED
            assert view.strays(["A", "B"]) == []
            assert list(faults(view.chain(), view.stages(), end=view.chain_end())) == []
