"""How many events there were in an hour, so that a week of them need not be counted for a page."""

from django.db import models


class EventTally(models.Model):
    """Events of a kind in an hour that is over: told, or applied by a consumer."""

    TOLD = ""

    hour = models.DateTimeField(help_text="when it began")
    consumer = models.CharField(max_length=32, blank=True, help_text="empty: as they were told")
    event_name = models.CharField(max_length=100)
    event_version = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        db_table = "event_tally"
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "consumer", "event_name", "event_version"], name="tallied_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour}: {self.count} × {self.event_name}.v{self.event_version}"
