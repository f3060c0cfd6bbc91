"""A stock Celery, as its first steps set it up: one no-op task, default settings."""

import sys

from celery import Celery

app = Celery("peer", broker=sys.argv[1] if len(sys.argv) > 1 else None)


@app.task(ignore_result=True)
def no_op() -> None:
    pass


def send(count: int) -> None:
    for _ in range(count):
        no_op.delay()


if __name__ == "__main__":
    if sys.argv[2] == "send":
        send(int(sys.argv[3]))
    else:
        app.worker_main(["-q", "worker", "-c", "2", "-l", "CRITICAL"])
