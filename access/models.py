"""What all web processes of a service know together: how often somebody did something lately, and
which sign-ins are over before their tokens are."""

from django.db import models


class Tally(models.Model):
    """One person's count of one deed in one window of time; `key` names the three."""

    key = models.CharField(primary_key=True, max_length=200)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "access_tally"

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class EndedSignIn(models.Model):
    """Its access tokens are refused, and from `forget_at` on there are none that could be."""

    sign_in = models.UUIDField(primary_key=True)
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "access_ended_sign_in"

    def __str__(self) -> str:
        return str(self.sign_in)
