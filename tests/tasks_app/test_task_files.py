"""Reading files of tasks: every line is a record, and a bad file is refused whole."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks_app import task_files
from tasks_app.importing import task_of
from tasks_app.models import Task
from tasks_app.task_files import Record, Unreadable, read, records
from tasks_app.titles import Flaw

DATA = Path(__file__).parent.parent / "data"

lines_of_text = st.lists(
    st.one_of(
        st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")),
        st.sampled_from(["", "[A-1] - x", "[A-1]", "[a] b", "a [b]", "x" * 201, '"', ";", ","]),
    ),
    min_size=1,
    max_size=30,
)


class Lines(list[str]):
    """Of a file that is never read from its beginning again, record after record."""

    def __iter__(self) -> Iterator[str]:
        raise AssertionError("every line is walked over")


def test_a_record_is_read_where_it_begins() -> None:
    lines = Lines(["title,jira_id", *(f"Preen {n},KEY-{n}" for n in range(1, 9))])
    assert [record.number for record in task_files._csv_records(lines)] == list(range(2, 10))


def outcomes(name: str) -> list[Task | Flaw]:
    file = read((DATA / name).read_bytes(), name)
    return [task_of(record) for record in records(file.content, file.filename)]


def flaws(name: str) -> dict[int, Flaw]:
    """Flaws by the number of the line."""
    content = (DATA / name).read_text()
    judged = ((record.number, task_of(record)) for record in records(content, name))
    return {number: flaw for number, flaw in judged if isinstance(flaw, Flaw)}


@given(lines_of_text)
def test_it_loses_no_line_of_text(lines: list[str]) -> None:
    found = list(records("\n".join(lines) + "\n", "tasks.txt"))
    assert [record.text for record in found] == lines
    assert all(isinstance(task_of(record), Task | Flaw) for record in found)


@given(lines_of_text)
def test_it_loses_no_line_of_csv(lines: list[str]) -> None:
    found = list(records("\n".join(["title;jira_id", *lines]) + "\n", "tasks.csv"))
    assert "\n".join(record.text for record in found) == "\n".join(lines)
    assert [record.number for record in found] == sorted({record.number for record in found})


@given(lines_of_text)
def test_what_it_takes_keeps_the_rules_of_titles(lines: list[str]) -> None:
    for task in map(task_of, records("\n".join(lines), "tasks.txt")):
        if isinstance(task, Task):
            assert 1 <= len(task.title.strip()) <= 200
            assert not set(task.title) & set("[]")


def test_it_reads_the_forms_people_write() -> None:
    tasks = [task for task in outcomes("popug_tasks.txt") if isinstance(task, Task)]
    assert [(task.jira_id, task.title) for task in tasks[:7]] == [
        ("UBERPOP-1", "Paint the perch of the reception green"),
        ("UBERPOP-2", "Order sunflower seeds for December"),
        ("UBERPOP-3", "Teach the new popugs to say “deploy”"),
        ("UBERPOP-4", "Sweep the feathers out of the server room"),
        ("UBERPOP-5", "Count the bananas twice"),
        ("UBERPOP-6", "Find out who ate the roadmap"),
        ("", "Water the office palm"),
    ]


def test_it_says_what_is_wrong_with_a_line() -> None:
    assert flaws("popug_tasks.txt") == {
        10: Flaw.BLANK,
        11: Flaw.ONLY_A_KEY,
        12: Flaw.BRACKETS,
        13: Flaw.BRACKETS,
        14: Flaw.BRACKETS,
        17: Flaw.BRACKETS,
    }


def test_it_reads_csv_in_any_order_of_columns() -> None:
    first, second, third, fourth, *_ = outcomes("popug_tasks.csv")
    assert isinstance(first, Task)
    assert isinstance(third, Task)
    assert first.description == "Two coats.\nMind the tail."
    assert (third.jira_id, third.title) == ("UBERPOP-3", "Sweep the feathers")
    assert isinstance(second, Task)
    assert second.jira_id == "UBERPOP-2"
    assert isinstance(fourth, Task)


def test_it_numbers_csv_records_by_the_line_they_begin_on() -> None:
    assert flaws("popug_tasks.csv") == {
        7: Flaw.TWO_KEYS,
        8: Flaw.BLANK,
        9: Flaw.TOO_MANY_CELLS,
        10: Flaw.NO_KEY,
        11: Flaw.BAD_QUOTES,
    }


def test_a_file_of_issue_titles_has_two_with_brackets_inside() -> None:
    name = "flume_task_titles.txt"
    assert len(outcomes(name)) == 1150
    assert flaws(name) == {1: Flaw.BRACKETS, 1020: Flaw.BRACKETS}


@pytest.mark.parametrize(
    ("raw", "name", "reason"),
    [
        (b"", "tasks.txt", "empty"),
        (b" \n\n", "tasks.txt", "empty"),
        ("\u041f\u043e\u043f\u0443\u0433".encode("cp1251"), "tasks.txt", "not in UTF-8"),
        ("Paint".encode("utf-16"), "tasks.txt", "not in UTF-8"),
        (b"PK\x03\x04\x14\x00", "tasks.xlsx", "a spreadsheet"),
        (b"Paint\0it", "tasks.txt", "NUL"),
        (b"Paint\n" * (task_files.MAX_LINES + 1), "tasks.txt", "200,000 lines"),
        (b"x" * (task_files.MAX_BYTES + 1), "tasks.txt", "20 MB"),
        (b"name,jira_id\nPaint,A-1", "tasks.csv", "“title” is missing"),
        (b"title,price\nPaint,1", "tasks.csv", "“price” is none of"),
        (b"title,title\nPaint,1", "tasks.csv", "named twice"),
        (b"title,jira_id\n", "tasks.csv", "no tasks"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_it_refuses_a_bad_file_whole(raw: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read(raw, name)


def test_it_takes_a_byte_order_mark_and_foreign_line_ends() -> None:
    file = read("\ufeffA\r\nB\rC\n".encode(), "tasks.txt")
    assert (file.content, file.total) == ("A\nB\nC\n", 3)


def test_a_forgotten_quote_costs_one_line() -> None:
    rest = [f"Task {number}" for number in range(500)]
    found = list(records("\n".join(["title", '"Paint', *rest]), "tasks.csv"))
    assert len(found) == 501
    assert [record for record in found if record.flaw] == [
        Record(2, '"Paint', flaw=Flaw.BAD_QUOTES)
    ]
