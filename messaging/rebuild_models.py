"""What a rebuild needs to know: how far it is, and whether the event log still has everything."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Rebuild(models.Model):
    """A consumer that is made anew from the event log. `cursor` is the position it has come to,
    `last` the one it began with as the newest; what is newer is delivered as always. `returned`
    counts events that it could not apply and gave back to ordinary delivery."""

    consumer = models.CharField(max_length=32)
    total = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    last = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rebuild"
        constraints = [
            models.UniqueConstraint(
                fields=["consumer"], condition=Q(finished_at=None), name="one_rebuild_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer}: {self.done} of {self.total}"

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


class PrunedEvents(models.Model):
    """How many events of a name the log no longer has; kept by a trigger."""

    event_name = models.CharField(max_length=100, primary_key=True)
    count = models.BigIntegerField()

    class Meta:
        db_table = "outbox_pruned"

    def __str__(self) -> str:
        return f"{self.event_name}: {self.count}"
