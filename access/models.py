"""How often somebody did something lately, for all web processes together."""

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
