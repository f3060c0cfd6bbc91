"""The business calendar that the services share: a day is a calendar day of BUSINESS_TIME_ZONE."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def business_zone() -> ZoneInfo:
    return ZoneInfo(settings.BUSINESS_TIME_ZONE)


def business_day(moment: datetime) -> date:
    """The business day in which `moment` (aware) falls."""
    return moment.astimezone(business_zone()).date()


def today() -> date:
    return business_day(timezone.now())
