"""A person's change tells their whole newest state, whoever else changes them (I1)."""

import pytest

from auth_app.models import User
from tests.delivery import published

pytestmark = pytest.mark.django_db


def test_what_was_read_before_another_change_is_not_told_again(worker: User) -> None:
    in_another_request = User.objects.get(pk=worker.pk)
    worker.deactivate()
    in_another_request.change(language="ru")
    told = published("auth.account_updated")[-1]
    assert (told["is_active"], told["language"], told["version"]) == (False, "ru", 3)


def test_nothing_new_is_nothing_told(worker: User) -> None:
    stale = User.objects.get(pk=worker.pk)
    worker.change(role="manager")
    assert not stale.change(role="manager")
    assert len(published("auth.account_updated")) == 1
    assert stale.version == worker.version
