"""CSV that a spreadsheet opens without harm."""

from decimal import Decimal

import pytest
from django.http import StreamingHttpResponse

from pages.export import csv_response, safe


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
    assert [next(lines) for _ in range(3)][-1] == b"x\r\n"
