"""Limits on what one person or address may ask for: fixed windows, counted exactly.

One statement counts, so a hundred requests at the same time are a hundred, where a cache that is
read and then written would see one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any, Final, cast

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from access.actor import ActorRequest
from access.decorators import View

COUNT = """
INSERT INTO access_tally AS t (key, count, ends_at) VALUES (%s, 1, %s)
    ON CONFLICT (key) DO UPDATE SET count = t.count + 1 RETURNING count
"""
LOOK = "SELECT 1 FROM access_tally WHERE key = %s AND count >= %s"
FORGET = """
DELETE FROM access_tally WHERE key IN
  (SELECT key FROM access_tally WHERE ends_at < %s LIMIT 100 FOR UPDATE SKIP LOCKED)
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds."""

    amount: int
    seconds: int


# A limit is there against programs gone wild. No person ever meets those of `create` and `shuffle`:
# T4 limits nobody's presses, and ten a second is more than a hand can do.
LIMITS: Final = {
    "create": Limit(600, 60),
    "export": Limit(60, 60),
    "guess": Limit(10, 300),
    "import": Limit(20, 60),
    "invite": Limit(60, 60),
    "refresh": Limit(300, 60),
    "replay": Limit(60, 60),
    "shuffle": Limit(600, 60),
    "token": Limit(60, 60),
    "unsent": Limit(30, 300),
}


def take(deed: str, who: str, limit: Limit) -> int:
    """Count one; 0 when it is allowed, else the seconds until it will be.

    Not inside a transaction that may be rolled back: the count would go with it.
    """
    now = time.time()
    window = int(now) // limit.seconds
    ends = (window + 1) * limit.seconds
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [f"{deed}:{window}:{who}", datetime.fromtimestamp(ends, UTC)])
        count = cursor.fetchone()[0]
        if count == 1:
            cursor.execute(FORGET, [datetime.fromtimestamp(now, UTC)])
    return 0 if count <= limit.amount else int(ends - now) + 1


def waiting(deed: str, who: str, limit: Limit) -> int:
    """The seconds to wait after so many of them, counting none."""
    now = time.time()
    window = int(now) // limit.seconds
    with connection.cursor() as cursor:
        cursor.execute(LOOK, [f"{deed}:{window}:{who}", limit.amount])
        return int((window + 1) * limit.seconds - now) + 1 if cursor.fetchone() else 0


def limited(deed: str, *, method: str = "POST") -> Callable[[View], View]:
    """Below `@roles`: at most `LIMITS[deed]` such requests a person, then 429 with Retry-After."""
    limit = LIMITS[deed]

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            who = str(cast("ActorRequest", request).actor.id)
            wait = take(deed, who, limit) if request.method == method else 0
            return too_many(request, wait) if wait else view(request, *args, **kwargs)

        counted.limit = deed  # type: ignore[attr-defined]
        return counted

    return decorate


def too_many(request: HttpRequest, wait: int = 300) -> HttpResponse:
    """429: a page, which htmx doesn't swap; there a toast appears. `wait` in seconds."""
    response = render(request, "429.html", {"wait": wait}, status=429)
    response["Retry-After"] = str(wait)
    return response
