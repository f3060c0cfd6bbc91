"""Reading the audit log of people: records with the names of who acted and whom it was about."""

from django.db.models import OuterRef, QuerySet, Subquery

from auth_app.audit import AuditRecord
from auth_app.models import User


def records() -> "QuerySet[AuditRecord]":
    return AuditRecord.objects.annotate(actor_name=_name("actor"), person_name=_name("person"))


def about(person: User) -> "QuerySet[AuditRecord]":
    """Newest first."""
    return records().filter(person=person.public_id).order_by("-id")


def _name(field: str) -> Subquery:
    named = User.objects.get_queryset().filter(public_id=OuterRef(field))
    return Subquery(named.values("name")[:1])
