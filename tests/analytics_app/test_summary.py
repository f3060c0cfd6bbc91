"""The page of figures, its live tiles and its export."""

import csv
import io
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from auth_app.models import User
from messaging.business_day import today
from tests.analytics_app import events
from tests.analytics_app.events import called, completed, hear
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db

SUMMARY, FIGURES = reverse("analytics:summary"), reverse("analytics:figures")
EXPORT = reverse("analytics:export")


@pytest.fixture
def admins_client(admin: User, client_for: ClientFor) -> Client:
    return client_for(admin)


def page(admins_client: Client, query: str = "") -> str:
    response = admins_client.get(f"{SUMMARY}?{query}")
    assert response.status_code == HTTPStatus.OK
    return response.content.decode()


def exported(admins_client: Client, query: str) -> list[list[str]]:
    text = admins_client.get(f"{EXPORT}?{query}").getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("address", [SUMMARY, FIGURES, EXPORT])
def test_it_is_for_admins_only(
    address: str, worker: User, manager: User, accountant: User, client_for: ClientFor
) -> None:
    for person in (worker, manager, accountant):
        assert client_for(person).get(address).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("address", [SUMMARY, FIGURES, EXPORT])
def test_it_changes_nothing_so_it_takes_no_post(address: str, admins_client: Client) -> None:
    assert admins_client.post(address).status_code == HTTPStatus.METHOD_NOT_ALLOWED


def test_it_says_when_there_is_nothing_yet(admins_client: Client) -> None:
    assert "Not a feather moved" in page(admins_client)


def test_it_shows_what_management_earned_today(admins_client: Client) -> None:
    hear(events.entry("fee", -123_400, day=today()), events.entry("reward", 3100, day=today()))
    assert "$1,203.00" in page(admins_client)


def test_it_shows_another_day_only_when_asked(admins_client: Client) -> None:
    yesterday = today() - timedelta(days=1)
    hear(events.entry("fee", -1700, day=yesterday))
    assert 'class="tile-value">$0.00<' in page(admins_client)
    assert 'class="tile-value">$17.00<' in page(admins_client, f"period=day&day={yesterday}")


def test_it_shows_the_most_expensive_task_and_links_to_it(admins_client: Client) -> None:
    hear(*completed("Feed <b>the</b> cat", 4000))
    shown = page(admins_client, "period=week&day=2026-03-11")
    assert "Feed &lt;b&gt;the&lt;/b&gt; cat" in shown
    assert f"/tasks/{called('Feed <b>the</b> cat')}/" in shown


def test_it_says_how_many_tied(admins_client: Client) -> None:
    hear(*completed("a", 4000), *completed("b", 4000))
    assert "the first of 2 at this reward" in page(admins_client, "period=month&day=2026-03-11")


def test_a_bar_leads_to_its_day(admins_client: Client) -> None:
    hear(events.entry("fee", -1700))
    shown = page(admins_client, "from=2026-03-10&to=2026-03-12")
    assert "?period=day&amp;day=2026-03-11" in shown
    assert "<svg class=" in shown


def test_a_long_span_has_a_bar_a_month(admins_client: Client) -> None:
    hear(events.entry("fee", -1700))
    response = admins_client.get(f"{SUMMARY}?from=2026-03-11&to=2026-07-31")
    labels = [label for label, _, _ in response.context["bars"]]
    assert labels == ["Mar 2026", "Apr 2026", "May 2026", "Jun 2026", "Jul 2026"]
    assert response.context["bars"][0][1] == 1700


@pytest.mark.parametrize("query", ["day=x", "from=2026-03-12&to=2026-03-10", "period=%00"])
@pytest.mark.parametrize("address", [SUMMARY, FIGURES, EXPORT])
def test_a_senseless_time_is_refused_and_answered_with_today(
    address: str, query: str, admins_client: Client
) -> None:
    response = admins_client.get(f"{address}?{query}")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.context["period"].first == today()


def test_a_refused_form_keeps_what_was_typed_and_says_why(admins_client: Client) -> None:
    shown = admins_client.get(f"{SUMMARY}?from=2026-03-12&to=2026-03-10").content.decode()
    assert "The last day is before the first." in shown
    assert 'value="2026-03-12"' in shown


def test_the_tiles_answer_304_until_something_happens(admins_client: Client) -> None:
    first = admins_client.get(FIGURES)
    seen = {"HX-PTag": first["HX-PTag"]}
    assert admins_client.get(FIGURES, headers=seen).status_code == HTTPStatus.NOT_MODIFIED
    hear(events.entry("fee", -1700, day=today()))
    assert admins_client.get(FIGURES, headers=seen).status_code == HTTPStatus.OK


def test_the_page_contains_the_very_tiles_it_polls(admins_client: Client) -> None:
    hear(events.entry("fee", -1700, day=today()))
    assert admins_client.get(FIGURES).content.decode().strip() in page(admins_client)


def test_the_export_has_the_days_of_the_page(admins_client: Client) -> None:
    hear(events.account("Polly"), events.entry("fee", -1700), *completed("=1+1", 4000))
    period, zone, header, *rows = exported(admins_client, "period=week&day=2026-03-11")
    assert "Mar 9 – 15, 2026" in " ".join(period[0].split())
    assert zone == ["Business days in UTC"]
    line = dict(zip(header, rows[0], strict=True))
    assert (line["day"], line["earned_cents"], line["completions"]) == ("2026-03-11", "1700", "1")
    assert (line["top_title"], line["top_completed_by"]) == ("'=1+1", "Polly")


def test_it_asks_the_database_as_often_for_a_year_as_for_a_day(admins_client: Client) -> None:
    hear(*completed("a", 4000), events.entry("fee", -1700))
    asked = []
    for span in ("period=day", "from=2026-01-01&to=2026-12-31"):
        with CaptureQueriesContext(connection) as queries:
            page(admins_client, span)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_it_compares_each_day_with_the_same_day_of_the_period_before(
    admins_client: Client,
) -> None:
    monday = events.DAY - timedelta(days=2)
    hear(
        events.entry("fee", -1500, day=monday),
        events.entry("fee", -1900, day=events.DAY),
        events.entry("fee", -1300, day=monday - timedelta(days=7)),
    )
    query = "period=week&day=2026-03-11"
    assert 'class="shadow"' not in page(admins_client, query)
    shown = page(admins_client, f"{query}&compare=before")
    assert shown.count('class="shadow"') == 7
    assert ": $15.00, before: $13.00" in shown
    assert ": $19.00, before: $0.00" in shown


def test_it_goes_on_comparing_in_other_periods(admins_client: Client) -> None:
    shown = page(admins_client, "period=week&day=2026-03-11&compare=before")
    assert "period=week&amp;day=2026-03-02&amp;compare=before" in shown


def test_it_lists_the_most_expensive_tasks_of_the_whole_period(admins_client: Client) -> None:
    later = events.NOON + timedelta(days=1)
    hear(*completed("second", 3900), *completed("third", 3800, at=later))
    hear(*completed("first", 4000, at=later))
    shown = page(admins_client, "period=week&day=2026-03-11").partition('id="dearest"')[2]
    places = [shown.index(called(title)) for title in ("first", "second", "third")]
    assert places == sorted(places)
