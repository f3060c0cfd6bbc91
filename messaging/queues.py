"""How many messages lie in a queue, whatever the broker."""

from typing import Any


def depth(broker: Any, queue: str) -> int:
    """Over an open connection to the broker; a queue to which nothing was ever sent is empty."""
    try:
        return int(broker.default_channel.queue_declare(queue, passive=True).message_count)
    except broker.channel_errors:
        broker.close()  # RabbitMQ has closed the channel; the next look opens another
        return 0
