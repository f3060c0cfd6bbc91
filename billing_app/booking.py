"""The business day that what happens now is booked in."""

from datetime import date

from django.conf import settings

from billing_app.models import BusinessDay
from messaging.business_day import today


def current_day() -> date:
    """Today; in a demonstration that has closed today already, the day after."""
    if not settings.DEMO:
        return today()
    to_come = BusinessDay.objects.filter(day__gte=today(), status=BusinessDay.Status.OPEN)
    return to_come.order_by("day").values_list("day", flat=True).first() or today()
