"""Files of tasks: text, a task a line (`[KEY-1] - Title`), or CSV with a header line.

Reading the same content again gives the same records, so an import can go on from a number.
"""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tasks_app.titles import Flaw

MAX_BYTES = 20 * 1024 * 1024
MAX_LINES = 200_000
MAX_RECORD_LINES = 100  # one forgotten quotation mark must not swallow the rest of the file
COLUMNS = {"title", "jira_id", "description"}

csv.field_size_limit(MAX_BYTES)


class Unreadable(ValueError):
    """Nothing of the file can be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class TaskFile:
    filename: str
    digest: str
    content: str
    total: int

    def is_read_like(self, filename: str) -> bool:
        """Whether the same content under that name gives the same records."""
        return is_csv(self.filename) == is_csv(filename)


@dataclass(frozen=True, slots=True)
class Record:
    """What stands where a task should; `number` is the line it begins on, from 1."""

    number: int
    text: str
    title: str = ""
    jira_id: str = ""
    description: str = ""
    flaw: Flaw | None = None


def read(raw: bytes, filename: str) -> TaskFile:
    """Raises `Unreadable`."""
    if len(raw) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 20 MB."))
    content = _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")
    if content.count("\n") > MAX_LINES:
        raise Unreadable(_("The file has more than 200,000 lines."))
    total = sum(1 for _ in records(content, filename))
    if not total:
        raise Unreadable(_("There are no tasks in the file."))
    return TaskFile(filename[-200:], hashlib.sha256(raw).hexdigest(), content, total)


def is_csv(filename: str) -> bool:
    return filename.lower().endswith(".csv")


def records(content: str, filename: str) -> Iterator[Record]:
    lines = content.removesuffix("\n").split("\n")
    if is_csv(filename):
        return _csv_records(lines)
    return (Record(at, line, title=line) for at, line in enumerate(lines, start=1))


def _decoded(raw: bytes) -> str:
    if raw.startswith(b"PK\x03\x04"):
        raise Unreadable(_("This is a spreadsheet or an archive. Save it as CSV in UTF-8."))
    try:
        content = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_("The file is not in UTF-8. Save it as UTF-8 and try again.")) from error
    if "\0" in content:
        raise Unreadable(_("The file is no text: it contains NUL bytes."))
    if not content.strip():
        raise Unreadable(_("The file is empty."))
    return content


def _csv_records(lines: Sequence[str]) -> Iterator[Record]:
    delimiter = ";" if lines[0].count(";") > lines[0].count(",") else ","
    columns = _header(lines[0], delimiter)
    at = 1
    while at < len(lines):
        cells, height = _cells(lines, at, delimiter)
        yield _csv_record(at + 1, "\n".join(lines[at : at + height]), columns, cells)
        at += height


def _header(line: str, delimiter: str) -> list[str]:
    columns = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
    if "title" not in columns:
        raise Unreadable(_("The first line of a CSV file names its columns; “title” is missing."))
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise Unreadable(_("The column “%s” is none of title, jira_id, description.") % unknown[0])
    if len(set(columns)) < len(columns):
        raise Unreadable(_("A column is named twice in the first line."))
    return columns


def _cells(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of the record that begins on a line, and how many lines it takes."""
    rest = (f"{line}\n" for line in lines[at : at + MAX_RECORD_LINES])
    reader = csv.reader(rest, delimiter=delimiter, strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error:
        return None, 1


def _csv_record(
    number: int, text: str, columns: Sequence[str], cells: Sequence[str] | None
) -> Record:
    if cells is None:
        return Record(number, text, flaw=Flaw.BAD_QUOTES)
    if any(cell.strip() for cell in cells[len(columns) :]):
        return Record(number, text, flaw=Flaw.TOO_MANY_CELLS)
    named = dict(zip(columns, map(str.strip, cells), strict=False))
    return Record(
        number, text, named.get("title", ""), named.get("jira_id", ""), named.get("description", "")
    )
