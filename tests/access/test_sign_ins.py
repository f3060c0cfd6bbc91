"""Sign-ins that are over: remembered while a token of theirs could be good, and no longer."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from uuid_utils.compat import uuid7

from access.models import EndedSignIn
from access.sign_ins import has_ended, on_sign_in_ended
from messaging.event import Event

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=6)


def told(sign_in: UUID, tokens_end_at: datetime) -> Event:
    return Event(
        event_id=uuid7(),
        name="auth.sign_in_ended",
        version=1,
        time=timezone.now(),
        producer="auth",
        data={
            "account_id": str(uuid7()),
            "sign_in_id": str(sign_in),
            "tokens_end_at": tokens_end_at.isoformat(),
        },
        correlation_id=uuid7(),
        causation_id=None,
        actor=None,
    )


def test_it_remembers_those_that_were_told() -> None:
    one, other = uuid7(), uuid7()
    on_sign_in_ended([told(one, timezone.now() + LATER)])
    assert (has_ended(one), has_ended(other)) == (True, False)


def test_to_hear_it_from_three_services_is_to_hear_it_once() -> None:
    event = told(uuid7(), timezone.now() + LATER)
    for _ in range(3):
        on_sign_in_ended([event, event])
    assert EndedSignIn.objects.count() == 1


def test_what_is_told_too_late_to_matter_is_not_kept() -> None:
    on_sign_in_ended([told(uuid7(), timezone.now() - timedelta(seconds=1))])
    assert not EndedSignIn.objects.exists()


def test_it_forgets_what_no_token_can_name_any_more() -> None:
    old, young = uuid7(), uuid7()
    EndedSignIn.objects.create(sign_in=old, forget_at=timezone.now() - timedelta(seconds=1))
    on_sign_in_ended([told(young, timezone.now() + LATER)])
    assert list(EndedSignIn.objects.values_list("sign_in", flat=True)) == [young]
