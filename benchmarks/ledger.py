"""The ledger: posting alone and in batches, beside a peer; hot accounts; closing; growth."""

import os
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any
from uuid import UUID

from django.db import close_old_connections, connection, transaction
from uuid_utils.compat import uuid7

from benchmarks import curves, peers
from benchmarks.measure import Claim, Figure, figure, repeated, say, seconds
from billing_app import closing, reports
from billing_app.ledger import open_accounts
from messaging.business_day import today

BATCH = 1_000
SINGLES = int(os.environ.get("BENCH_SINGLES", "1000"))
BATCHED = int(os.environ.get("BENCH_BATCHED", "40000"))
ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "100000"))
ENTRIES = int(os.environ.get("BENCH_ENTRIES", "300000"))
GROWN = int(os.environ.get("BENCH_GROWN", "3000000"))

_POST = "SELECT count(*) FROM billing_post(%s, %s, %s, %s, %s, %s, %s, %s, 'UTC')"

# Prices are not asked here: entries of 15 $ are within every bound. Straight into the journal, with
# all its triggers, in statements of 10,000.
_FILL = """
INSERT INTO billing_app_entry (account_id, amount_cents, day, kind, source_id, occurred_at)
SELECT a.id, CASE WHEN n %% 2 = 0 THEN -1500 ELSE 2500 END, %s, 1 + n %% 2, uuidv7(), %s
  FROM generate_series(%s::bigint, %s::bigint) AS n
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM billing_app_account) AS a
    ON a.place = n %% %s
"""


def measure(database_url: str) -> tuple[list[Figure], list[Claim]]:
    accounts = make_accounts(2_000)
    single = figure("posting, one entry a commit", "entries/s", repeated(lambda: singles(accounts)))
    spread = figure(
        "posting, batches of 1,000 over 2,000 accounts",
        "entries/s",
        repeated(lambda: batched(accounts)),
    )
    hot = figure(
        "posting, batches of 1,000 on one account",
        "entries/s",
        repeated(lambda: batched(accounts[:1])),
    )
    peer = peers.hordak(database_url, SINGLES)
    peer_bulk = peers.hordak_bulk(database_url, BATCHED // 4)
    growth, growth_claims = flatness()
    close, barrier, waited = closing_figures()
    figures = [single, spread, hot, peer, peer_bulk, *growth, close, barrier, waited]
    claims = [
        Claim("batches against single commits", spread.median / single.median, 20),
        Claim("batches against hordak, one transfer a commit", spread.median / peer.median, 4),
        Claim("batches against hordak in bulk", spread.median / peer_bulk.median, 4),
        Claim("one hot account against many", hot.median / spread.median, 0.8),
        *growth_claims,
        Claim("seconds a poster waits while a day closes", waited.median, 0.1, at_least=False),
        Claim("seconds that closing a day takes", close.median, 10, at_least=False),
    ]
    return figures, claims


def make_accounts(count: int) -> list[int]:
    with transaction.atomic():
        return sorted(open_accounts([uuid7() for _ in range(count)]).values())


def singles(accounts: Sequence[int]) -> float:
    chosen = [[accounts[n % len(accounts)]] for n in range(SINGLES)]
    return SINGLES / seconds(lambda: post_each(chosen))


def batched(accounts: Sequence[int]) -> float:
    rounds = [
        [accounts[(start + n) % len(accounts)] for n in range(BATCH)]
        for start in range(0, BATCHED, BATCH)
    ]
    return BATCHED / seconds(lambda: post_each(rounds))


def post_each(batches: Sequence[Sequence[int]]) -> None:
    for batch in batches:
        post(batch)


def post(accounts: Sequence[int]) -> None:
    """One call of `billing_post`, one commit: what a worker does with a batch of events."""
    count, now = len(accounts), datetime.now(UTC)
    ids = [[uuid7() for _ in range(count)] for _ in range(3)]
    row: list[Any] = [
        list(accounts),
        [1] * count,
        [-1500] * count,
        *ids,
        [None] * count,
        [now] * count,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POST, row)


def fill(day: date, entries: int, accounts: int) -> None:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    with connection.cursor() as cursor:
        for first in range(0, entries, 10_000):
            last = min(first + 10_000, entries) - 1
            cursor.execute(_FILL, [day, at, first, last, accounts])


def flatness() -> tuple[list[Figure], list[Claim]]:
    """A balance and a company's day with few entries and with many."""
    small = reading(10_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM billing_app_entry")
        already = int(cursor.fetchone()[0])
    say(f"filling the journal to {GROWN:,} entries …")
    fill(today(), max(GROWN - already, 0), 2_000)
    large = reading(GROWN)
    claims = [
        Claim(
            f"{few.name.split(',')[0]}: grown against small", much.median / few.median, 1.2, False
        )
        for few, much in zip(small, large, strict=True)
    ]
    return [*small, *large], claims


def reading(entries: int) -> list[Figure]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE billing_app_cycle")
        cursor.execute("SELECT public_id FROM billing_app_account ORDER BY id LIMIT 1")
        account = cursor.fetchone()[0]
    return [
        figure(
            f"a worker's balance, {entries:,} entries",
            "ms",
            repeated(lambda: 10 * seconds(lambda: [balance_of(account) for _ in range(100)]), 9),
        ),
        figure(
            f"the company's day, {entries:,} entries",
            "ms",
            repeated(lambda: 50 * seconds(lambda: [company_today() for _ in range(20)]), 9),
        ),
    ]


def balance_of(account: UUID) -> int:
    return reports.balance_cents(account)


def company_today() -> object:
    return reports.company_day(today())


def closing_figures() -> tuple[Figure, Figure, Figure]:
    """Close a day of many accounts while somebody posts: how long does that poster wait?"""
    say(f"a day of {ACCOUNTS:,} accounts and {ENTRIES:,} entries …")
    closing.close(today(), by=None, early=True)
    make_accounts(ACCOUNTS - 2_000)
    day = today() + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT billing_open_days(%s, %s)", [day, day + timedelta(days=2)])
    fill(day, ENTRIES, ACCOUNTS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE billing_app_cycle, billing_app_entry")
    waits = Poster()
    waits.start()
    barrier = seconds(lambda: closing._begin(day))
    rest = seconds(lambda: closing.pay_out(day)) + seconds(lambda: closing._seal(day, None))
    longest = waits.end()
    curves.note("close a day, by accounts", ACCOUNTS, barrier + rest)
    return (
        figure("closing the day: barrier, payout, proof and seal", "s", [barrier + rest]),
        figure("closing the day: the barrier", "s", [barrier]),
        figure("closing the day: longest wait of a poster for its lock", "s", [longest]),
    )


class Poster(threading.Thread):
    """Takes the posters' lock again and again, as every posting does; keeps its longest wait."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()
        self.longest = 0.0

    def run(self) -> None:
        with connection.cursor() as cursor:
            while not self.over.is_set():
                began = perf_counter()
                cursor.execute("SELECT pg_advisory_xact_lock_shared(7201)")
                self.longest = max(self.longest, perf_counter() - began)
        close_old_connections()
        connection.close()

    def end(self) -> float:
        self.over.set()
        self.join()
        return self.longest
