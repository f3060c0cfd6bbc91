"""The people of the demonstration."""

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from auth_app.models import User
from demo.people import PASSWORD
from tests.delivery import published

pytestmark = pytest.mark.django_db


def test_it_makes_them_once(settings: Settings) -> None:
    settings.DEMO = True
    call_command("seed_demo")
    call_command("seed_demo")
    assert len(published("auth.account_created")) == User.objects.count() == 8
    assert User.objects.get(email="manager@popug.example").role == "manager"


def test_they_can_sign_in(settings: Settings) -> None:
    settings.DEMO = True
    call_command("seed_demo")
    worker = User.objects.get(email="worker5@popug.example")
    assert worker.check_password(PASSWORD)
    assert EmailAddress.objects.get(user=worker).verified


def test_it_refuses_outside_a_demonstration(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("seed_demo")
    assert not User.objects.exists()
