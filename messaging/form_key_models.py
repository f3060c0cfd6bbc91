"""Which forms joined what was under way already."""

from django.db import models
from django.db.models.functions import Now


class FormKey(models.Model):
    """A form whose key began nothing, as it was led to what was under way. Sent again it is led
    there again, and begins nothing even if that is over by now (E4)."""

    key = models.CharField(max_length=80, primary_key=True)
    led_to = models.UUIDField()
    at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        db_table = "form_key"

    def __str__(self) -> str:
        return f"{self.key} led to {self.led_to}"
