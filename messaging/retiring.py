"""May a version of an event go? Not while anybody tells it, reads it, or still has to (E2).

To retire a version is to stop telling it. Its schema and the step that raises it to the next
version stay for as long as the event log holds events of it: read models are rebuilt from those.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from messaging.business_day import today
from messaging.versions_in_use import WINDOWS, Reader, Version

QUIET: timedelta = WINDOWS[-1]  # nobody may have told or read it for so long


def obstacles(version: Version, family: list[Version]) -> list[str]:
    """Why a version can't go yet, a sentence each; none when it can.

    `family` are all versions of the event: whoever reads this one must be able to read another.
    """
    return [
        *_promised(version),
        *_told(version),
        *_read(version),
        *_unread(version, family),
    ]


def _promised(version: Version) -> Iterator[str]:
    if version.promised_until and today() <= version.promised_until:
        yield _("It is promised until %(day)s.") % {"day": version.promised_until}


def _told(version: Version) -> Iterator[str]:
    if version.is_newest:
        yield _("It is the newest version.")
    elif version.is_asked_for:
        yield _("Its producer is set to tell it.")
    if told := version.told.week:
        words = ngettext(
            "It was told %(count)d time in the last week.",
            "It was told %(count)d times in the last week.",
            told,
        )
        yield words % {"count": told}


def _read(version: Version) -> Iterator[str]:
    for reader in version.readers:
        if applied := reader.applied.week:
            words = ngettext(
                "%(who)s applied %(count)d of it in the last week.",
                "%(who)s applied %(count)d of them in the last week.",
                applied,
            )
            yield words % {"who": reader.consumer, "count": applied}
        yield from _unsettled(reader)


def _unsettled(reader: Reader) -> Iterator[str]:
    if reader.open:
        yield _("%(count)d are on their way to %(who)s.") % _counted(reader, reader.open)
    if reader.parked:
        yield _("%(count)d are dead letters of %(who)s.") % _counted(reader, reader.parked)
    if reader.waiting:
        yield _("%(count)d wait at %(who)s for another event.") % _counted(reader, reader.waiting)


def _counted(reader: Reader, count: int) -> dict[str, str | int]:
    return {"who": reader.consumer, "count": count}


def _unread(version: Version, family: list[Version]) -> Iterator[str]:
    """The failure to avoid: the old version ends while somebody can read no other."""
    for heir in family:
        if heir.version > version.version:
            for reader in heir.readers:
                if reader.can_read is False:
                    words = _("%(who)s can't read version %(version)d.")
                    yield words % {"who": reader.consumer, "version": heir.version}
