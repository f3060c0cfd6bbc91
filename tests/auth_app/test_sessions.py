"""Sessions end with what they stood for, are listed, and ended one by one."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client
from django.utils import timezone

from auth_app import jobs, refresh
from auth_app.models import User
from auth_app.refresh import TokenFamily
from tests.auth_app.conftest import through_the_form
from tests.conftest import PASSWORD, ClientFor


def is_in(client: Client) -> bool:
    return client.get("/people/me/").status_code == 200


def test_another_role_ends_all_of_them(client_for: ClientFor, worker: User) -> None:
    clients = [client_for(worker), client_for(worker)]
    worker.change(role="manager")
    assert [is_in(client) for client in clients] == [False, False]


def test_another_name_ends_none(client_for: ClientFor, worker: User) -> None:
    client = client_for(worker)
    worker.change(name="Wilma")
    assert is_in(client)


def test_dismissal_ends_them_for_good(client_for: ClientFor, worker: User) -> None:
    client = client_for(worker)
    worker.deactivate()
    worker.reactivate()
    assert not is_in(client)


def test_they_go_on_when_the_change_is_undone(client_for: ClientFor, worker: User) -> None:
    client = client_for(worker)
    with transaction.atomic():
        worker.change(role="manager")
        transaction.set_rollback(True)
    assert is_in(client)


def test_nobody_elses_ends(client_for: ClientFor, worker: User, colleague: User) -> None:
    client = client_for(colleague)
    worker.deactivate()
    assert is_in(client)
    assert Session.objects.count() == 1


def test_ones_own_are_listed(polly: User) -> None:
    here, _elsewhere = through_the_form(polly), through_the_form(polly)
    sessions = here.get("/accounts/sessions/").context["sessions"]
    assert [row["session"].user for row in sessions] == [polly, polly]


def test_one_of_ones_own_is_ended(polly: User) -> None:
    here, elsewhere = through_the_form(polly), through_the_form(polly)
    listed = UserSession.objects.get(session_key=elsewhere.session.session_key)
    assert here.post(f"/people/me/sessions/{listed.pk}/end/").status_code == 302
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_nobody_ends_anothers(polly: User, client_for: ClientFor, worker: User) -> None:
    theirs = through_the_form(polly)
    listed = UserSession.objects.get(user=polly)
    answer = client_for(worker).post(f"/people/me/sessions/{listed.pk}/end/")
    assert answer.status_code == 404
    assert is_in(theirs)


def test_all_others_are_ended_and_sign_ins_through_the_api_too(polly: User) -> None:
    here, elsewhere = through_the_form(polly), through_the_form(polly)
    refresh.begin(polly)
    here.post("/accounts/sessions/")
    assert (is_in(here), is_in(elsewhere)) == (True, False)
    assert not TokenFamily.objects.alive().exists()


def test_sign_ins_through_the_api_are_listed_and_ended(polly: User) -> None:
    here, begun = through_the_form(polly), refresh.begin(polly)
    assert begun
    page = here.get("/accounts/sessions/").content.decode()
    end = f"/people/me/sign-ins/{begun[0].pk}/end/"
    assert page.count(end) == 1
    assert "End all others" in page
    assert [here.post(end).status_code for _ in range(2)] == [302, 302]
    assert refresh.exchange(begun[1]) is None
    assert end not in here.get("/accounts/sessions/").content.decode()


def test_all_others_may_be_programs_only(polly: User) -> None:
    here, begun = through_the_form(polly), refresh.begin(polly)
    here.post("/accounts/sessions/")
    assert begun
    assert refresh.exchange(begun[1]) is None
    assert is_in(here)


def test_nobody_ends_or_sees_anothers_sign_in(
    polly: User, client_for: ClientFor, worker: User
) -> None:
    begun, other = refresh.begin(polly), client_for(worker)
    assert begun
    assert other.post(f"/people/me/sign-ins/{begun[0].pk}/end/").status_code == 404
    assert str(begun[0].pk) not in other.get("/accounts/sessions/").content.decode()
    assert refresh.exchange(begun[1])


def test_another_password_ends_the_others(polly: User) -> None:
    here, elsewhere = through_the_form(polly), through_the_form(polly)
    new = "another-perch-77"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    here.post("/accounts/password/change/", form)
    assert (is_in(here), is_in(elsewhere)) == (True, False)


def test_signing_in_gives_the_session_another_key(polly: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = str(before)
    client.post("/accounts/login/", {"login": polly.email, "password": PASSWORD})
    assert is_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_the_schedule_forgets_those_whose_time_is_over(polly: User) -> None:
    kept, over = through_the_form(polly), through_the_form(polly)
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(pk=over.session.session_key).update(expire_date=past)
    jobs.forget_sessions()
    assert [row.session_key for row in UserSession.objects.all()] == [kept.session.session_key]


def test_proving_again_who_one_is_gives_the_session_another_key(polly: User) -> None:
    """Whoever got hold of the old one has nothing of what the proof allows."""
    client = Client()
    client.login(email=polly.email, password=PASSWORD)
    client.get("/people/me/")
    before = client.session.session_key
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()
    assert not UserSession.objects.filter(session_key=before).exists()
