"""`celery -A tests.faults.wedging worker`: a worker of ours that leaks its prefetch slots, as stock
kombu does when its broker fails, and so lives and takes nothing. Its successor is healthy."""

import os
from pathlib import Path
from typing import Any

from config.celery import app
from messaging import transport, watchdog

__all__ = ["app"]

watchdog.SILENT_SECONDS, watchdog.LOOK_SECONDS = 2.0, 0.2
mark = Path(os.environ["WEDGED_ONCE"])


def leak(self: Any, delivery_tag: str) -> None:
    self._remove_from_indices(delivery_tag).execute()


if not mark.exists():
    mark.touch()
    transport.QoS.ack = leak  # type: ignore[method-assign]
