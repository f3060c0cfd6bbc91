"""Dead letters are seen, replayed and discarded by admins (E3)."""

from collections.abc import Iterator

import pytest
from django.test import Client

from auth_app.models import User
from messaging.models import DeadLetter, OutboxDelivery
from tasks_app.models import Account
from tests.conftest import ClientFor
from tests.delivery import empty_queues, work_off
from tests.messaging.letters import UNKNOWN, address, committing, malformed, parked, state

LIST = "/events/dead-letters/"


@pytest.fixture(autouse=True)
def _fresh_queues() -> Iterator[None]:
    empty_queues()
    yield
    empty_queues()


@pytest.fixture
def office(client_for: ClientFor, admin: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Its posts are committed: what waits for that is done."""
    client = client_for(admin)
    monkeypatch.setattr(client, "post", committing(client.post))
    return client


def shown(client: Client, query: str = "") -> list[DeadLetter]:
    return list(client.get(f"{LIST}?{query}").context["page"].items)


def test_it_says_when_there_are_none(office: Client) -> None:
    assert "No dead letters here" in office.get(LIST).content.decode()


def test_it_shows_what_is_parked_newest_first(office: Client) -> None:
    first, second = parked(), malformed()
    assert shown(office) == [second, first]


def test_it_filters_by_consumer_name_error_and_state(office: Client) -> None:
    late, broken = parked(), malformed()
    assert shown(office, "consumer=tasks") == [late]
    assert shown(office, "name=auth.account_created") == [late]
    assert shown(office, "error=InvalidEvent") == [broken]
    assert shown(office, "state=discarded") == []
    assert shown(office, "state=all&consumer=billing") == [broken]
    assert shown(office, "consumer=nobody") == []


def test_it_counts_them_by_group(office: Client) -> None:
    malformed(nonsense=1)
    malformed(nonsense=2)
    [group] = office.get(LIST).context["groups"]
    assert (group["consumer"], group["error_kind"], group["count"]) == (
        "billing",
        "InvalidEvent",
        2,
    )


def test_it_shows_the_whole_letter(office: Client) -> None:
    page = office.get(address(parked())).content.decode()
    assert "the perch is broken" in page
    assert "Late Larry" in page
    assert "Impossible" in page


def test_a_malformed_one_has_a_page_too(office: Client) -> None:
    page = office.get(address(malformed(title="<script>alert(1)</script>"))).content.decode()
    assert "malformed" in page
    assert "<script>alert" not in page


def test_it_replays_one(office: Client) -> None:
    letter = parked()
    assert office.post(address(letter, "replay")).status_code == 302
    assert work_off("tasks.events") == 1
    assert state(letter) == "replayed"
    assert Account.objects.filter(name="Late Larry").exists()


def test_a_replay_settles_the_delivery(office: Client) -> None:
    letter = parked()
    office.post(address(letter, "replay"))
    work_off("tasks.events")
    work_off("auth.acks")
    deliveries = OutboxDelivery.objects.filter(event__data__name="Late Larry", consumer="tasks")
    assert deliveries.get().state == "acked"


def test_replaying_twice_applies_once(office: Client) -> None:
    letter = parked()
    office.post(address(letter, "replay"))
    office.post(address(letter, "replay"))
    assert work_off("tasks.events") == 2
    assert Account.objects.filter(name="Late Larry").count() == 1


def test_what_still_fails_stays_parked_with_its_new_error(office: Client) -> None:
    letter = malformed()
    office.post(address(letter, "replay"))
    work_off("billing.events")
    assert (state(letter), letter.attempts) == ("parked", 2)


def test_it_replays_all_that_match_the_filter(office: Client) -> None:
    larry, lucy, other = parked("Late Larry"), parked("Late Lucy"), malformed()
    assert "/events/replays/" in office.post(f"{LIST}replay/?consumer=tasks").headers["Location"]
    assert (work_off("tasks.events"), work_off("billing.events")) == (1, 0)
    assert [state(larry), state(lucy), state(other)] == ["replayed", "replayed", "parked"]


def test_a_filter_that_makes_no_sense_replays_nothing(office: Client) -> None:
    parked()
    office.post(f"{LIST}replay/?consumer=nobody")
    assert work_off("tasks.events") == 0


def test_it_discards_one_for_a_reason_on_record(office: Client, admin: User) -> None:
    letter = parked()
    office.post(address(letter, "discard"), {"reason": "a test of ours"})
    assert state(letter) == "discarded"
    assert (letter.reason, letter.resolved_by) == ("a test of ours", admin.public_id)


def test_what_is_discarded_is_undone_with_one_click(office: Client) -> None:
    letter = parked()
    gone = office.post(address(letter, "discard"), {"reason": "a test of ours"}, follow=True)
    toast = gone.content.decode().partition('id="toasts"')[2]
    assert f'action="{address(letter, "restore")}"' in toast
    office.post(address(letter, "restore"))
    assert state(letter) == "parked"


@pytest.mark.parametrize("reason", ["", "   "])
def test_it_discards_nothing_without_a_reason(office: Client, reason: str) -> None:
    letter = parked()
    response = office.post(address(letter, "discard"), {"reason": reason})
    assert response.status_code == 422
    assert response.context["form"].errors["reason"]
    assert office.post(f"{LIST}discard/", {"reason": reason}).status_code == 422
    assert state(letter) == "parked"


def test_it_discards_all_that_match_the_filter(office: Client) -> None:
    late, broken = parked(), malformed()
    office.post(f"{LIST}discard/?error=InvalidEvent", {"reason": "never valid"})
    assert [state(late), state(broken)] == ["parked", "discarded"]


def test_all_that_match_are_those_that_the_page_has_shown(office: Client) -> None:
    seen = parked()
    newest = office.get(LIST).context["newest"]
    unseen = malformed()
    form = {"scope": "all", "reason": "not ours", "newest": str(newest)}
    office.post(f"{LIST}discard/", form)
    assert [state(seen), state(unseen)] == ["discarded", "parked"]


def test_what_is_discarded_is_not_replayed(office: Client) -> None:
    letter = parked()
    office.post(address(letter, "discard"), {"reason": "no"})
    office.post(address(letter, "replay"))
    office.post(f"{LIST}replay/?state=all")
    assert work_off("tasks.events") == 0


def test_its_page_reloads_once_it_is_settled(office: Client) -> None:
    letter = parked()
    assert "HX-Refresh" not in office.get(address(letter, "state")).headers
    office.post(address(letter, "discard"), {"reason": "no"})
    assert office.get(address(letter, "state")).headers["HX-Refresh"] == "true"


def test_it_shows_none_that_is_not_there(office: Client) -> None:
    assert office.get(f"{LIST}{UNKNOWN}/").status_code == 404
    assert office.post(f"{LIST}{UNKNOWN}/replay/").status_code == 404
    assert office.post(f"{LIST}{UNKNOWN}/discard/", {"reason": "x"}).status_code == 404


def test_the_menu_counts_them_for_admins(office: Client) -> None:
    badge = '<span class="badge failed">1</span>'
    assert badge not in office.get("/events/health/").content.decode()
    malformed()
    assert badge in office.get("/events/health/").content.decode()
