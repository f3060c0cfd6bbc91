"""Tables as CSV and as XLSX, safe to open in a spreadsheet.

A text that begins like a formula would be run by the program that opens the file, so in CSV it gets
an apostrophe in front, and in XLSX it is a string whatever it begins with. Numbers stay numbers, or
nobody could add them up: a column called `…_cents` holds cents and is shown as money too.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, StreamingHttpResponse
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pages.formats import zone_of

LINES_A_CHUNK = 500
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else
FORMULA_STARTS = ("=", "+", "-", "@")
CONTROL_STARTS = ("\t", "\r", "\n")

CENTS = "_cents"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_SHEET = 1_000_000  # Excel reads 1,048,576
COLUMN_WIDTH = 18
# A row is written out as soon as the next one begins, and no text becomes anything else.
SAFE = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}

Row = Sequence[Any]


def table_response(
    request: HttpRequest,
    name: str,
    *,
    columns: Sequence[str],
    rows: Iterable[Row],
    notes: Sequence[str] = (),
) -> StreamingHttpResponse | FileResponse:
    """What `?format=` asks for, CSV without a word; `name` has no ending yet."""
    kind = request.GET.get("format", "csv")
    if kind == "xlsx":
        return xlsx_response(f"{name}.xlsx", columns=columns, rows=rows, notes=notes)
    if kind != "csv":
        raise Http404("no such format")
    places = _money_places(columns)
    return csv_response(
        f"{name}.csv",
        columns=_beside(columns, places, lambda column: column.removesuffix(CENTS)),
        rows=(_beside(row, places, _decimal) for row in rows),
        notes=notes,
    )


# --- CSV ---


def csv_response(
    filename: str, *, columns: Sequence[str], rows: Iterable[Row], notes: Sequence[str] = ()
) -> StreamingHttpResponse:
    """`notes` are lines above the header: the zone, the filter that was set."""
    response = StreamingHttpResponse(
        _lines(columns, rows, notes), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _lines(columns: Sequence[str], rows: Iterable[Row], notes: Sequence[str]) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield BYTE_ORDER_MARK
    for row in [*([note] for note in notes), columns]:
        yield writer.writerow([safe(cell) for cell in row])
    lines = (writer.writerow([safe(cell) for cell in row]) for row in rows)
    while chunk := "".join(islice(lines, LINES_A_CHUNK)):  # a chunk a line would be slow to send
        yield chunk


def safe(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, (int, float, Decimal)):
        return cell
    text = cell.isoformat() if isinstance(cell, datetime) else str(cell)
    return f"'{text}" if _reads_as_formula(text) else text


def _reads_as_formula(text: str) -> bool:
    return text.startswith(CONTROL_STARTS) or text.lstrip().startswith(FORMULA_STARTS)


class Echo:
    """A file that hands back what is written to it, line by line."""

    def write(self, line: str) -> str:
        return line


# --- XLSX ---


def xlsx_response(
    filename: str, *, columns: Sequence[str], rows: Iterable[Row], notes: Sequence[str] = ()
) -> FileResponse:
    """The same table as a workbook, made in a file: cents as money, days as dates."""
    file = TemporaryFile()  # noqa: SIM115 the response closes it
    with Workbook(file, SAFE) as book:
        _fill(book, columns, iter(rows), notes)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=filename, content_type=SHEET_TYPE)


def _fill(
    book: Workbook, columns: Sequence[str], rows: Iterator[Row], notes: Sequence[str]
) -> None:
    styles = {
        "head": book.add_format({"bold": True}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }
    more: Row | None = next(rows, None)
    while True:
        sheet = book.add_worksheet()
        started = chain([] if more is None else [more], rows)
        _sheet(sheet, columns, islice(started, ROWS_A_SHEET), notes, styles)
        more = next(rows, None)
        if more is None:
            return


def _sheet(
    sheet: Worksheet,
    columns: Sequence[str],
    rows: Iterable[Row],
    notes: Sequence[str],
    styles: dict[str, Format],
) -> None:
    places = _money_places(columns)
    sheet.set_column(0, len(columns) - 1, COLUMN_WIDTH)
    sheet.freeze_panes(len(notes) + 1, 0)
    for line, note in enumerate(notes):
        sheet.write_string(line, 0, note)
    for place, column in enumerate(columns):
        sheet.write_string(len(notes), place, column.removesuffix(CENTS), styles["head"])
    for line, row in enumerate(rows, start=len(notes) + 1):
        for place, cell in enumerate(row):
            _write(sheet, line, place, _decimal(cell) if place in places else cell, styles)


def _write(sheet: Worksheet, line: int, place: int, cell: Any, styles: dict[str, Format]) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(line, place, cell)
    elif isinstance(cell, Decimal):
        sheet.write_number(line, place, cell, styles["money"])
    elif isinstance(cell, (int, float)):
        sheet.write_number(line, place, cell)
    elif isinstance(cell, datetime):  # a spreadsheet knows no zones: the notes name this one
        local = cell.astimezone(zone_of("business")).replace(tzinfo=None)
        sheet.write_datetime(line, place, local, styles["moment"])
    elif isinstance(cell, date):
        sheet.write_datetime(line, place, cell, styles["day"])
    elif cell is not None:
        sheet.write_string(line, place, str(cell))


# --- money ---


def _money_places(columns: Sequence[str]) -> list[int]:
    return [place for place, column in enumerate(columns) if column.endswith(CENTS)]


def _decimal(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


def _beside(row: Row, places: Sequence[int], shown: Any) -> list[Any]:
    """The row with what `shown` makes of each cell in `places` right after it."""
    cells = []
    for place, cell in enumerate(row):
        cells += [cell, shown(cell)] if place in places else [cell]
    return cells
