"""What tasks are found by."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class TaskWords(models.Model):
    """The words of a title and its key; kept by a trigger, and apart from the task, so that a draw
    doesn't index them anew."""

    task = models.OneToOneField(
        "tasks_app.Task", models.CASCADE, primary_key=True, related_name="said"
    )
    words = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["words"], name="task_by_words")]

    def __str__(self) -> str:
        return f"the words of task {self.task_id}"
