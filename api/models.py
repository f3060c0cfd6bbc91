"""Answers that were given to requests with an idempotency key (E4)."""

from django.db import models
from django.db.models.functions import Now


class Answer(models.Model):
    """The first answer to a person's call with a key, written in the transaction of its effect."""

    id = models.BigAutoField(primary_key=True)
    person = models.UUIDField()
    call = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="of address and body")
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    given_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "call", "key"], name="answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.call} of {self.person}: {self.status}"
