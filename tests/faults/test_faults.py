"""The quick part of the fault run: nothing is lost or doubled, and each naive way does harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.__main__ import Theatre, every_fault
from tests.faults.fault import Fault
from tests.postgres import Postgres

QUICK = [
    pytest.param(fault, database, id=f"{fault.id}-{database}")
    for fault in every_fault()
    for database in fault.databases
    if fault.quick and not fault.why_not
]


# A thread that dies on purpose is what some of them are about.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("fault", "database"), QUICK)
def test_nothing_is_lost_or_doubled(
    fault: Fault, database: str, postgres: Postgres, tmp_path: Path
) -> None:
    row = Theatre(tmp_path, postgres, seed=1, quick=True).row(fault, database)
    assert row.problem is None
    assert row.tally
    assert row.tally.runs


def test_every_fault_has_an_id_of_its_own() -> None:
    ids = [fault.id for fault in every_fault()]
    assert len(ids) == len(set(ids))
