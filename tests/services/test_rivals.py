"""Many who bring news of one lead in the same moment: all are heard, the lead is one."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from bot.wiring import new_id
from core.desk import Desk
from core.domain.definition import default
from core.domain.draft import Draft
from core.domain.handoff import Decision, Outcome
from core.domain.lead import Identity, Profile, Signal, SignalKind
from core.domain.log import Door, faults
from core.domain.past import Past
from core.domain.stages import Stage
from core.ports import LeadQuery
from core.services import intake
from core.services.batch import LeadRow, Manner, Row
from core.services.importing import bring_in
from core.services.intake import Sender
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, a_workspace, put_in_force

RIVALS = 12


def test_twelve_captures_of_one_lead_at_once_are_all_heard(sql_store: SqlStore) -> None:
    with sql_store.write(TEAM) as unit:
        unit.found(a_workspace())
        put_in_force(unit, default())
    desk = Desk(sql_store, now=lambda: NOW, new_id=Names(), wake=lambda: None)
    start = threading.Barrier(RIVALS)

    def send(number: int) -> None:
        seen = Signal(f"s{number}", "web", SignalKind.PAGE, NOW, None, {"path": "/pricing"})
        draft = Draft(Identity(email="jane@acme.example"), Profile(), (seen,))
        start.wait()
        intake.capture(desk, TEAM, draft, sender=Sender("api", Door.API))

    with ThreadPoolExecutor(RIVALS) as rivals:
        list(rivals.map(send, range(RIVALS)))
    with sql_store.read(TEAM) as view:
        [lead] = view.leads(LeadQuery(), offset=0, limit=10)
        assert len(view.signals(lead.id)) == RIVALS
        assert [record.entry.verb for record in view.records(lead.id)] == ["capture", "qualify"]


def test_four_imports_of_one_file_at_once_bring_each_row_in_once(sql_store: SqlStore) -> None:
    with sql_store.write(TEAM) as unit:
        unit.found(a_workspace())
        put_in_force(unit, default())
    desk = Desk(sql_store, now=lambda: NOW, new_id=new_id, wake=lambda: None)
    then = NOW - timedelta(days=30)
    decision = Decision(Outcome.ACCEPTED, "U1", then, Door.IMPORT)
    rows: list[Row] = [
        LeadRow(n, Draft(Identity(f"p{n}@acme.example"), Profile()), Past(then, decision))
        for n in range(60)
    ]
    start = threading.Barrier(4)

    def bring(number: int) -> int:
        mine = rows if number % 2 else rows[::-1]
        start.wait()
        parts = [mine[at : at + 15] for at in range(0, len(mine), 15)]
        taken = [bring_in(desk, TEAM, part, manner=Manner()) for part in parts]
        return sum(each.tally.created for each in taken)

    with ThreadPoolExecutor(4) as rivals:
        created = sum(rivals.map(bring, range(4)))
    with sql_store.read(TEAM) as view:
        assert created == view.count_leads(LeadQuery(stage=Stage.SAL)) == 60
        assert sum(1 for _ in view.chain()) == 3 * 60
        assert not list(faults(view.chain(), view.stages(), end=view.chain_end()))
