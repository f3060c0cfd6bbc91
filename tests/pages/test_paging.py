"""Keyset paging over a real table."""

import base64

import pytest
from django.http import Http404
from django.test import RequestFactory

from auth_app.models import User
from pages.paging import Page, keyset

BY = ("-version", "id")


@pytest.fixture
def people(db: None) -> list[User]:
    for place in range(7):
        User.objects.create(email=f"p{place}@popug.example", name="Polly", version=1 + place % 2)
    return list(User.objects.order_by(*BY))


def page(cursor: str = "", size: int = 3) -> Page[User]:
    request = RequestFactory().get("/", {"cursor": cursor} if cursor else {})
    return keyset(request, User.objects.all(), by=BY, size=size)


def test_it_shows_every_row_once_and_in_order(people: list[User]) -> None:
    shown, cursor = list[User](), ""
    while True:
        found = page(cursor)
        shown += found.items
        if not found.next:
            break
        cursor = found.next
    assert shown == people


def test_it_says_which_page_is_the_first(people: list[User]) -> None:
    first = page()
    assert first.first
    assert not page(first.next or "").first


def test_it_ends_when_the_last_page_is_just_full(people: list[User]) -> None:
    assert page(size=len(people)).next is None


def test_it_is_not_shifted_by_rows_that_arrive(people: list[User]) -> None:
    cursor = page().next or ""
    User.objects.create(email="new@popug.example", name="New", version=9)
    assert page(cursor).items == people[3:6]


@pytest.mark.parametrize(
    "values",
    [
        "nonsense",
        "[1]",
        "[null,1]",
        '["x",1]',
        "{}",
        "[[1],1]",
        '["\\u0000",1]',
        "[Infinity,1]",
        "[1e999,1]",
    ],
)
def test_it_knows_no_page_for_a_cursor_that_was_tampered_with(
    people: list[User], values: str
) -> None:
    with pytest.raises(Http404):
        page(base64.urlsafe_b64encode(values.encode()).decode())


def test_it_asks_the_database_once(
    people: list[User], django_assert_num_queries: pytest.FixtureRequest
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        page()
