"""Events that can never be applied: they must be parked, all of them and nothing else (I11)."""

import json
import random
import uuid

import psycopg

COUNT = 5
CONSUMERS = ("tasks", "billing", "analytics")

_PUBLISH = """
WITH written AS (
  INSERT INTO outbox_event (event_id, event_name, event_version, event_time, producer, data,
                            correlation_id)
  SELECT event_id, 'auth.account_updated', 1, now(), 'auth', '{"name": "nobody"}', uuidv7()
    FROM unnest(%s::uuid[]) AS event_id
  RETURNING position
)
INSERT INTO outbox_delivery (event_id, consumer)
SELECT position, consumer FROM written, unnest(%s::text[]) AS consumer
"""

_PUBLISH_FROM_THE_FUTURE = """
WITH written AS (
  INSERT INTO outbox_event (event_id, event_name, event_version, event_time, producer, data,
                            correlation_id)
  VALUES (%s, 'tasks.task_assigned', 1, now() + interval '10 days', 'tasks', %s, uuidv7())
  RETURNING position
)
INSERT INTO outbox_delivery (event_id, consumer) SELECT position, 'billing' FROM written
"""


def new_ids(rng: random.Random) -> list[str]:
    return [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(COUNT)]


def publish(database: psycopg.Connection, ids: list[str]) -> None:
    """Past `publish` of the product, which would refuse them."""
    database.execute(_PUBLISH, [ids, list(CONSUMERS)])


def publish_from_the_future(database: psycopg.Connection, event_id: str) -> None:
    """One that keeps its schema, and that billing's handler can't book."""
    data = {
        "assignment_id": str(uuid.uuid4()),
        "task_id": str(uuid.uuid4()),
        "account_id": str(uuid.uuid4()),
        "shuffle_id": None,
        "version": 1,
    }
    database.execute(_PUBLISH_FROM_THE_FUTURE, [event_id, json.dumps(data)])


def violations(database: psycopg.Connection, injected: list[str]) -> list[str]:
    parked = database.execute("SELECT event_id::text, consumer FROM dead_letter").fetchall()
    expected = {(event, consumer) for event in injected for consumer in CONSUMERS}
    wrong = sorted(set(parked) - expected, key=str)
    missing = sorted(expected - set(parked))
    doubled = len(parked) - len(set(parked))
    return [
        *(f"I11 parked, and was not to be: {letter}" for letter in wrong),
        *(f"I11 not parked: {letter}" for letter in missing),
        *([f"I11 parked twice: {doubled}"] if doubled else []),
    ]
