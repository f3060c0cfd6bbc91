from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from messaging.arrays import array, columns

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def read_back(kind: str, values: list[object]) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT v FROM unnest(%s::{kind}[]) WITH ORDINALITY AS u(v, n)", [array(values)]
        )
        return [row[0] for row in cursor.fetchall()]


class TestText(TestCase):
    @given(st.lists(TEXT | st.none()))
    def test_any_text_comes_back_as_it_was(self, values: list[object]) -> None:
        assert read_back("text", values) == values


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("uuid", [UUID(int=1), None, UUID(int=2**128 - 1)]),
        ("bigint", [0, -1500, 2**62]),
        ("boolean", [True, False, None]),
        ("date", [date(2026, 11, 22)]),
        ("timestamptz", [datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=UTC)]),
    ],
)
def test_values_keep_their_kind(kind: str, values: list[object]) -> None:
    assert read_back(kind, values) == values


def test_rows_become_columns() -> None:
    assert columns([(1, "a"), (2, None)]) == ["{1,2}", '{"a",NULL}']
