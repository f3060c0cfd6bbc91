"""What the broker says of itself. It may be away or hang; then that is the answer, and quickly."""

from dataclasses import dataclass, field
from typing import Any

import redis
from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.backoff import NoBackoff
from redis.retry import Retry

from messaging.queues import depth

SECONDS = 0.7
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Broker:
    """`depths`: messages by queue, `unacknowledged` those in workers' hands; memory in megabytes,
    no `limit` when there is none. `problem` says why nothing is known. RabbitMQ tells version and
    depths to everybody, the rest to its own tools only: there is no `policy` then."""

    problem: str = ""
    version: str = ""
    depths: dict[str, int] = field(default_factory=dict)
    unacknowledged: int = 0
    used: int = 0
    limit: int = 0
    policy: str = ""
    appends: bool = False
    append_ok: bool = False

    @property
    def queued(self) -> int:
        return sum(self.depths.values())

    @property
    def filled(self) -> list[tuple[str, int]]:
        return [(queue, depth) for queue, depth in self.depths.items() if depth]


def look() -> Broker:
    queues = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    try:
        return _ask(queues) if settings.BROKER_IS_REDIS else _ask_rabbit(queues)
    except (redis.RedisError, OperationalError, OSError) as error:
        return Broker(problem=f"{type(error).__name__}: {error}")


def _ask(queues: list[str]) -> Broker:
    with redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
    ) as client:
        pipeline = client.pipeline(transaction=False)
        for queue in queues:
            pipeline.llen(queue)
        pipeline.hlen("unacked")
        pipeline.info()
        *depths, unacknowledged, info = pipeline.execute()
    return _told(dict(zip(queues, depths, strict=True)), unacknowledged, info)


def _ask_rabbit(queues: list[str]) -> Broker:
    options = {"read_timeout": SECONDS, "write_timeout": SECONDS, "max_retries": 0}
    with current_app.connection(
        settings.CELERY_BROKER_URL, connect_timeout=SECONDS, transport_options=options
    ) as broker:
        told = broker.ensure_connection(
            max_retries=1, interval_start=0
        ).connection.server_properties
        depths = {queue: depth(broker, queue) for queue in queues}
        return Broker(version=f"{told['product']} {told['version']}", depths=depths)


def _told(depths: dict[str, int], unacknowledged: int, info: dict[str, Any]) -> Broker:
    return Broker(
        version=str(info.get("valkey_version") or info.get("redis_version") or ""),
        depths=depths,
        unacknowledged=unacknowledged,
        used=int(info.get("used_memory", 0)) // MEGABYTE,
        limit=int(info.get("maxmemory", 0)) // MEGABYTE,
        policy=str(info.get("maxmemory_policy", "")),
        appends=bool(info.get("aof_enabled")),
        append_ok=info.get("aof_last_write_status") == "ok",
    )
