"""`manage.py relay`: bring events from the outbox to the consumers. Several may run at once."""

import signal
from typing import Any

from django.core.management.base import BaseCommand

from messaging.relay import Relay


class Command(BaseCommand):
    help = "Bring events from the outbox to the consumers' queues (one leader, others stand by)."

    def handle(self, *args: Any, **options: Any) -> None:
        relay = Relay()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: relay.stop.set())
        relay.run()
