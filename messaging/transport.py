"""Celery's Redis transport, cured of a deadlock.

`QoS.ack` and `QoS.reject` of kombu 5.7 run the Redis command first and free the prefetch slot
after it. When the broker goes away in between, the slot leaks; once all slots have leaked the
worker stops asking for messages and never notices that its connection is dead. Here the slot is
freed whatever happens. The message stays among the unacknowledged ones and comes back, and the
inbox discards it.
"""

from typing import Any

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    def ack(self, delivery_tag: str) -> None:
        try:
            self._remove_from_indices(delivery_tag).execute()
        finally:
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            if requeue:
                self.restore_by_tag(delivery_tag, leftmost=True)
            else:
                self._remove_from_indices(delivery_tag).execute()
        finally:
            virtual.QoS.ack(self, delivery_tag)


class Channel(redis.Channel):
    QoS: Any = QoS


class Transport(redis.Transport):
    Channel: Any = Channel
