"""PostgreSQL killed and recovered, its sessions ended, its tables locked, its disk refusing."""

import os
import random
import signal
from contextlib import suppress

import psycopg

from tests.faults.rig import Rig

LOCKED = ("billing_app_entry", "outbox_delivery", "inbox_event", "tasks_app_task", "outbox_event")
_OTHERS = "datname = 'ates' AND pid <> pg_backend_pid() AND backend_type = 'client backend'"


def kill_postmaster(rig: Rig, rng: random.Random) -> None:
    """Its children end when they notice; the next start recovers from the log."""
    rig.kill("postgres")
    rig.wait_for_servers()


def stop_at_once(rig: Rig, rng: random.Random) -> None:
    """Immediate shutdown: no checkpoint, recovery at the next start."""
    rig.signal_process("postgres", signal.SIGQUIT)
    rig.await_return("postgres")
    rig.wait_for_servers()


def kill_a_session(rig: Rig, rng: random.Random) -> None:
    """kill -9 of one server process makes PostgreSQL end all of them and recover."""
    with rig.database() as database:
        query = f"SELECT pid FROM pg_stat_activity WHERE {_OTHERS} ORDER BY random() LIMIT 1"
        row = database.execute(query.encode()).fetchone()
    if row:
        rig.kills += 1
        with suppress(ProcessLookupError):
            os.kill(row[0], signal.SIGKILL)
    rig.wait_for_servers()


def end_all_sessions(rig: Rig, rng: random.Random) -> None:
    with rig.database() as database:
        query = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {_OTHERS}"
        database.execute(query.encode())


def end_busy_sessions(rig: Rig, rng: random.Random) -> None:
    """Again and again whoever is in the middle of something, at COMMIT if it can be met."""
    query = f"""
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE {_OTHERS} AND state <> 'idle' AND xact_start IS NOT NULL
         ORDER BY query ILIKE 'commit%' DESC, random() LIMIT 2"""
    with suppress(psycopg.OperationalError), rig.database() as database:
        for _ in range(40):
            database.execute(query.encode())
            rig.wait(0.04)


def lock_a_table(rig: Rig, rng: random.Random) -> None:
    with suppress(psycopg.OperationalError), rig.database() as database, database.transaction():
        table = rng.choice(LOCKED)
        database.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE".encode())
        rig.wait(rng.uniform(0.5, 3))


def hold_a_transaction(rig: Rig, rng: random.Random) -> None:
    """A long writing transaction holds back what others may clean up or see as settled."""
    with suppress(psycopg.OperationalError), rig.database() as database, database.transaction():
        database.execute("CREATE TEMPORARY TABLE idle (nothing int) ON COMMIT DROP")
        rig.wait(rng.uniform(2, 5))


def refuse_writes(rig: Rig, rng: random.Random) -> None:
    """As when the disk is full: it answers, and takes nothing."""
    if _set_read_only(rig, "on"):
        rig.wait(rng.uniform(1, 4))
    rig.wait_until(lambda: _set_read_only(rig, "off"), "it takes writes again")


def _set_read_only(rig: Rig, value: str) -> bool:
    with suppress(psycopg.OperationalError), rig.database() as database:
        database.execute("SET default_transaction_read_only = off")
        database.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}".encode())
        database.execute("SELECT pg_reload_conf()")
        return True
    return False


FAULTS = {
    "PostgreSQL: kill -9": kill_postmaster,
    "PostgreSQL: immediate shutdown": stop_at_once,
    "PostgreSQL: kill -9 of a session": kill_a_session,
    "PostgreSQL: all sessions ended": end_all_sessions,
    "PostgreSQL: busy sessions ended": end_busy_sessions,
    "PostgreSQL: a table locked": lock_a_table,
    "PostgreSQL: a long transaction": hold_a_transaction,
    "PostgreSQL: refuses writes": refuse_writes,
}
