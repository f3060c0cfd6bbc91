"""The accountant's pages: filters, orders, totals over what is filtered, figures that lead on."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from auth_app.models import User
from billing_app import board, closing, correcting
from billing_app.models import Account, BusinessDay, Debt, Entry, Kind, Payout
from billing_app.reports import balance_cents
from billing_app.trial_balance import totals, trial_balance
from messaging.business_day import today
from pages.formats import money
from tests.billing_app.test_pages import charge, earn
from tests.conftest import ClientFor, Hire

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def books(client_for: ClientFor, accountant: User) -> Client:
    return client_for(accountant)


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def close_until(last: date) -> None:
    for day in BusinessDay.objects.filter(day__lte=last).order_by("day"):
        closing.close(day.day, by=None)


def close_until_yesterday() -> None:
    close_until(today() - DAY)


# --- entries ---


def test_the_entries_of_a_day_an_account_and_a_kind_are_listed(
    books: Client, worker: User, colleague: User
) -> None:
    charge(worker, "Polish the perch")
    charge(colleague, "Fill the bowl")
    earn(worker)
    page = text(books, f"/billing/entries/?day={today()}&account={worker.public_id}&kind=fee")
    assert "Polish the perch" in page
    assert "Fill the bowl" not in page
    assert 'class="badge reward"' not in page


def test_the_totals_are_of_all_that_is_filtered_not_of_the_page(
    books: Client, worker: User
) -> None:
    paid = [-charge(worker).amount_cents for _ in range(51)]
    page = text(books, "/billing/entries/?kind=fee")
    assert page.count('<tr id="entry-') == 50
    assert f">{money(sum(paid))}</td>" in page
    assert "51 entries" in page


def test_a_list_that_is_too_long_to_add_up_says_so(
    books: Client, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.totals.COUNTED", 2)
    paid = [-charge(worker).amount_cents for _ in range(2)]
    assert money(sum(paid)) in text(books, "/billing/entries/?kind=fee")
    charge(worker)
    page = text(books, "/billing/entries/?kind=fee")
    assert "More than 2 entries" in page
    assert "3 entries" not in page


def test_a_day_of_very_many_accounts_shows_the_days_own_totals(
    books: Client, worker: User, stranger: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = [-charge(person).amount_cents for person in (worker, stranger)]
    address = f"/billing/days/{today()}/"
    assert "2 accounts" in text(books, address)
    monkeypatch.setattr("pages.totals.COUNTED", 1)
    page = text(books, address)
    assert "More than 1 accounts" in page
    assert page.count(money(sum(paid))) == 2  # what management earned, and the fees


def test_the_entries_of_a_task_are_listed_whenever_they_were(books: Client, worker: User) -> None:
    old = charge(worker, "Polish the perch", days=90)
    assert "Polish the perch" in text(books, f"/billing/entries/?task={old.task_id}")
    assert "Polish the perch" not in text(books, "/billing/entries/")


def test_a_worker_sees_their_own_entries_only(
    worker: User, stranger: User, client_for: ClientFor
) -> None:
    charge(worker, "Polish the perch")
    charge(stranger, "Fill the bowl")
    client = client_for(worker)
    assert "Fill the bowl" not in text(client, "/billing/entries/")
    page = text(client, f"/billing/entries/?account={stranger.public_id}")
    assert "Fill the bowl" not in page
    assert stranger.name not in page


@pytest.mark.parametrize("compare", ["", "day", "week"])
@pytest.mark.parametrize("given", ["from=0001-01-01", "to=0001-01-01", "to=9999-12-31"])
def test_days_beyond_any_calendar_are_422(books: Client, given: str, compare: str) -> None:
    answer = books.get(f"/billing/days/?{given}&compare={compare}")
    assert answer.status_code == 422
    assert answer.context["form"].errors[given.partition("=")[0].replace("from", "from_")]


def test_entries_of_a_span_that_ends_before_it_begins_are_422(books: Client) -> None:
    assert books.get("/billing/entries/?from=2026-02-02&to=2026-02-01").status_code == 422
    assert books.get("/billing/entries/?kind=gift").status_code == 422
    assert books.get("/billing/entries/export/?kind=gift").status_code == 422


def test_late_entries_are_those_whose_own_day_was_closed(books: Client, worker: User) -> None:
    earn(worker, days=2)
    close_until_yesterday()
    charge(worker, "Polish the perch", days=2)
    charge(worker, "Fill the bowl")
    page = text(books, "/billing/entries/late/")
    assert "Polish the perch" in page
    assert "Fill the bowl" not in page
    assert "Payout of the day" not in page
    assert Entry.objects.late().count() == 1


# --- days ---


def test_a_days_accounts_are_narrowed_and_ordered(
    books: Client, worker: User, colleague: User
) -> None:
    charge(worker)
    get_rich(colleague)
    path = f"/billing/days/{today()}/"
    assert colleague.name not in text(books, f"{path}?show=red")
    by_balance = text(books, f"{path}?sort=balance")
    assert by_balance.index(colleague.name) < by_balance.index(worker.name)
    by_debt = text(books, f"{path}?sort=debt")
    assert by_debt.index(worker.name) < by_debt.index(colleague.name)


@pytest.mark.parametrize("sort", ["name", "balance", "debt", "charges"])
def test_a_days_accounts_are_paged_in_every_order(books: Client, hire: Hire, sort: str) -> None:
    people = [hire(f"Popug {place:02}") for place in range(52)]
    for person in people:
        charge(person)
    first = text(books, f"/billing/days/{today()}/?sort={sort}")
    cursor = re.search(r"cursor=([\w-]+)", first)
    assert cursor
    second = text(books, f"/billing/days/{today()}/?sort={sort}&cursor={cursor[1]}")
    names = re.findall(r"Popug \d\d", re.sub(r"<title>.*?</title>", "", first + second))
    assert sorted(set(names)) == [person.name for person in people]
    assert len(names) == 52
    assert "52 accounts" in first
    assert "52 accounts" in second


def test_the_board_compares_with_the_day_before(books: Client, worker: User) -> None:
    before = -charge(worker, days=1).amount_cents
    now = -charge(worker).amount_cents
    (row, *_) = board.rows(today(), today(), compare="day")
    assert row.change_cents == now - before
    assert "Against the day before" in text(books, "/billing/days/?compare=day")
    assert "Against a week before" in text(books, "/billing/days/?compare=week")


def test_a_day_leads_to_its_neighbours(books: Client, worker: User) -> None:
    earn(worker, days=2)
    first, second, third = (today() - timedelta(days=n) for n in (2, 1, 0))
    found = books.get(f"/billing/days/{second}/").context
    assert (found["before"], found["after"]) == (first, third)
    assert books.get(f"/billing/days/{first}/").context["before"] is None
    assert books.get(f"/billing/days/{third}/").context["after"] is None


def test_what_is_booked_after_an_early_close_is_seen(
    books: Client, worker: User, settings: Settings
) -> None:
    settings.DEMO = True
    earn(worker)
    closing.close(today(), by=None, early=True)
    fee = charge(worker)
    after = today() + timedelta(days=1)
    assert books.get("/billing/days/").context["rows"][0].day.day == after
    assert books.get("/billing/entries/").context["page"].items[0] == fee
    page = text(books, f"/billing/days/{after}/")
    assert "Close the day" not in page


def test_an_account_shows_its_payout_until_something_moves_again(
    worker: User, client_for: ClientFor, settings: Settings
) -> None:
    settings.DEMO = True
    earn(worker)
    closing.close(today(), by=None, early=True)
    own = client_for(worker)
    assert own.get("/billing/").context["statement"].lines[-1].entry.kind == Kind.PAYOUT
    fee = charge(worker)
    for address in ("/billing/", f"/billing/accounts/{worker.public_id}/statement/"):
        context = own.get(address).context
        assert [line.entry for line in context["statement"].lines] == [fee]
        assert context["is_today"]


def test_the_board_has_totals_of_its_span(worker: User) -> None:
    charge(worker, days=3)
    fees = [-charge(worker, days=days).amount_cents for days in (1, 0)]
    shown = board.rows(today() - DAY, today())
    assert board.totals(shown).fees_cents == sum(fees)


def test_the_presets_end_today() -> None:
    week, month, thirty = board.presets()
    assert (week.first.weekday(), month.first.day) == (0, 1)
    assert thirty.last - thirty.first == timedelta(days=29)


# --- debts ---


def test_a_debt_is_as_old_as_the_day_it_began(worker: User, colleague: User) -> None:
    charge(worker, days=3)
    get_rich(colleague, days=3)
    charge(colleague)
    close_until_yesterday()
    found = {debt.account.public_id: debt.since for debt in Debt.objects.select_related("account")}
    assert found == {worker.public_id: today() - 3 * DAY, colleague.public_id: today()}


def test_a_debt_that_was_paid_off_begins_anew(worker: User) -> None:
    charge(worker, days=3)
    get_rich(worker, days=2)
    close_until(today() - 2 * DAY)
    charge(worker, days=1)
    assert Debt.objects.get().since == today() - DAY
    close_until_yesterday()
    assert Debt.objects.get().since == today() - DAY


def test_a_debt_counts_from_its_last_beginning_on_days_that_are_open(worker: User) -> None:
    charge(worker, days=2)
    get_rich(worker, days=1)
    while balance_cents(worker.public_id) >= 0:
        charge(worker)
    assert Debt.objects.get().since == today()


def test_nobody_with_money_is_in_the_red(worker: User) -> None:
    charge(worker, days=1)
    get_rich(worker)
    assert not Debt.objects.exists()


def get_rich(person: User, days: float = 0) -> None:
    """Prices are drawn, so how many tasks it takes is chance."""
    while balance_cents(person.public_id) <= 0:
        earn(person, days)


@pytest.mark.parametrize("sort", ["amount", "age", "name"])
def test_debts_are_listed_in_every_order(
    books: Client, worker: User, colleague: User, sort: str
) -> None:
    charge(worker, days=2)
    charge(colleague)
    page = text(books, f"/billing/accounts/debts/?sort={sort}")
    assert worker.name in page
    assert colleague.name in page
    if sort == "age":
        assert page.index(worker.name) < page.index(colleague.name)


def test_rows_that_are_kept_written_show_what_has_changed(
    books: Client, accountant: User, worker: User
) -> None:
    debts, days = "/billing/accounts/debts/", "/billing/days/"
    fee = -charge(worker, days=1).amount_cents
    assert worker.name in text(books, debts)
    Account.objects.filter(public_id=worker.public_id).update(name="Renamed")
    more = fee - charge(worker, days=1).amount_cents
    assert "Renamed" in text(books, debts)
    assert money(-more) in text(books, debts)
    assert "closed" not in text(books, days)
    close_until_yesterday()
    assert "closed" in text(books, days)
    accountant.change(language="ru")
    assert "закрыт" in text(books, days)
    assert "Age in days" not in text(books, debts)


# --- trial balance ---


def test_debits_and_credits_are_equal_and_follow_from_the_entries(
    worker: User, colleague: User
) -> None:
    charge(worker, days=2)
    earn(colleague, days=1)
    close_until_yesterday()
    earn(worker)
    lines = trial_balance(today() - DAY, today())
    sums = totals(lines)
    assert sums[0] == sums[1]
    assert sums[2] == sums[3] == sum(map(abs, amounts(day__gte=today() - DAY)))
    assert sums[4] == sums[5]


def test_closed_days_show_what_was_reversed_on_both_sides(
    worker: User, accountant: User, admin: User
) -> None:
    wrong = charge(worker, days=1)
    earn(worker, days=1)
    wanted = correcting.request(wrong, "Booked by mistake", accountant.public_id)
    correcting.approve(wanted, admin.public_id)
    span = (today() - DAY, today())
    while_open = trial_balance(*span)
    close_until_yesterday()
    kinds = {line.kind: line for line in trial_balance(*span)}
    assert kinds[Kind.FEE].debit_cents == -wrong.amount_cents
    for line in while_open:
        if line.kind in {Kind.FEE, Kind.REWARD}:
            assert kinds[line.kind] == line


def test_a_span_opens_with_what_the_one_before_closed_with(worker: User) -> None:
    charge(worker, days=2)
    earn(worker, days=1)
    close_until_yesterday()
    for day in (today() - DAY, today()):
        before = [line.closing_cents for line in trial_balance(day - DAY, day - DAY)]
        assert [line.opening_cents for line in trial_balance(day, day)] == before
    workers = trial_balance(today(), today())[0]
    assert workers.closing_cents == sum(amounts())


def test_the_trial_balance_is_a_page_and_an_export(books: Client, worker: User) -> None:
    fee = -charge(worker).amount_cents
    assert money(fee) in text(books, "/billing/trial-balance/")
    exported = b"".join(books.get("/billing/trial-balance/export/")).decode()
    assert "income:fees" in exported
    assert f"{fee},{fee / 100:.2f}" in exported


def amounts(**chosen: Any) -> list[int]:
    return list(Entry.objects.filter(**chosen).values_list("amount_cents", flat=True))


# --- payouts ---


def test_payouts_have_tabs_with_numbers_and_say_what_failed(
    books: Client, worker: User, colleague: User
) -> None:
    get_rich(worker, days=1)
    get_rich(colleague, days=1)
    close_until_yesterday()
    Payout.objects.filter(account__name=worker.name).update(
        state="failed", attempts=3, last_error="SMTPDataError: mailbox is full"
    )
    page = text(books, "/billing/payouts/?state=failed")
    assert "mailbox is full" in page
    assert colleague.name not in page
    assert re.findall(r'<span class="muted">(\d)</span>', page) == ["2", "1", "0", "0", "1"]
    assert "1 failed notice will be sent again" in page


def test_only_failed_notices_that_match_are_sent_again(
    books: Client, worker: User, colleague: User
) -> None:
    get_rich(worker, days=1)
    get_rich(colleague, days=1)
    close_until_yesterday()
    Payout.objects.update(state="failed", attempts=10)
    books.post("/billing/payouts/retry/", {"q": worker.name})
    assert Payout.objects.get(attempts=0).account.name == worker.name


# --- exports ---


EXPORTS = [
    "entries",
    "entries/late",
    "days",
    "accounts",
    "accounts/debts",
    "payouts",
    "trial-balance",
]


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_every_list_is_exported_in_both_formats(
    books: Client, worker: User, name: str, kind: str
) -> None:
    earn(worker, days=1)
    charge(worker)
    close_until_yesterday()
    answer = books.get(f"/billing/{name}/export/?format={kind}")
    assert answer.status_code == 200
    assert b"".join(answer)
    assert f'.{kind}"' in answer["Content-Disposition"]


def test_an_export_is_named_by_its_span_and_has_the_digest(books: Client, worker: User) -> None:
    earn(worker, days=1)
    close_until_yesterday()
    yesterday = today() - DAY
    answer = books.get(f"/billing/days/{yesterday}/export/?q=wanda")
    exported = b"".join(answer).decode()
    assert f"accounts-{yesterday}.csv" in answer["Content-Disposition"]
    assert BusinessDay.objects.get(pk=yesterday).seal in exported
    assert worker.name in exported


def test_a_worker_exports_a_period_with_the_running_balance(
    worker: User, client_for: ClientFor
) -> None:
    first, second = charge(worker, days=1), charge(worker)
    path = reverse("billing:statement_export", args=[worker.public_id])
    answer = client_for(worker).get(f"{path}?from={today() - DAY}&to={today()}")
    lines = b"".join(answer).decode().splitlines()
    assert lines[-1].endswith(f"{(first.amount_cents + second.amount_cents) / 100:.2f}")


def test_an_entry_leads_to_its_task_and_its_other_entries(books: Client, worker: User) -> None:
    entry = earn(worker)
    page = text(books, f"/billing/entries/{entry.pk}/")
    assert f"/tasks/{entry.task_id}/" in page
    assert f"/billing/entries/?task={entry.task_id}" in page


@pytest.mark.parametrize(
    "path",
    [
        "/billing/days/export/?from=soon",
        "/billing/trial-balance/export/?to=2026-99-99",
        "/billing/payouts/export/?state=eaten",
        "/billing/accounts/export/?balance=blue",
        "/billing/accounts/debts/export/?sort=luck",
    ],
)
def test_an_export_of_senseless_filters_is_422_and_names_the_field(
    books: Client, path: str
) -> None:
    answer = books.get(path)
    assert answer.status_code == 422
    assert path.partition("?")[2].partition("=")[0] in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["payouts/", "accounts/", "accounts/debts/", "entries/", "corrections/", "audit/"]
)
def test_what_is_no_word_finds_nothing_or_everything_but_breaks_nothing(
    books: Client, worker: User, path: str
) -> None:
    earn(worker, days=1)
    close_until_yesterday()
    assert books.get(f"/billing/{path}?q=!!!").status_code == 200
