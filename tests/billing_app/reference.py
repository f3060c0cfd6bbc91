"""The ledger in thirty lines: what must come of the facts, whatever happens on the way."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from uuid import UUID

ONE_DAY = timedelta(days=1)


class Books:
    def __init__(self, first: date) -> None:
        self.day, self.closing = first, False
        self.booked: set[str] = set()
        self.moves: defaultdict[date, Counter[UUID]] = defaultdict(Counter)
        self.debts: Counter[UUID] = Counter()
        self.due: dict[tuple[date, UUID], int] = {}

    def book(self, source: str, account: UUID, day: date, cents: int) -> None:
        if source not in self.booked:
            self.booked.add(source)
            first_open = self.day + ONE_DAY if self.closing else self.day
            self.moves[max(day, first_open)][account] += cents

    def balances(self) -> dict[UUID, int]:
        people = self.debts.keys() | self.moves[self.day].keys()
        return {person: self.debts[person] + self.moves[self.day][person] for person in people}

    def begin(self) -> None:
        self.closing = True
        owed = {(self.day, who): cents for who, cents in self.balances().items() if cents > 0}
        self.due.update(owed)

    def seal(self) -> None:
        self.debts = Counter({who: cents for who, cents in self.balances().items() if cents < 0})
        self.day, self.closing = self.day + ONE_DAY, False
