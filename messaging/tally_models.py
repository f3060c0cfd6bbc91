"""How many events there were in a quarter of an hour: a page need not count a week of them."""

from django.db import models


class EventTally(models.Model):
    """Events of a kind in a quarter of an hour that is over: told, or applied by a consumer."""

    TOLD = ""

    began = models.DateTimeField()
    consumer = models.CharField(max_length=32, blank=True, help_text="empty: as they were told")
    event_name = models.CharField(max_length=100)
    event_version = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        db_table = "event_tally"
        constraints = [
            models.UniqueConstraint(
                fields=["began", "consumer", "event_name", "event_version"], name="tallied_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began}: {self.count} × {self.event_name}.v{self.event_version}"
