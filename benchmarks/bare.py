"""The least that Django needs for a list of as many rows: the same middleware, one question, one
loop in a template. What our list of tasks is measured against."""

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

from access.decorators import everyone
from config.urls import urlpatterns as ours
from tasks_app.models import Task

ROWS = 50  # as many as a page of ours holds
PAGE = Engine().from_string(
    "<!doctype html><title>Tasks</title><table>{% for task in tasks %}<tr><td>{{ task.title }}"
    "<td>{{ task.jira_id }}<td>{{ task.status }}<td>{{ task.assignee.name }}"
    "<td>{{ task.fee_cents }}<td>{{ task.reward_cents }}<td>{{ task.created_at }}"
    "{% endfor %}</table>"
)


@everyone
def tasks(_request: HttpRequest) -> HttpResponse:
    rows = Task.objects.select_related("assignee").order_by("-created_at", "-id")[:ROWS]
    return HttpResponse(PAGE.render(Context({"tasks": rows})))


urlpatterns = [path("bare/", tasks), *ours]
