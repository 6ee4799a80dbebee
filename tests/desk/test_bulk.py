"""Many cases from a table: every row checked before any starts, each started once."""

from collections.abc import Callable
from datetime import datetime

import pytest

from engine.desk.bulk import Batch, RowResult, counted
from engine.desk.desk import Desk
from engine.desk.sheets import BadSheet, read
from engine.store import contacts

HEAD = "Company,Contact,E-mail,Account manager,Deal value"
MAPS = {"E-mail": "email"}


def table(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def lead(number: int, email: str = "") -> str:
    return f'Firm {number},Ann,{email or f"ann@firm{number}.test"},sam,"{number} GBP"'


async def batch_of(desk: Desk, content: bytes, name: str = "leads.csv", **more: bool) -> tuple[Batch, tuple]:  # type: ignore[type-arg]
    sheet = read(content)
    columns = await desk.columns("client-onboarding", sheet, MAPS, version=None, ignore_others=False)
    return Batch("client-onboarding", name, columns, **more), sheet.rows  # type: ignore[arg-type]


async def checked(desk: Desk, content: bytes) -> tuple[RowResult, ...]:
    return await desk.check_rows(*await batch_of(desk, content))


async def started(desk: Desk, content: bytes, name: str = "leads.csv", **more: bool) -> tuple[RowResult, ...]:
    return await desk.start_rows(*await batch_of(desk, content, name, **more))


async def test_every_row_becomes_a_case_with_typed_inputs(desk: Desk) -> None:
    results = await started(desk, table(lead(1), lead(2)))
    assert [r.state for r in results] == ["started", "started"]
    assert {case.title for case in await desk.cases()} == {
        "Client onboarding for Firm 1",
        "Client onboarding for Firm 2",
    }


async def test_a_check_names_every_wrong_cell_and_starts_nothing(desk: Desk) -> None:
    results = await checked(desk, table(lead(1), 'Firm 2,Ann,nobody,samm,"much"', lead(3)))
    assert [(r.line, r.state) for r in results] == [(2, "ready"), (3, "invalid"), (4, "ready")]
    assert set(results[1].problems or {}) == {"E-mail", "Account manager", "Deal value"}
    assert await desk.cases() == ()


async def test_the_same_file_again_starts_only_what_is_left(desk: Desk) -> None:
    await started(desk, table(lead(1), lead(2)))
    again = await started(desk, table(lead(1), lead(2), lead(3)))
    assert [r.state for r in again] == ["earlier", "earlier", "started"]
    assert len(await desk.cases()) == 3


async def test_what_was_broken_off_in_the_middle_goes_on_and_every_row_is_one_case(desk: Desk) -> None:
    def broken_off(_: int) -> None:
        raise KeyboardInterrupt

    content = table(*map(lead, range(250)))
    with pytest.raises(KeyboardInterrupt):
        await desk.start_rows(*await batch_of(desk, content), broken_off)
    assert counted(await started(desk, content)) == {"earlier": 200, "started": 50}


async def test_a_row_that_is_there_twice_is_one_case_and_so_is_a_key_that_is_there_twice(desk: Desk) -> None:
    results = await started(desk, table(lead(1), lead(1), lead(2, "ann@firm1.test")))
    assert [r.state for r in results] == ["started", "duplicate", "duplicate"]
    assert results[1].why == "it is the same as line 2"
    assert "line 2 has the same key" in results[2].why


async def test_another_batch_of_the_same_rows_meets_the_cases_that_run(desk: Desk) -> None:
    (first,) = await started(desk, table(lead(1)))
    (again,) = await started(desk, table(lead(1)), "second")
    assert (again.state, again.case) == ("duplicate", first.case)


async def test_who_may_not_be_written_to_is_left_out_unless_it_is_wanted(
    desk: Desk, watch: Callable[[], datetime]
) -> None:
    await desk.store.write(lambda c: contacts.bounced(c, "ann@firm1.test", True, "no such mailbox", watch()))
    content = table(lead(1), lead(2))
    first, second = await started(desk, content)
    assert (first.state, second.state) == ("suppressed", "started")
    assert "no such mailbox" in first.why
    assert counted(await started(desk, content, start_suppressed=True)) == {"started": 1, "earlier": 1}


async def test_more_rows_than_fit_together_are_started_all_the_same(desk: Desk) -> None:
    told: list[int] = []
    batch, rows = await batch_of(desk, table(*map(lead, range(450))))
    results = await desk.start_rows(batch, rows, told.append)
    assert (counted(results), told) == ({"started": 450}, [200, 200, 50])


@pytest.mark.parametrize(
    ("content", "encoding", "separator"),
    [
        ("a;b\né;2".encode(), "utf-8", ";"),
        ("a\tb\né\t2".encode("utf-8-sig"), "utf-8-sig", "\t"),
        ("a|b\né|2".encode("cp1252"), "cp1252", "|"),
        ("sep=;\r\na;b\r\né;2\r\n".encode("utf-16"), "utf-16", ";"),
        ('"a;x",b\n\n"é",2\n'.encode(), "utf-8", ","),
    ],
)
def test_a_table_is_read_as_spreadsheet_programs_write_it(content: bytes, encoding: str, separator: str) -> None:
    sheet = read(content)
    assert (sheet.encoding, sheet.separator, len(sheet.rows)) == (encoding, separator, 1)
    assert list(sheet.rows[0].cells.values()) == ["é", "2"]


def test_a_row_is_known_by_its_line_in_the_file_also_after_cells_of_several_lines() -> None:
    sheet = read(b'a,b\n"x\ny",1\n\nz,2,3\n')
    assert [(row.line, bool(row.problem)) for row in sheet.rows] == [(2, False), (5, True)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"a,a\n1,2", "two columns are called `a`"),
        (b'a,b\n"x"y,1', "line 2: the file is no table"),
        (b"a\n\x81", "line 2 has characters"),
        (b"PK\x03\x04\x14", "Save the sheet as CSV"),
        ("a,b\n1,2".encode("utf-16-le"), "--encoding utf-16"),
        (b"a,,b\n1,,2\n1,x,2", "column 2 has no heading, and line 3"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(BadSheet, match=said):
        read(content)


@pytest.mark.parametrize("separator", ["::", "x", '"', "\n", "semi"])
def test_what_separates_no_columns_is_refused(separator: str) -> None:
    with pytest.raises(BadSheet, match="cannot separate columns"):
        read(b"a,b\n1,2", separator=separator)


@pytest.mark.parametrize("encoding", ["nonsense", "punycode", "undefined", "a\0b", "base64"])
def test_what_no_table_is_written_in_is_refused(encoding: str) -> None:
    with pytest.raises(BadSheet, match="there is no encoding"):
        read(b"a,b\n1,2", encoding)


@pytest.mark.parametrize("separator", ["tab", "\\t", "\t"])
def test_a_separator_may_be_named(separator: str) -> None:
    assert read(b"a,x\tb\n1\t2", separator=separator).headings == ("a,x", "b")


def test_empty_columns_that_a_spreadsheet_program_adds_are_left_out() -> None:
    sheet = read(b"a,,b,,\n1,,2,,\n3,,4\n")
    assert (sheet.headings, [row.cells for row in sheet.rows]) == (
        ("a", "b"),
        [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}],
    )


async def test_a_column_that_is_no_input_is_refused_or_left_out(desk: Desk) -> None:
    sheet = read(b"company,note\nAcme,x")
    with pytest.raises(BadSheet, match="no input is called `note`"):
        await desk.columns("client-onboarding", sheet, {}, version=None, ignore_others=False)
    for said, others in (({"note": ""}, False), ({}, True)):
        found = await desk.columns("client-onboarding", sheet, said, version=None, ignore_others=others)
        assert found == {"company": "company"}
    with pytest.raises(BadSheet, match="did you mean `company`"):
        await desk.columns("client-onboarding", sheet, {"note": "compny"}, version=None, ignore_others=False)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(b"\xef\xbb\xbfsep=;\r\nmail;name\r\na;b\r\n", "utf-8"), (b"\r\n\r\nmail;name\r\na;b\r\n", "")],
)
def test_a_mark_before_the_first_line_and_empty_lines_hide_no_separator(content: bytes, encoding: str) -> None:
    sheet = read(content, encoding)
    assert (sheet.headings, sheet.rows[0].cells) == (("mail", "name"), {"mail": "a", "name": "b"})
