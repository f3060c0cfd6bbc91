"""The ledger proves, at any time, that it is whole: each claim by one query, in one snapshot."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext

from billing_app.claims import CLAIMS, Claim

KEPT = 100  # of the contradictions of a claim; beyond that their number says enough

_COLUMNS = ("day", "account_id", "entry_id", "here", "there")
_FIND = """
SELECT day, account_id, entry_id, coalesce(here, ''), coalesce(there, ''), count(*) OVER ()
  FROM ({claim}) AS contradictions {condition} ORDER BY day, account_id, entry_id LIMIT {kept}
"""


@dataclass(frozen=True, slots=True)
class Check:
    """A proof and what it found: `differences` counts, 0 is proved; `found` are the first rows."""

    key: str
    differences: int
    found: list[dict[str, Any]]

    @property
    def ok(self) -> bool:
        return self.differences == 0

    @property
    def name(self) -> str:
        return CLAIMS[self.key].name

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return gettext(self.name)


def prove(day: date | None = None) -> list[Check]:
    """Every claim with what contradicts it; with a day, the claims that can be proved of one."""
    with connection.cursor() as cursor:
        return [
            _check(cursor, key, claim, day)
            for key, claim in CLAIMS.items()
            if day is None or claim.by_day
        ]


def prove_balances(day: date) -> Check:
    """That cached balances of a day are the sums of its entries, before anybody is paid by them."""
    with connection.cursor() as cursor:
        return _check(cursor, "balances", CLAIMS["balances"], day)


def _check(cursor: CursorWrapper, key: str, claim: Claim, day: date | None) -> Check:
    condition = "WHERE day = %(day)s" if day else ""
    cursor.execute(_FIND.format(claim=claim.query, condition=condition, kept=KEPT), {"day": day})
    rows = cursor.fetchall()
    found = [dict(zip(_COLUMNS, row, strict=False)) for row in rows]
    return Check(key, rows[0][-1] if rows else 0, found)
