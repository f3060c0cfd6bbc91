"""Deliveries and events belong together; PostgreSQL keeps it, for whole statements."""

import pytest
from django.db import IntegrityError, connection, transaction

from messaging.models import OutboxDelivery
from tests.messaging.test_outbox_deliveries import tell

pytestmark = pytest.mark.django_db


def test_a_delivery_of_no_event_is_refused() -> None:
    tell(2)
    with pytest.raises(IntegrityError, match="no event 0"), transaction.atomic():
        OutboxDelivery.objects.create(event_id=0, consumer="billing")


def test_a_delivery_keeps_its_event_and_consumer() -> None:
    tell(2)
    first, second = OutboxDelivery.objects.filter(consumer="analytics").order_by("id")
    for change in ({"event_id": second.event_id}, {"consumer": "nobody"}):
        with pytest.raises(IntegrityError, match="keeps its event"), transaction.atomic():
            OutboxDelivery.objects.filter(pk=first.pk).update(**change)


def test_an_event_with_deliveries_stays() -> None:
    tell()
    with (
        pytest.raises(IntegrityError, match="still has deliveries"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM outbox_event")
