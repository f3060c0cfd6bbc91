"""django-hordak posting fees, run in the peers' environment: HOW DATABASE_URL COUNT RUNS.

The same work: a fee from one of 2,000 workers' accounts to the company's income.
"""

import json
import sys
import time
from urllib.parse import urlsplit

import django
from django.conf import settings

how, url, count, runs = sys.argv[1], urlsplit(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
server = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": url.hostname,
    "PORT": url.port,
    "USER": url.username,
    "PASSWORD": url.password,
}
settings.configure(
    DATABASES={"default": server | {"NAME": "hordak"}, "admin": server | {"NAME": "ates"}},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
    DEFAULT_CURRENCY="USD",
    CURRENCIES=["USD"],
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections, transaction  # noqa: E402
from hordak.models import Account, Leg, Transaction  # noqa: E402
from moneyed import Money  # noqa: E402

FEE = Money(15, "USD")


def prepare() -> list[Account]:
    with connections["admin"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'hordak'")
        if not cursor.fetchone():
            cursor.execute("CREATE DATABASE hordak")
    call_command("migrate", verbosity=0)
    if not Account.objects.exists():
        kinds = {"income": ["fees"], "liability": [f"worker {number}" for number in range(2000)]}
        for kind, names in kinds.items():
            with transaction.atomic():
                for name in names:
                    Account.objects.create(name=name, type=_type(kind), currencies=["USD"])
    return list(Account.objects.order_by("id"))


def _type(kind: str) -> str:
    choices = getattr(Account, "TYPES", None)
    return getattr(choices, kind) if choices else {"income": "IN", "liability": "LI"}[kind]


def one(accounts: list[Account]) -> None:
    fees, *workers = accounts
    for number in range(count):
        with transaction.atomic():
            workers[number % len(workers)].transfer_to(fees, FEE)


def bulk(accounts: list[Account]) -> None:
    fees, *workers = accounts
    for first in range(0, count, 1000):
        with transaction.atomic():
            moves = Transaction.objects.bulk_create([Transaction() for _ in range(1000)])
            legs = [
                leg
                for number, move in enumerate(moves, first)
                for leg in (
                    Leg(transaction=move, account=workers[number % len(workers)], credit=FEE),
                    Leg(transaction=move, account=fees, debit=FEE),
                )
            ]
            Leg.objects.bulk_create(legs)


def measured(accounts: list[Account]) -> float:
    began = time.perf_counter()
    {"one": one, "bulk": bulk}[how](accounts)
    return count / (time.perf_counter() - began)


known = prepare()
print(json.dumps([measured(known) for _ in range(runs)]))  # noqa: T201
