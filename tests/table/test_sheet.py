"""Rows come out of a file one by one, and a bad one takes no other with it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from handlers.table.sheet import Record, Sheet, opened


def sheet(folder: Path, raw: str | bytes, **how: str) -> Sheet:
    file = folder / "some.csv"
    file.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return opened(file, **how)


def rows(folder: Path, raw: str | bytes) -> list[Record]:
    return list(sheet(folder, raw).rows())


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_stands_in_the_header(tmp_path: Path, mark: str) -> None:
    told = sheet(tmp_path, f'"a,;|x"{mark}b{mark}c\n1{mark}2{mark}3\n')
    assert told.delimiter == mark
    assert [record.cells for record in told.rows()] == [("1", "2", "3")]


def test_excel_may_name_the_separator_in_a_line_of_its_own(tmp_path: Path) -> None:
    told = sheet(tmp_path, "\ufeffsep=;\r\nEmail;Name, Title\r\na@x.example;Jane\r\n")
    assert told.header == Record(2, ("Email", "Name, Title"))
    assert list(told.rows()) == [Record(3, ("a@x.example", "Jane"))]


def test_a_text_in_quotes_may_hold_anything(tmp_path: Path) -> None:
    assert rows(tmp_path, 'a,b\n"1\n2,""3""",x\n4,5\n') == [
        Record(2, ('1\n2,"3"', "x")),
        Record(4, ("4", "5")),
    ]


def test_blank_rows_are_no_rows(tmp_path: Path) -> None:
    assert [record.line for record in rows(tmp_path, "\na,b\n\n1,2\n  \n3,4\n")] == [4, 6]


def test_a_formula_stays_text(tmp_path: Path) -> None:
    [record] = rows(tmp_path, 'a,b\n"=""0901""",=1+1\n')
    assert record.cells == ("0901", "=1+1")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ('"never closed,2', "never closes"),
        ('"closed"too early,2', "after its closing quote"),
        ("1,2,3", "has 3 cells where the header has 2"),
        ("1", "has 1 cells where the header has 2"),
        ("1,\0", "NUL"),
        (f'"{"x" * 1_000_000}",2', "more than 131,072 characters"),
        (f"{'x' * 5_000_000},2", "longer than 4,194,304 characters"),
    ],
)
def test_a_bad_row_is_told_and_its_neighbours_are_read(
    tmp_path: Path, row: str, problem: str
) -> None:
    before, bad, after = rows(tmp_path, f"a,b\n1,2\n{row}\n3,4\n")
    assert before == Record(2, ("1", "2"))
    assert bad.line == 3
    assert problem in (bad.problem or "")
    assert after.cells == ("3", "4")


def test_cells_that_are_blank_beyond_the_header_are_forgiven(tmp_path: Path) -> None:
    assert rows(tmp_path, "a,b\n1,2,,\n") == [Record(2, ("1", "2"))]


def test_many_open_quotes_do_not_take_for_ever(tmp_path: Path) -> None:
    told = rows(tmp_path, "a,b\n" + '"x\n' * 3_000)
    assert len(told) == 3_000
    assert all(record.problem for record in told)


def test_what_is_no_file_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is a directory"):
        opened(tmp_path)
    with pytest.raises(Invalid, match="does not exist"):
        opened(tmp_path / "none.csv")
    with pytest.raises(Invalid, match="is empty"):
        sheet(tmp_path, "")
    with pytest.raises(Invalid, match="is empty"):
        sheet(tmp_path, "\ufeff\n \n")


@given(
    st.lists(
        st.lists(
            st.text(
                st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=8
            ),
            min_size=3,
            max_size=3,
        ).filter(lambda cells: any(cell.strip() for cell in cells)),
        max_size=6,
    )
)
def test_what_was_written_as_csv_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *table])
    folder = tmp_path_factory.mktemp("csv")
    told = [record.cells for record in rows(folder, written.getvalue())]
    assert told == [
        tuple(cells) for cells in table if not any(c.startswith("=") for c in cells)
    ] or any(cell.startswith("=") for cells in table for cell in cells)
