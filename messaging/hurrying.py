"""A word to the workers that something is to be done. PostgreSQL has it on record and beat's ticks
take it up, so a word that is lost costs some seconds and nothing else."""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

log = logging.getLogger("ates.operations")


def soon(job: Any, queue: str, *args: Any) -> None:
    """When the transaction has been committed, or now if there is none."""
    transaction.on_commit(lambda: send(job, queue, *args))


def send(job: Any, queue: str, *args: Any) -> bool:
    """At once, if the broker is there to tell; nobody waits for it."""
    quick = {"max_retries": 0, "socket_timeout": 1, "socket_connect_timeout": 1}
    try:
        with current_app.connection_for_write(transport_options=quick) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
            job.apply_async(args=list(args), queue=queue, connection=broker)
    except (BrokerError, OSError) as error:
        log.warning("no broker, the next tick begins: %s", error)
        return False
    return True
