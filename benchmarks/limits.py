"""What this machine could do at most: the bounds beside which the costs of our steps are read."""

import os

import psycopg
import redis
from django.db import connection
from uuid_utils.compat import uuid7

from benchmarks.measure import Claim, Figure, figure, repeated, seconds

ROWS = int(os.environ.get("BENCH_ROWS", "50000"))
COMMITS = int(os.environ.get("BENCH_COMMITS", "1000"))
MESSAGES = int(os.environ.get("BENCH_MESSAGES", "20000"))
PIPELINE = 100
MESSAGE = b"x" * 600  # an envelope

_TABLE = """
CREATE TABLE IF NOT EXISTS bench_limit (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id uuid UNIQUE, amount bigint)
"""


def measure(database_url: str, broker_url: str) -> tuple[list[Figure], list[Claim]]:
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
    broker = redis.Redis.from_url(broker_url)
    with psycopg.connect(database_url, autocommit=True) as database:
        figures = [
            figure("limit: COPY, two indexes", "rows/s", repeated(lambda: copied(database))),
            figure("limit: a row a commit", "rows/s", repeated(lambda: committed(database))),
            figure(
                "limit: broker, in and out by the hundred", "/s", repeated(lambda: sent(broker))
            ),
        ]
        database.execute("DROP TABLE bench_limit")
    return figures, []


def copied(database: psycopg.Connection) -> float:
    rows = [(uuid7(), 1500) for _ in range(ROWS)]

    def copy() -> None:
        with database.cursor().copy("COPY bench_limit (event_id, amount) FROM STDIN") as target:
            for row in rows:
                target.write_row(row)

    return ROWS / seconds(copy)


def committed(database: psycopg.Connection) -> float:
    def commit() -> None:
        for _ in range(COMMITS):
            database.execute(
                "INSERT INTO bench_limit (event_id, amount) VALUES (%s, 1500)", [uuid7()]
            )

    return COMMITS / seconds(commit)


def sent(broker: redis.Redis) -> float:
    def send() -> None:
        for _ in range(0, MESSAGES, PIPELINE):
            pipeline = broker.pipeline(transaction=False)
            for _ in range(PIPELINE):
                pipeline.lpush("bench_limit", MESSAGE)
            pipeline.execute()
        for _ in range(0, MESSAGES, PIPELINE):
            broker.rpop("bench_limit", PIPELINE)

    return MESSAGES / seconds(send)
