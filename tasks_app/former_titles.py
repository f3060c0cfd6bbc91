"""Titles as they were before their Jira key was taken out (E2), so that this can be undone."""

from django.db import models
from django.db.models.functions import Now


class FormerTitle(models.Model):
    """What a task's title and key were until `split_titles` came by."""

    task = models.OneToOneField("tasks_app.Task", models.PROTECT, primary_key=True)
    title = models.CharField(max_length=200)
    jira_id = models.CharField(max_length=32, blank=True)
    split_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.title
