"""Every worker watches itself: one that lives, takes nothing, and has messages in its queues ends,
so that whoever keeps it (the supervisor, systemd) starts it anew.

The queues are looked at over a connection of the watchdog's own, opened for each look: the worker's
own is what is not to be trusted.
"""

import logging
import os
import threading
import time
from typing import Any

from celery import bootsteps
from celery.signals import task_received
from celery.worker import state

from messaging.queues import depth

LOOK_SECONDS = 5.0
SILENT_SECONDS = 30.0
LOOKS = 3
STATUS = 70  # of the process that gives itself up

log = logging.getLogger("ates.worker")


class Watchdog(bootsteps.StartStopStep):
    """Begins with the worker, in its main process; ends it when it has stopped consuming."""

    requires = {"celery.worker.components:Pool"}

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.stopped = threading.Event()
        self.taken_at = time.monotonic()
        self.looks = 0

    def start(self, worker: Any) -> None:
        task_received.connect(self.on_received)
        self.taken_at = time.monotonic()
        threading.Thread(target=self.watch, args=[worker], name="watchdog", daemon=True).start()

    def stop(self, worker: Any) -> None:
        """A worker that is shutting down takes nothing on purpose."""
        self.stopped.set()

    def on_received(self, **_: Any) -> None:
        self.taken_at, self.looks = time.monotonic(), 0

    def watch(self, worker: Any) -> None:
        while not self.stopped.wait(LOOK_SECONDS):
            if self.is_silent(worker) and (queue := waiting_in(worker.app)):
                self.looks += 1
                if self.looks >= LOOKS:
                    give_up(worker, queue, time.monotonic() - self.taken_at)
            else:
                self.looks = 0

    def is_silent(self, worker: Any) -> bool:
        """Has taken nothing for long, and has nothing in hand that may still take its time."""
        silent = time.monotonic() - self.taken_at
        longest = worker.app.conf.task_time_limit if state.reserved_requests else 0
        return silent > SILENT_SECONDS + longest


def waiting_in(app: Any) -> str:
    """One of this worker's queues in which messages lie; none when the broker does not answer."""
    try:
        with app.connection_for_read() as broker:
            filled = [queue for queue in app.amqp.queues.consume_from if depth(broker, queue)]
            return str(filled[0]) if filled else ""
    except Exception as error:  # the broker's trouble, of whatever kind, is not this worker's
        log.warning("the watchdog can't look into the queues: %s", error)
        return ""


def give_up(worker: Any, queue: str, silent: float) -> None:
    log.critical(
        "%s has taken nothing for %.0f s while messages lie in %s; it ends, to be started anew",
        worker.hostname,
        silent,
        queue,
    )
    os._exit(STATUS)
