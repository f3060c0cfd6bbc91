"""A stock procrastinate: one no-op task. Prints tasks a second of each run as JSON."""

import asyncio
import json
import sys
import time
from contextlib import suppress

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

app = App(connector=PsycopgConnector(conninfo=sys.argv[1]))


@app.task(name="no_op")
async def no_op() -> None:
    pass


async def main(count: int, runs: int) -> None:
    async with app.open_async():
        with suppress(ConnectorException):  # it is there already
            await app.schema_manager.apply_schema_async()
        print(json.dumps([await run(count) for _ in range(runs)]))  # noqa: T201


async def run(count: int) -> float:
    await no_op.batch_defer_async(*({} for _ in range(count)))
    began = time.perf_counter()
    await app.run_worker_async(wait=False, concurrency=10, install_signal_handlers=False)
    return count / (time.perf_counter() - began)


asyncio.run(main(int(sys.argv[2]), int(sys.argv[3])))
