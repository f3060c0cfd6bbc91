"""Which versions of events are in use, and what is in the way of ending the old ones."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from access.actor import ADMIN
from access.decorators import roles
from messaging import versions_in_use
from messaging.retiring import obstacles


@require_safe
@roles(ADMIN)
def versions(request: HttpRequest) -> HttpResponse:
    found = versions_in_use.all_versions()
    leaving = [
        {"version": old, "obstacles": obstacles(old, [v for v in found if v.name == old.name])}
        for old in found
        if not old.is_newest
    ]
    return render(request, "events/versions.html", {"versions": found, "leaving": leaving})
