"""Transactions that lost a race with another one, and may simply be run again."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError
from psycopg import errors as postgres

RETRIES = 3

T = TypeVar("T")


def despite_contention(transact: Callable[[], T]) -> T:
    """What the transaction returns; after a deadlock or a serialization failure it runs again, a
    few times."""
    for _ in range(RETRIES):
        try:
            return transact()
        except OperationalError as error:
            if not isinstance(
                error.__cause__, postgres.DeadlockDetected | postgres.SerializationFailure
            ):
                raise
    return transact()
