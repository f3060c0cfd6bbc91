"""A stock dramatiq: one no-op actor. `send URL COUNT` puts messages there; a worker is started as
`dramatiq dramatiq_peer` with PEER_BROKER."""

import os
import sys

import dramatiq
from dramatiq.brokers.redis import RedisBroker

dramatiq.set_broker(RedisBroker(url=os.environ["PEER_BROKER"]))


@dramatiq.actor
def no_op() -> None:
    pass


if __name__ == "__main__":
    for _ in range(int(sys.argv[1])):
        no_op.send()
