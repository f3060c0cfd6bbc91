"""Tables as CSV: streamed, and safe to open in a spreadsheet.

A text that begins like a formula would be run by the program that opens the file, so it gets an
apostrophe in front; numbers stay numbers, or nobody could add them up.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else
FORMULA_STARTS = ("=", "+", "-", "@")
CONTROL_STARTS = ("\t", "\r", "\n")


def csv_response(
    filename: str,
    *,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    notes: Sequence[str] = (),
) -> StreamingHttpResponse:
    """`notes` are lines above the header: the zone, the filter that was set."""
    response = StreamingHttpResponse(
        _lines(columns, rows, notes), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _lines(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], notes: Sequence[str]
) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield BYTE_ORDER_MARK
    for row in [*([note] for note in notes), columns]:
        yield writer.writerow([safe(cell) for cell in row])
    for row in rows:
        yield writer.writerow([safe(cell) for cell in row])


def safe(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, (int, float, Decimal)):
        return cell
    text = str(cell)
    return f"'{text}" if _reads_as_formula(text) else text


def _reads_as_formula(text: str) -> bool:
    return text.startswith(CONTROL_STARTS) or text.lstrip().startswith(FORMULA_STARTS)


class Echo:
    """A file that hands back what is written to it, line by line."""

    def write(self, line: str) -> str:
        return line
