"""The advisory locks of billing. A number may mean one thing only.

7201, in the SQL of the ledger: posters share it, a close takes it alone.
"""

from typing import Final

POSTING_TURN: Final = 7202  # batches of events are booked one at a time
RECONCILING: Final = 7203  # one proof at a time; posting goes on meanwhile
TELLING_THE_PAST: Final = 7204  # who tells days that are over closes each when all of it is told
