"""The operators' audit log: who did what, found and exported."""

import pytest
from django.test import Client

from auth_app.models import User
from messaging import giving_up, operating
from messaging.models import ConsumerState, DeadLetter
from tests.conftest import ClientFor
from tests.messaging.letters import malformed

AUDIT = "/events/audit/"


@pytest.fixture
def office(client_for: ClientFor, admin: User) -> Client:
    return client_for(admin)


def shown(client: Client, query: str = "") -> list[str]:
    return [row["deed"].action for row in client.get(f"{AUDIT}?{query}").context["rows"]]


def test_it_says_when_nothing_was_done(office: Client) -> None:
    assert "Nothing done yet" in office.get(AUDIT).content.decode()


def test_it_names_who_did_what_and_why(office: Client, admin: User) -> None:
    letter = malformed()
    giving_up.discard(DeadLetter.objects.all(), "never ours", admin.public_id)
    page = office.get(AUDIT).content.decode()
    assert "Ada Admin" in page
    assert "never ours" in page
    assert f"/events/dead-letters/{letter.public_id}/" in page


def test_it_is_filtered(office: Client, admin: User) -> None:
    malformed()
    giving_up.discard(DeadLetter.objects.all(), "no", admin.public_id)
    giving_up.restore(DeadLetter.objects.all())
    assert shown(office) == ["restored", "discarded"]
    assert shown(office, "action=restored") == ["restored"]
    assert shown(office, "who=ada") == ["discarded"]
    assert shown(office, "thing=run/") == []
    assert shown(office, "to=2001-01-01") == []
    assert office.get(f"{AUDIT}?from=never").status_code == 422


def test_it_is_exported(office: Client, admin: User) -> None:
    malformed()
    giving_up.discard(DeadLetter.objects.all(), "=1+1", admin.public_id)
    answer = office.get(f"{AUDIT}export/")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert "'=1+1" in lines[1]
    assert "Ada Admin" in lines[1]
    assert office.get(f"{AUDIT}export/?from=never").status_code == 422


def test_a_consumer_is_paused_for_a_reason_and_goes_on(office: Client, admin: User) -> None:
    answer = office.post("/events/health/pause/", {"consumer": "billing", "reason": "moving house"})
    assert answer.status_code == 302
    state = ConsumerState.objects.get(pk="billing")
    assert (state.reason, state.paused_by) == ("moving house", admin.public_id)
    page = office.get("/events/health/").content.decode()
    assert "billing is paused" in page
    assert "moving house" in page
    office.post("/events/health/billing/resume/")
    office.post("/events/health/billing/resume/")
    state.refresh_from_db()
    assert state.paused_at is None
    assert shown(office) == ["consumer_resumed", "consumer_paused"]


@pytest.mark.parametrize(
    "given", [{}, {"consumer": "nobody", "reason": "x"}, {"consumer": "tasks"}]
)
def test_pausing_wants_a_consumer_and_a_reason(office: Client, given: dict[str, str]) -> None:
    assert office.post("/events/health/pause/", given).status_code == 422
    assert not ConsumerState.objects.exists()


def test_a_consumer_that_is_none_cannot_go_on(office: Client) -> None:
    assert office.post("/events/health/nobody/resume/").status_code == 404


def test_what_runs_is_not_resumed(admin: User) -> None:
    assert not operating.resume_consumer("billing", admin.public_id)
