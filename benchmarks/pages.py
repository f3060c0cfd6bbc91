"""Pages in a small company and in a large one: what the server takes for each."""

import os
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter
from urllib.parse import urlencode

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from auth_app.models import User
from benchmarks.measure import Claim, Figure, figure, say
from billing_app.models import Account, BusinessDay, Entry
from demo.bulk.loading import Size, load
from demo.people import PASSWORD
from messaging.models import OutboxEvent
from tasks_app.models import ShuffleRun, Task

SMALL = int(os.environ.get("BENCH_SMALL_TASKS", "10000"))
LARGE = int(os.environ.get("BENCH_LARGE_TASKS", "1000000"))
ROUNDS = int(os.environ.get("BENCH_PAGE_ROUNDS", "20"))
NEXT = re.compile(r'href="\?([^"]*cursor=[^"]+)"')


def size_of(tasks: int) -> Size:
    return Size(tasks, people=tasks // 10, entries=3 * tasks, events=5 * tasks)


def measure() -> tuple[list[Figure], list[Claim]]:
    times: dict[str, dict[str, list[float]]] = {}
    for name, tasks in (("small", SMALL), ("large", LARGE)):
        say(f"a company of {tasks:,} tasks …")
        with database(f"pages_{name}"):
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            if not Task.objects.exists():
                load(size_of(tasks), lambda _: None)
            times[name] = {page: timed(ask) for page, ask in pages()}
            against_bare = requests_a_second()
    figures, claims = judged(times["small"], times["large"])
    bare, listed = (statistics.median(one) for one in against_bare)
    figures += [
        figure("tasks:list, requests", "/s", against_bare[1]),
        figure("a bare view of as many rows, requests", "/s", against_bare[0]),
    ]
    claim = Claim("the list of tasks: requests a second beside a bare view", listed / bare, 0.6)
    return figures, [*claims, claim]


def judged(
    small: dict[str, list[float]], large: dict[str, list[float]]
) -> tuple[list[Figure], list[Claim]]:
    figures, growth = [], {}
    for page, times in large.items():
        figures.append(figure(f"{page}, {LARGE:,} tasks", "ms", [1000 * one for one in times]))
        growth[page] = statistics.median(times) / statistics.median(small[page])
    slowest = max(large, key=lambda page: p95(large[page]))
    grown = max(growth, key=lambda page: growth[page])
    return figures, [
        Claim(f"the slowest page ({slowest}): seconds, 95 of 100", p95(large[slowest]), 0.1, False),
        Claim(f"{grown}: a large company against a small", growth[grown], 1.2, at_least=False),
    ]


def requests_a_second() -> tuple[list[float], list[float]]:
    """Of a bare view with as many rows, and of the list of tasks, by turns."""
    client = as_admin()
    with override_settings(ROOT_URLCONF="benchmarks.bare"):
        asks = [partial(opened, client, "/bare/"), partial(opened, client, reverse("tasks:list"))]
        for ask in asks:
            ask()
        rounds = [[1 / _seconds(ask) for ask in asks] for _ in range(ROUNDS)]
    bare, listed = zip(*rounds, strict=True)
    return list(bare), list(listed)


def timed(ask: Callable[[], object]) -> list[float]:
    """Warm, on one connection; seconds."""
    ask()
    return [_seconds(ask) for _ in range(ROUNDS)]


def _seconds(ask: Callable[[], object]) -> float:
    began = perf_counter()
    ask()
    return perf_counter() - began


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18]


@contextmanager
def database(name: str) -> Iterator[None]:
    """Another one on the same server, made when it is not there."""
    usual = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


def pages() -> Iterator[tuple[str, Callable[[], object]]]:
    """Name → a request by an admin, who may see everything."""
    client = as_admin()
    for name, address in addresses(client):
        yield name, partial(opened, client, address)


def as_admin() -> Client:
    admin = User.objects.filter(email="admin@bench.example").first() or User.objects.register(
        "admin@bench.example", "Admin", PASSWORD, role="admin", is_demo=True
    )
    client = Client()
    client.force_login(admin)
    return client


def opened(client: Client, address: str) -> bytes:
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")
    return answer.content


def addresses(client: Client) -> Iterator[tuple[str, str]]:
    for name, arguments in routes().items():
        yield name, reverse(name, args=arguments)
    for name, parameters in SEARCHES:
        yield f"{name} {urlencode(parameters)}", f"{reverse(name)}?{urlencode(parameters)}"
    for name in ("tasks:list", "billing:accounts", "events:log"):
        page = opened(client, reverse(name)).decode()
        if found := NEXT.search(page):
            yield f"{name}, next page", f"{reverse(name)}?{found[1].replace('&amp;', '&')}"


def routes() -> dict[str, list[object]]:
    """Every page, with something that is there."""
    entry = Entry.objects.filter(kind=1).order_by("-id")[0]
    account = Account.objects.get(pk=entry.account_id).public_id
    day = BusinessDay.objects.filter(status="closed").order_by("-day")[0].day
    event = OutboxEvent.objects.order_by("-position")[0]
    plain: dict[str, list[object]] = {name: [] for name in PLAIN}
    return plain | {
        "tasks:task": [Task.objects.order_by("-id")[0].public_id],
        "tasks:shuffle_run": [ShuffleRun.objects.order_by("-id")[0].pk],
        "billing:account_of": [account],
        "billing:entry": [entry.pk],
        "billing:statement": [account],
        "billing:day": [day],
        "events:event": [event.event_id],
        "events:catalogue_event": ["billing.entry_posted"],
        "events:catalogue_figures": ["billing.entry_posted"],
        "people:edit": [account],
    }


PLAIN = [
    "tasks:list",
    "tasks:rows",
    "tasks:mine",
    "tasks:create",
    "tasks:shuffle",
    "tasks:shuffles",
    "tasks:import",
    "billing:account",
    "billing:accounts",
    "billing:entries",
    "billing:days",
    "billing:debts",
    "billing:late",
    "billing:payouts",
    "billing:trial_balance",
    "billing:corrections",
    "billing:reconciliation",
    "billing:audit",
    "analytics:summary",
    "analytics:figures",
    "analytics:in_the_red",
    "events:health",
    "events:figures",
    "events:log",
    "events:dead_letters",
    "events:catalogue",
    "events:versions",
    "events:audit",
    "events:replays",
    "people:list",
    "people:audit",
    "people:me",
    "metrics",
]
SEARCHES = [
    ("tasks:list", {"status": "open"}),
    ("tasks:list", {"q": "popug no. 77"}),
    ("tasks:list", {"q": "no such words"}),
    ("tasks:list", {"q": "клетку"}),
    ("people:list", {"q": "popug777"}),
    ("people:list", {"q": "nobody of that name"}),
    ("billing:accounts", {"q": "popug777"}),
    ("events:log", {"name": "tasks.task_completed"}),
]
