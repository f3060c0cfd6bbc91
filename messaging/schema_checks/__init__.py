"""What `check_schemas` demands of the contracts: whole, frozen, comparable, told and handled.

Each check yields one line for everything that is wrong.
"""

from messaging.schema_checks import (
    emitting,
    files,
    formats,
    lock,
    registering,
    subscribing,
    upcasting,
)

BASICS = (formats, files, registering)
REST = (upcasting, emitting, subscribing)


def problems() -> list[str]:
    """Everything wrong with the contracts as they are written; empty when all is well.

    Only files and a registry that are sound by themselves are looked at together.
    """
    wrong = [problem for check in BASICS for problem in check.problems()]
    together = [] if wrong else [problem for check in REST for problem in check.problems()]
    return [*wrong, *lock.problems(), *together]
