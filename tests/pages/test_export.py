"""CSV and XLSX that a spreadsheet opens without harm."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.http import Http404, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from pages import export
from pages.export import SHEET_TYPE, csv_response, safe, table_response, xlsx_response


def text_of(response: StreamingHttpResponse) -> str:
    return b"".join(response).decode()


@pytest.mark.parametrize("text", ["=1+1", "+7", "-7", "@x", "\tx", "\rx", "  =1", "\n=1"])
def test_it_disarms_text_that_begins_like_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1500, Decimal("-15.00"), -1.5, 0])
def test_it_leaves_numbers_alone(value: object) -> None:
    assert safe(value) == value


def test_it_begins_with_notes_and_a_header() -> None:
    response = csv_response(
        "days.csv", columns=["day", "cents"], rows=[("2025-11-22", -1500)], notes=["Zone: UTC"]
    )
    assert text_of(response) == "\ufeffZone: UTC\r\nday,cents\r\n2025-11-22,-1500\r\n"
    assert response["Content-Disposition"] == 'attachment; filename="days.csv"'


def test_it_streams_rows_as_they_come() -> None:
    endless = iter(lambda: ("x",), None)
    lines = iter(csv_response("x.csv", columns=["a"], rows=endless).streaming_content)  # type: ignore[arg-type]
    assert [next(lines) for _ in range(3)][-1].startswith(b"x\r\nx\r\n")


ROWS = [("2025-11-22", -1500, "=1+1"), ("2025-11-23", 2000, None)]


def asked(kind: str) -> HttpResponseBase:
    request = RequestFactory().get("/", {"format": kind} if kind else {})
    columns = ["day", "amount_cents", "task"]
    return table_response(request, "entries", columns=columns, rows=ROWS, notes=["Zone: UTC"])


def cells(response: HttpResponseBase) -> dict[str, str]:
    """Reference → type and value of every cell of the first sheet, as the file has them."""
    with ZipFile(BytesIO(b"".join(response))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    found = re.findall(r'<c r="(\w+)"(?: s="\d+")?(?: t="(\w+)")?>(.*?)</c>', sheet)
    return {place: f"{kind}{re.sub('<[^>]+>', ' ', value)}".strip() for place, kind, value in found}


def test_csv_keeps_cents_and_adds_money() -> None:
    lines = b"".join(asked("")).decode().splitlines()
    assert lines[1:3] == ["day,amount_cents,amount,task", "2025-11-22,-1500,-15.00,'=1+1"]


def test_xlsx_holds_numbers_as_numbers_and_text_as_text() -> None:
    found = cells(asked("xlsx"))
    assert found["B2"].split() == ["inlineStr", "amount"]
    assert found["B3"] == "-15.00"
    assert found["C3"].split() == ["inlineStr", "=1+1"]
    assert "C4" not in found


def test_xlsx_says_what_it_is() -> None:
    response = asked("xlsx")
    assert response["Content-Disposition"] == 'attachment; filename="entries.xlsx"'
    assert response["Content-Type"] == SHEET_TYPE


def test_another_format_is_not_known() -> None:
    with pytest.raises(Http404):
        asked("pdf")


def test_xlsx_goes_on_in_another_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "ROWS_A_SHEET", 1)
    with ZipFile(BytesIO(b"".join(asked("xlsx")))) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
    assert len(sheets) == 2


def test_xlsx_writes_moments_in_the_business_zone(settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = "Europe/Moscow"
    midnight = datetime(2025, 11, 22, 21, tzinfo=UTC)
    found = cells(
        xlsx_response("x.xlsx", columns=["at", "day"], rows=[(midnight, date(2025, 11, 23))])
    )
    assert (found["A2"], found["B2"]) == ("45984", "45984")
