"""What the schedule does for auth."""

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from auth_app import refresh


@shared_task
def forget_sign_ins() -> None:
    refresh.prune()


@shared_task
def forget_sessions() -> None:
    """Those whose time is over open nothing; their rows may go."""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    alive = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=alive).delete()
