"""A row says what its cells say, and nothing that they do not."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.handoff import Decision, Outcome
from core.domain.lead import Identity, Scalar, SignalKind
from core.domain.log import Door
from core.domain.past import Past
from core.domain.stages import Verb
from core.services.batch import LeadRow, SignalRow
from handlers.table.headers import LEAD, SIGNALS
from handlers.table.plan import drawn_up
from handlers.table.rows import LeadReader, Refused, SignalReader, scalar
from handlers.table.sheet import opened

UTC_ZONE = ZoneInfo("UTC")


def leads(folder: Path, *lines: str, source: str | None = None) -> list[LeadRow]:
    file = folder / "leads.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    plan = drawn_up(opened(file), fields=LEAD, said={}, zone=UTC_ZONE, order=None)
    return list(map(LeadReader(plan, source=source).read, plan.sheet.rows()))


def signals(folder: Path, *lines: str) -> list[SignalRow]:
    file = folder / "signals.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    plan = drawn_up(opened(file), fields=SIGNALS, said={}, zone=UTC_ZONE, order=None)
    return list(map(SignalReader(plan).read, plan.sheet.rows()))


def test_a_lead_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    [row] = leads(
        tmp_path,
        "Email,First name,Last name,Company,Employees,Zip,Opt-in,Owner",
        'Jane@acme.example,Jane,Doe,Acme,"1,200",01067,TRUE,Bob Smith',
        source="fair",
    )
    profile = row.draft.profile
    assert row.draft.identity == Identity("Jane@acme.example")
    assert (profile.name, profile.company, profile.source) == ("Jane Doe", "Acme", "fair")
    assert profile.attributes == {
        "employees": 1200,
        "Zip": "01067",
        "Opt-in": True,
        "owner": "Bob Smith",
    }


def test_names_without_an_alphabet_begin_with_the_family(tmp_path: Path) -> None:
    [row] = leads(tmp_path, "メール,名,姓", "a@x.example,花子,佐藤")
    assert row.draft.profile.name == "佐藤 花子"


@pytest.mark.parametrize(
    ("said", "reason", "comment"),
    [
        ("no_need", "no_need", None),
        ("No need for what we sell", "no_need", None),
        ("ニーズがない", "no_need", None),
        ("Too expensive", "other", "Too expensive"),
        ("", "other", None),
    ],
)
def test_a_rejection_keeps_a_reason_that_we_know_or_the_words(
    tmp_path: Path, said: str, reason: str, comment: str | None
) -> None:
    [row] = leads(
        tmp_path,
        "email,mql_at,rejected_at,reason,owner,wake_on",
        f"a@x.example,2025-06-02,2025-06-03,{said},U0REP123,2026-01-07",
    )
    decision = Decision(
        Outcome.REJECTED,
        "U0REP123",
        datetime(2025, 6, 3, tzinfo=UTC),
        Door.IMPORT,
        reason,
        comment,
        date(2026, 1, 7),
    )
    assert row.past == Past(datetime(2025, 6, 2, tzinfo=UTC), decision, "U0REP123")


def test_a_deal_is_a_way_of_several_steps(tmp_path: Path) -> None:
    won, lost, attributes = leads(
        tmp_path,
        "email,mql_at,accepted_at,sql_at,won_at,lost_at,lost reason",
        "a@x.example,2025-06-02,2025-06-03,2025-06-20,2025-09-01,,",
        "b@x.example,2025-06-02,2025-06-03,,,2025-09-01,Too dear",
        "c@x.example,,,2025-06-20,2025-09-01,,",
    )
    assert won.past is not None
    assert [(step.verb, step.at.month) for step in won.past.steps] == [
        (Verb.ADVANCE, 6),
        (Verb.WIN, 9),
    ]
    assert lost.past is not None
    assert [(step.verb, step.at.month) for step in lost.past.steps] == [
        (Verb.ADVANCE, 9),
        (Verb.LOSE, 9),
    ]
    assert attributes.past is None
    assert attributes.draft.profile.attributes == {"sql_at": "2025-06-20", "won_at": "2025-09-01"}


@pytest.mark.parametrize(
    ("cells", "field", "problem"),
    [
        (",2025-06-03,", "mql_at", "is missing"),
        ("2025-06-01,2025-06-03,2025-06-03", "rejected_at", "one handoff ends once"),
        ("soon,,", "mql_at", "is not a date"),
    ],
)
def test_a_past_that_is_not_told_right_is_refused(
    tmp_path: Path, cells: str, field: str, problem: str
) -> None:
    with pytest.raises(Refused) as refused:
        leads(tmp_path, "email,mql_at,accepted_at,rejected_at", f"a@x.example,{cells}")
    [fault] = refused.value.faults
    assert (fault.line, fault.field) == (2, field)
    assert problem in fault.problem


def test_the_same_behaviour_has_the_same_id_wherever_it_stands(tmp_path: Path) -> None:
    header, visit = "email,event,at,path", "a@x.example,page,2025-06-02 10:00,/pricing"
    first, _, other, again = signals(
        tmp_path,
        header,
        visit,
        visit.replace("/pricing", "/"),
        visit.replace("10:00", "11:00"),
        visit,
    )
    assert first.signal == again.signal
    assert first.signal.id != other.signal.id


def test_an_id_in_the_file_is_the_id(tmp_path: Path) -> None:
    [row] = signals(
        tmp_path, "email,event,at,event id,form", "a@x.example,form,2025-06-02,e-7,demo"
    )
    assert (row.signal.id, row.signal.kind) == ("e-7", SignalKind.FORM)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("250", 250),
        ("-3.5", -3.5),
        ("1,200,000", 1_200_000),
        ("007", "007"),
        ("+81", "+81"),
        ("1e5", "1e5"),
        ("nan", "nan"),
        ("12345678901234567890", "12345678901234567890"),
        ("True", True),
        ("yes", "yes"),
    ],
)
def test_only_what_is_plainly_a_number_becomes_one(text: str, value: Scalar) -> None:
    assert scalar(text) == value
    assert type(scalar(text)) is type(value)


@given(st.text(max_size=20))
def test_any_text_is_a_scalar(text: str) -> None:
    assert isinstance(scalar(text), str | int | float | bool)
