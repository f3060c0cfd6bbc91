"""Two versions of an event side by side: what is compatible, whom it hurts, what to do."""

from dataclasses import dataclass
from itertools import pairwise

from event_schemas.upcasts import UPCASTS
from messaging import contracts
from messaging.compatibility import Comparison, compare
from messaging.schema_checks.files import published


@dataclass(frozen=True, slots=True)
class Step:
    """From one version of an event to a later one.

    `hurt_by_old` have to read the old version and can't as if it were the new one; `hurt_by_new`
    know only the old one and can't live on the new one's data.
    """

    name: str
    old: int
    new: int
    comparison: Comparison
    hurt_by_old: tuple[str, ...]
    hurt_by_new: tuple[str, ...]

    @property
    def is_raised(self) -> bool:
        """Whether consumers get the old version raised to the new one."""
        return all((self.name, version) in UPCASTS for version in range(self.old, self.new))


def step(name: str, old: int, new: int) -> Step:
    """Raises `KeyError` or `FileNotFoundError` when there is no such event or version."""
    comparison = compare(contracts.schema_of(name, old), contracts.schema_of(name, new))
    takes = {
        consumer: subscription["versions"]
        for consumer, subscription in contracts.registry()[name]["consumers"].items()
    }
    readers = tuple(consumer for consumer, versions in takes.items() if old in versions)
    stuck = tuple(consumer for consumer, versions in takes.items() if new not in versions)
    return Step(
        name=name,
        old=old,
        new=new,
        comparison=comparison,
        hurt_by_old=() if comparison.is_backward else readers,
        hurt_by_new=() if comparison.is_forward else stuck,
    )


def history(name: str) -> list[Step]:
    """Each version of an event against the one before it."""
    versions = [version for other, version in published() if other == name]
    return [step(name, old, new) for old, new in pairwise(versions)]
