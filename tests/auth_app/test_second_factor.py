"""Who must have a second factor, and which codes are right."""

import time
from collections.abc import Callable, Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.test import Client
from pytest_django.fixtures import Settings

from auth_app import refresh, second_factor
from auth_app.audit import AuditRecord
from auth_app.models import User
from auth_app.refresh import TokenFamily
from tests.auth_app.conftest import through_the_form
from tests.conftest import PASSWORD, Hire

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def _no_code_runs_out_meanwhile() -> Iterator[None]:
    with time_machine.travel(time.time(), tick=False):
        yield


def code(secret: str = SECRET, periods: int = 0) -> str:
    counter = int(time.time()) // 30 + periods
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def test_accountants_and_admins_must_have_one(
    worker: User, manager: User, accountant: User, admin: User
) -> None:
    people = [worker, manager, accountant, admin]
    assert [second_factor.required(person) for person in people] == [False, False, True, True]


def test_demo_people_need_none_while_it_is_a_demo(settings: Settings, hire: Hire) -> None:
    person = hire("Ara Macaw", "admin")
    User.objects.filter(pk=person.pk).update(is_demo=True)
    person.refresh_from_db()
    settings.DEMO = True
    assert not second_factor.required(person)
    settings.DEMO = False
    assert second_factor.required(person)


def test_an_address_like_a_demo_persons_waives_nothing(settings: Settings, hire: Hire) -> None:
    settings.DEMO = True
    assert second_factor.required(hire("admin", "admin"))


def test_recovery_codes_alone_are_no_second_factor(worker: User) -> None:
    RecoveryCodes.activate(worker)
    assert not second_factor.enrolled(worker)


def test_an_apps_code_is_right_once(worker: User) -> None:
    totp.TOTP.activate(worker, SECRET)
    now = code()
    assert second_factor.enrolled(worker)
    assert second_factor.verify(worker, now)
    assert not second_factor.verify(worker, now)


@pytest.mark.parametrize("typed", ["", "000000", "no code", "٠١٢٣٤٥"])
def test_another_code_is_wrong(worker: User, typed: str) -> None:
    totp.TOTP.activate(worker, SECRET)
    assert not second_factor.verify(worker, typed if typed != code() else "111111")


def test_an_old_code_is_wrong(worker: User) -> None:
    totp.TOTP.activate(worker, SECRET)
    assert not second_factor.verify(worker, code(periods=-2))


def test_a_recovery_code_is_right_once(worker: User) -> None:
    totp.TOTP.activate(worker, SECRET)
    spare = RecoveryCodes.activate(worker).get_unused_codes()[0]
    assert second_factor.verify(worker, spare)
    assert not second_factor.verify(worker, spare)


def who_has_proved_it(person: User) -> Client:
    client = through_the_form(person)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def add_app(here: Client, _person: User) -> None:
    secret = here.get("/accounts/2fa/totp/activate/").context["form"].secret
    here.post("/accounts/2fa/totp/activate/", {"code": code(secret)})


def remove_app(here: Client, person: User) -> None:
    here.post("/accounts/2fa/totp/deactivate/")
    assert not second_factor.enrolled(person)


def make_codes(here: Client, _person: User) -> None:
    here.post("/accounts/2fa/recovery-codes/generate/")


@pytest.mark.parametrize(
    ("change", "noted"),
    [
        (add_app, ["app_added", "codes_made"]),
        (remove_app, ["app_removed"]),
        (make_codes, ["codes_made"]),
    ],
)
@pytest.mark.django_db(transaction=True)
def test_changing_ones_own_ends_ones_other_sign_ins(
    change: Callable[[Client, User], None], noted: list[str], polly: User
) -> None:
    here, elsewhere = who_has_proved_it(polly), through_the_form(polly)
    begun = refresh.begin(polly)
    if change is not add_app:
        totp.TOTP.activate(polly, SECRET)
    before = AuditRecord.objects.count()
    change(here, polly)
    answers = [client.get("/people/me/").status_code for client in (here, elsewhere)]
    assert answers == [200, 302]
    assert refresh.exchange(begun[1]) is None
    assert TokenFamily.objects.get().ended_why == "factor"
    records = AuditRecord.objects.order_by("pk")[before:]
    assert [(one.action, one.actor) for one in records] == [
        (action, polly.public_id) for action in noted
    ]


class Dies(BaseException):
    """As a process that is killed."""


@pytest.mark.django_db(transaction=True)
def test_a_key_is_added_with_all_that_it_asks_for_or_not_at_all(
    polly: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = who_has_proved_it(polly)
    monkeypatch.setattr(webauthn, "parse_registration_response", lambda _: None)
    monkeypatch.setattr(webauthn, "complete_registration", lambda _: None)
    before = AuditRecord.objects.count()

    def die(*_: object) -> None:
        assert Authenticator.objects.filter(user=polly).exists()
        raise Dies

    monkeypatch.setattr(second_factor, "end_refresh_families", die)
    with pytest.raises(Dies):
        here.post("/accounts/2fa/webauthn/add/", {"name": "My key", "credential": '{"id": "x"}'})
    assert not Authenticator.objects.filter(user=polly).exists()
    assert AuditRecord.objects.count() == before


def test_the_database_holds_no_secret_in_the_clear(worker: User) -> None:
    totp.TOTP.activate(worker, SECRET)
    RecoveryCodes.activate(worker)
    kept = [str(data) for data in Authenticator.objects.values_list("data", flat=True)]
    assert SECRET not in "".join(kept)


def test_a_new_secret_key_still_reads_what_the_older_wrote(
    settings: Settings, worker: User
) -> None:
    totp.TOTP.activate(worker, SECRET)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a newer one", [settings.SECRET_KEY]
    assert second_factor.verify(worker, code())
