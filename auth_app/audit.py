"""The audit log of people: who changed whom, when and why, written in the transaction of the deed.

Closed to edits by a trigger; the application's role has no right to try (duties.py).
"""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from messaging.context import current_origin


class Action(models.TextChoices):
    """What people do to people and leave a trace of."""

    JOINED = "joined", _("joined")
    INVITED = "invited", _("invited")
    CHANGED = "changed", _("changed")
    DEACTIVATED = "deactivated", _("deactivated")
    REACTIVATED = "reactivated", _("reactivated")
    FACTOR_RESET = "second_factor_reset", _("reset the second factor")
    APP_ADDED = "app_added", _("added an app as a second factor")
    APP_REMOVED = "app_removed", _("removed the app that was a second factor")
    KEY_ADDED = "key_added", _("added a key")
    KEY_REMOVED = "key_removed", _("removed a key")
    CODES_MADE = "codes_made", _("made recovery codes")
    EXPORTED = "exported", _("exported the list")


class AuditRecord(models.Model):
    """`actor` None: nobody was signed in; `person` None: it was about nobody alone."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    actor = models.UUIDField(null=True)
    actor_role = models.CharField(max_length=10, blank=True)
    action = models.CharField(max_length=30, choices=Action)
    person = models.UUIDField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.UUIDField()

    objects: ClassVar[models.Manager["AuditRecord"]] = models.Manager()

    class Meta:
        db_table = "auth_app_audit"
        indexes = [
            models.Index(fields=["person", "-id"], name="people_audit_by_person"),
            models.Index(fields=["actor", "-id"], name="people_audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.person}"

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(field, was, is) in the reader's language."""
        was = self.before or {}
        return [
            (_field(key), _shown(key, was.get(key, "")), _shown(key, value))
            for key, value in (self.after or {}).items()
        ]


def _field(key: str) -> str:
    return str(_people().get_field(key).verbose_name) if key != "asked" else gettext("filter")


def _shown(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    choices = dict(getattr(_people().get_field(key), "flatchoices", ())) if key != "asked" else {}
    return str(choices.get(value, value))


def _people() -> Any:
    from auth_app.models import User

    return User._meta


def note(
    action: Action,
    person: UUID | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record that whoever acts now did something to a person, in their role of now."""
    from auth_app.models import User

    origin = current_origin()
    acting = User.objects.filter(public_id=origin.actor) if origin.actor else User.objects.none()
    AuditRecord.objects.create(
        actor=origin.actor,
        actor_role=acting.values_list("role", flat=True).first() or "",
        action=action,
        person=person,
        before=before,
        after=after,
        reason=reason,
        request_id=origin.correlation_id,
    )
