"""The flock side by side: who completed what in a period, and where they stand."""

import csv
import io
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from analytics_app import team
from analytics_app.periods import Kind, Period
from analytics_app.team import Order
from auth_app.models import User
from tests.analytics_app import events
from tests.analytics_app.events import called, completed, hear
from tests.conftest import ClientFor

pytestmark = pytest.mark.django_db

TEAM, EXPORT = reverse("analytics:team"), reverse("analytics:export_team")
WEEK = Period.around(Kind.WEEK, date(2026, 3, 11))


@pytest.fixture
def admins_client(admin: User, client_for: ClientFor) -> Client:
    return client_for(admin)


@pytest.fixture
def flock() -> None:
    """Polly did two tasks, Coco one dear one, Rio none; Mona only manages."""
    hear(*(events.account(who) for who in ("Polly", "Coco", "Rio")))
    hear(events.account("Mona", role="manager"))
    hear(*completed("a", 2100), *completed("b", 2000), *completed("c", 4000, who="Coco"))
    hear(events.entry("fee", -1500, "Rio"))


def names(order: Order = Order.WORTH) -> list[str]:
    return [member.name for member in team.members(WEEK, order)]


def test_it_counts_what_each_completed_and_what_it_was_worth(flock: None) -> None:
    polly, coco, rio = team.members(WEEK)
    assert (polly.name, polly.completions, polly.worth_cents, polly.dearest_cents) == (
        "Polly",
        2,
        4100,
        2100,
    )
    assert (coco.completions, coco.worth_cents) == (1, 4000)
    assert (rio.completions, rio.worth_cents, rio.dearest_cents) == (0, 0, None)
    assert rio.balance_cents == -1500


def test_it_looks_at_its_period_alone(flock: None) -> None:
    next_week = Period.around(Kind.WEEK, date(2026, 3, 18))
    assert [member.completions for member in team.members(next_week)] == [0, 0, 0]


def test_it_sorts_as_asked(flock: None) -> None:
    assert names() == ["Polly", "Coco", "Rio"]
    assert names(Order.BALANCE)[0] == "Rio"
    assert names(Order.NAME) == ["Coco", "Polly", "Rio"]
    assert names(Order.COMPLETED) == ["Polly", "Coco", "Rio"]


def test_it_shows_whoever_completed_something_and_left(flock: None) -> None:
    hear(events.account("Coco", version=2, is_active=False))
    assert names() == ["Polly", "Coco", "Rio"]
    hear(events.account("Rio", version=2, is_active=False))
    assert names() == ["Polly", "Coco"]


def test_its_bars_lead_to_the_accounts(flock: None, admins_client: Client) -> None:
    shown = admins_client.get(f"{TEAM}?period=week&day=2026-03-11").content.decode()
    assert f'<a href="/billing/accounts/{called("Coco")}/" aria-label="Coco: $40.00">' in shown


def test_it_says_when_there_are_more(
    flock: None, admins_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "SHOWN", 2)
    shown = admins_client.get(f"{TEAM}?period=week&day=2026-03-11").content.decode()
    assert "The first 2 of 3; the export has everybody." in shown


def test_it_exports_everybody_in_the_order_shown(flock: None, admins_client: Client) -> None:
    answer = admins_client.get(f"{EXPORT}?period=week&day=2026-03-11&sort=balance")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [row[1] for row in rows if row[0] in map(called, ("Rio", "Coco", "Polly"))] == [
        "Rio",
        "Coco",
        "Polly",
    ]


@pytest.mark.parametrize("query", ["period=span&from=x", "sort=height"])
@pytest.mark.parametrize("address", [TEAM, EXPORT])
def test_it_refuses_what_makes_no_sense(
    address: str, query: str, admins_client: Client, flock: None
) -> None:
    assert admins_client.get(f"{address}?{query}").status_code == 422
