"""Many who bring news of one lead in the same moment: all are heard, the lead is one."""

import threading
from concurrent.futures import ThreadPoolExecutor

from core.desk import Desk
from core.domain.definition import default
from core.domain.draft import Draft
from core.domain.lead import Identity, Profile, Signal, SignalKind
from core.domain.log import Door
from core.ports import LeadQuery
from core.services import intake
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
