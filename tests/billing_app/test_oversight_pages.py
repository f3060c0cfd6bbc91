"""The pages of whoever watches over the ledger: reconciliation, corrections, the audit log."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from uuid_utils.compat import uuid7

from auth_app.models import User
from billing_app import closing, correcting, reconciling
from billing_app.models import AuditRecord, Correction, Entry, Payout, Reconciliation
from messaging.business_day import today
from tests.billing_app.test_pages import charge, earn
from tests.conftest import ClientFor, Hire

pytestmark = pytest.mark.django_db
REASON = {"reason": "Charged for a task that was imported twice"}


@pytest.fixture
def books(client_for: ClientFor, accountant: User) -> Client:
    return client_for(accountant)


@pytest.fixture
def other_books(client_for: ClientFor, admin: User) -> Client:
    """Somebody else who may decide."""
    return client_for(admin)


def answer_checks() -> None:
    """As the worker does, some time after the button was pressed."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE billing_app_checkrequest SET requested_at = clock_timestamp()")
        cursor.execute("SET LOCAL session_replication_role = origin")
    reconciling.reconcile_when_due()


# --- reconciliation ------------------------------------------------------------------------------


def test_looking_at_the_page_proves_nothing(books: Client, worker: User) -> None:
    charge(worker)
    assert "Not checked yet" in books.get("/billing/reconciliation/").content.decode()
    assert not Reconciliation.objects.exists()


def test_a_check_is_asked_for_and_its_result_appears(books: Client, worker: User) -> None:
    charge(worker)
    asked = books.post("/billing/reconciliation/reconcile/", follow=True).content.decode()
    assert "on its way" in asked
    assert books.get("/billing/reconciliation/awaited/").headers.get("HX-Refresh") is None
    answer_checks()
    assert books.get("/billing/reconciliation/awaited/")["HX-Refresh"] == "true"
    page = books.get("/billing/reconciliation/").content.decode()
    assert "Every cent is accounted for" in page
    assert "Arthur Accountant" in page


def test_pressing_twice_asks_once(books: Client) -> None:
    for _ in range(2):
        books.post("/billing/reconciliation/reconcile/")
    assert AuditRecord.objects.filter(action="reconciliation_requested").count() == 1


def test_the_differences_lead_to_what_they_are_about(books: Client, worker: User) -> None:
    charge(worker)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE billing_app_cycle SET charged_cents = 1")
        cursor.execute("SET LOCAL session_replication_role = origin")
    run = reconciling.reconcile(Reconciliation.Why.SCHEDULE)
    for path in ("/billing/reconciliation/", f"/billing/reconciliation/{run.pk}/"):
        page = books.get(path).content.decode()
        assert "contradicts itself" in page
        assert f"/billing/accounts/{worker.public_id}/?day={today()}" in page


def test_the_history_has_pages(books: Client) -> None:
    for _ in range(21):
        reconciling.reconcile(Reconciliation.Why.SCHEDULE)
    page = books.get("/billing/reconciliation/")
    assert page.context["page"].next
    rest = books.get("/billing/reconciliation/", {"cursor": page.context["page"].next})
    assert len(rest.context["page"].items) == 1


# --- corrections ---------------------------------------------------------------------------------


def ask(books: Client, entry: Entry) -> Correction:
    books.post(f"/billing/entries/{entry.pk}/correct/", REASON)
    return Correction.objects.standing().get(entry=entry)


def test_one_asks_and_another_approves(books: Client, other_books: Client, worker: User) -> None:
    asked = ask(books, charge(worker))
    assert str(asked.pk) in other_books.get("/billing/corrections/").content.decode()
    other_books.post(f"/billing/corrections/{asked.pk}/approve/")
    reversal = Entry.objects.get(reverses=asked.entry)
    entry_page = books.get(f"/billing/entries/{asked.entry_id}/").content.decode()
    assert f"/billing/entries/{reversal.pk}/" in entry_page
    reversal_page = books.get(f"/billing/entries/{reversal.pk}/").content.decode()
    assert f"/billing/entries/{asked.entry_id}/" in reversal_page


def test_the_statement_says_so_both_ways(
    books: Client, other_books: Client, worker: User, client_for: ClientFor
) -> None:
    asked = ask(books, charge(worker))
    other_books.post(f"/billing/corrections/{asked.pk}/approve/")
    page = client_for(worker).get("/billing/").content.decode()
    assert REASON["reason"] in page
    assert f"corrects № {asked.entry_id}" in page
    assert f"corrected by № {Entry.objects.latest('id').pk}" in page


def test_a_request_without_a_reason_is_422_and_asks_for_it(books: Client, worker: User) -> None:
    entry = charge(worker)
    answer = books.post(f"/billing/entries/{entry.pk}/correct/", {"reason": " "})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()
    assert not Correction.objects.exists()


def test_nobody_decides_what_they_asked_for(books: Client, worker: User) -> None:
    asked = ask(books, charge(worker))
    assert "somebody else decides" in books.get("/billing/corrections/").content.decode()
    for verb in ("approve", "reject"):
        assert books.post(f"/billing/corrections/{asked.pk}/{verb}/").status_code == 403
    assert Correction.objects.get().is_waiting


def test_who_asked_takes_it_back_where_it_is_shown(books: Client, worker: User) -> None:
    entry = charge(worker)
    for stay, page in (("1", f"/billing/entries/{entry.pk}/"), ("", "/billing/corrections/")):
        asked = ask(books, entry)
        address = f"/billing/corrections/{asked.pk}/withdraw/"
        assert address in books.get(page).content.decode()
        answer = books.post(address, {"stay": stay} if stay else {}, follow=True)
        assert answer.redirect_chain == [(page, 302)]
        assert "You have withdrawn the correction" in answer.content.decode()
    page = books.get(f"/billing/entries/{entry.pk}/").content.decode()
    assert "Ask for a correction" in page
    assert "withdrawn" in page
    assert not Correction.objects.standing().exists()


def test_the_entry_leads_to_the_decision_and_tells_of_it(
    books: Client, other_books: Client, worker: User, client_for: ClientFor
) -> None:
    asked = ask(books, charge(worker))
    page = f"/billing/entries/{asked.entry_id}/"
    assert "?state=requested" in other_books.get(page).content.decode()
    assert "?state=requested" not in books.get(page).content.decode()
    other_books.post(f"/billing/corrections/{asked.pk}/reject/")
    assert "rejected" in books.get(page).content.decode()
    assert asked.reason not in client_for(worker).get(page).content.decode()
    assert AuditRecord.objects.latest("id").reason == ""


def test_nobody_takes_back_what_another_asked_for(
    books: Client, other_books: Client, worker: User
) -> None:
    asked = ask(books, charge(worker))
    address = f"/billing/corrections/{asked.pk}/withdraw/"
    for page in ("/billing/corrections/", f"/billing/entries/{asked.entry_id}/"):
        assert address not in other_books.get(page).content.decode()
    assert other_books.post(address).status_code == 403
    assert Correction.objects.get().is_waiting


def test_nobody_asks_or_decides_for_their_own_account(
    books: Client, accountant: User, admin: User, client_for: ClientFor
) -> None:
    entry = charge(accountant)
    assert "Ask for a correction" not in books.get(f"/billing/entries/{entry.pk}/").content.decode()
    assert books.post(f"/billing/entries/{entry.pk}/correct/", REASON).status_code == 403
    asked = ask(client_for(admin), entry)
    assert books.post(f"/billing/corrections/{asked.pk}/approve/").status_code == 403


def test_a_payout_cannot_be_corrected(books: Client, worker: User) -> None:
    earn(worker, days=1)
    closing.close_finished_days()
    payout = Entry.objects.get(kind=3)
    assert books.post(f"/billing/entries/{payout.pk}/correct/", REASON).status_code == 403


def test_what_is_decided_is_decided(
    books: Client, other_books: Client, hire: Hire, worker: User, client_for: ClientFor
) -> None:
    asked = ask(books, charge(worker))
    other_books.post(f"/billing/corrections/{asked.pk}/reject/")
    third = client_for(hire("Thea Third", "accountant"))
    page = third.post(f"/billing/corrections/{asked.pk}/approve/", follow=True).content.decode()
    assert "decided it already" in page
    assert not Entry.objects.filter(reverses__isnull=False).exists()


def test_those_that_wait_come_first_and_are_counted(books: Client, worker: User) -> None:
    waiting, decided = ask(books, charge(worker)), ask(books, charge(worker))
    correcting.reject(decided, uuid7())
    page = books.get("/billing/corrections/")
    assert [row["correction"] for row in page.context["rows"]] == [waiting, decided]
    assert '<span class="badge pending">1</span>' in page.content.decode()
    only = books.get("/billing/corrections/?state=rejected").context["rows"]
    assert [row["correction"] for row in only] == [decided]


def test_a_worker_sees_no_form(worker: User, client_for: ClientFor) -> None:
    entry = charge(worker)
    client = client_for(worker)
    assert (
        "Ask for a correction" not in client.get(f"/billing/entries/{entry.pk}/").content.decode()
    )
    assert client.post(f"/billing/entries/{entry.pk}/correct/", REASON).status_code == 403


# --- the audit log -------------------------------------------------------------------------------


def actions() -> list[str]:
    return list(AuditRecord.objects.order_by("id").values_list("action", flat=True))


def test_a_close_by_a_person_is_on_record(books: Client, worker: User, accountant: User) -> None:
    earn(worker, days=2)
    books.post(f"/billing/days/{today() - timedelta(days=2)}/close/")
    closing.close_finished_days()
    record = AuditRecord.objects.get()
    assert (record.action, record.actor_role) == ("day_closed", "accountant")
    assert record.actor == accountant.public_id
    assert record.object == f"day/{today() - timedelta(days=2)}"


def test_a_close_before_the_end_of_the_day_says_so(worker: User, accountant: User) -> None:
    earn(worker)
    closing.close(today(), by=accountant.public_id, early=True)
    assert actions() == ["day_closed_early"]


def test_notices_that_are_sent_again_are_on_record(books: Client, worker: User) -> None:
    earn(worker, days=1)
    closing.close_finished_days()
    payout = Payout.objects.get()
    books.post(f"/billing/payouts/{payout.pk}/retry/")
    Payout.objects.update(state="failed", attempts=10)
    books.post(f"/billing/payouts/{payout.pk}/retry/")
    Payout.objects.update(state="failed", attempts=10)
    books.post("/billing/payouts/retry/")
    assert actions() == ["notice_retried", "notice_retried"]


def test_whoever_sends_a_notice_again_comes_back_to_what_they_had_chosen(
    books: Client, worker: User
) -> None:
    earn(worker, days=1)
    closing.close_finished_days()
    Payout.objects.update(state="failed", attempts=10)
    chosen = "/billing/payouts/?state=failed"
    assert "/retry/?state=failed" in books.get(chosen).content.decode()
    again = f"/billing/payouts/{Payout.objects.get().pk}/retry/"
    answer = books.post(f"{again}?state=failed")
    assert answer["Location"] == chosen
    page = books.get(chosen).content.decode()
    assert "will be sent again" in page
    assert again not in page


def test_exports_of_other_peoples_data_are_on_record(
    books: Client, worker: User, accountant: User, client_for: ClientFor
) -> None:
    charge(worker)
    client_for(worker).get(f"/billing/accounts/{worker.public_id}/export/")
    books.get(f"/billing/accounts/{accountant.public_id}/export/")
    assert actions() == []
    books.get(f"/billing/accounts/{worker.public_id}/export/")
    books.get("/billing/accounts/export/?q=Wanda")
    assert actions() == ["exported", "exported"]
    assert AuditRecord.objects.latest("id").after == {"asked": "q=Wanda"}


def test_the_log_can_be_filtered(books: Client, worker: User) -> None:
    asked = ask(books, charge(worker))
    books.get("/billing/accounts/export/")
    for query, found in [
        ("", 2),
        ("action=exported", 1),
        ("q=arthur", 2),
        ("q=nobody", 0),
        (f"thing=entry/{asked.entry_id}", 1),
        (f"from={today()}&to={today()}", 2),
        (f"to={today() - timedelta(days=1)}", 0),
    ]:
        assert len(books.get(f"/billing/audit/?{query}").context["page"].items) == found, query
    assert books.get("/billing/audit/?action=nonsense").status_code == 422


def test_a_record_leads_to_what_it_is_about(books: Client, worker: User) -> None:
    asked = ask(books, charge(worker))
    page = books.get("/billing/audit/").content.decode()
    assert f"/billing/entries/{asked.entry_id}/" in page
    assert REASON["reason"] in page
