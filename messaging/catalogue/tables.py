"""`docs/events.md`: every event on one page, for readers of the repository."""

from collections.abc import Iterator, Sequence

from messaging import contracts
from messaging.catalogue.entries import Entry, Version, entries

_HEAD = """\
# Events

Generated from `event_schemas/` by `manage.py write_catalogue`; edits here are lost. The same, with
live counts, is at `/events/catalogue/`; the same for programs in [asyncapi.json](asyncapi.json).
"""


def page() -> str:
    found = entries()
    return "\n".join([_HEAD, *_overview(found), *(line for e in found for line in _event(e))])


def _overview(found: Sequence[Entry]) -> Iterator[str]:
    rows = [
        (
            f"[{entry.name}](#{_anchor(entry.name)})",
            entry.producer,
            ", ".join(str(version.number) for version in reversed(entry.versions)),
            ", ".join(entry.consumers),
            entry.summary,
        )
        for entry in found
    ]
    yield from _table(("event", "producer", "versions", "consumers", "what happened"), rows)


def _event(entry: Entry) -> Iterator[str]:
    yield from (f"## {entry.name}", "", entry.description, "")
    takers = ", ".join(
        f"{subscription.consumer} ({', '.join(map(str, subscription.versions))})"
        for subscription in entry.subscriptions
    )
    hurry = " Brought before all that waits already." if contracts.is_urgent(entry.name) else ""
    yield f"Told by {entry.producer}, owned by {entry.owner}. Taken by {takers}.{hurry}"
    yield ""
    for version in entry.versions:
        yield from _version(version)


def _version(version: Version) -> Iterator[str]:
    window = version.window
    ends = f", supported until {window.supported_until}: {window.reason}" if window else ""
    yield from (f"### Version {version.number} ({version.status}{ends})", "")
    rows = [
        (
            f"`{field.name}`",
            field.kind,
            "yes" if field.is_required else "no",
            "; ".join(f"`{rule}`" for rule in field.rules),
            field.description,
        )
        for field in version.fields
    ]
    yield from _table(("field", "type", "required", "rules", "what it is"), rows)
    if version.step:
        old, verdict = version.step.old, version.step.comparison
        yield f"New readers, version {old}'s events: {_can(verdict.is_backward)}."
        yield f"Version {old}'s readers, new events: {_can(verdict.is_forward)}."
        yield ""


def _can(is_compatible: bool) -> str:
    return "compatible" if is_compatible else "not compatible"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(head)
    yield _row(["---"] * len(head))
    yield from (_row(row) for row in rows)
    yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _anchor(title: str) -> str:
    return title.replace(".", "")
