"""Is anybody wedged: alive, and taking nothing from a queue in which something waits (I18)?"""

from contextlib import suppress

import redis

from config.celery import app


def queues() -> list[str]:
    return [queue.name for queue in app.conf.task_queues]


def first_in_line(broker: redis.Redis) -> dict[str, bytes | str]:
    """The message that is next, of every queue that has one."""
    found = {queue: _next(broker, queue) for queue in queues()}
    return {queue: message for queue, message in found.items() if message}


def stuck(broker: redis.Redis, waiting: dict[str, bytes | str]) -> list[str]:
    """The queues whose next message is still the one that was next before."""
    return [queue for queue, message in waiting.items() if _next(broker, queue) == message]


def _next(broker: redis.Redis, queue: str) -> bytes | str:
    """Empty when there is none, or no answer: then there is nothing that could be taken."""
    with suppress(redis.RedisError):
        return broker.lindex(queue, -1) or b""
    return b""
