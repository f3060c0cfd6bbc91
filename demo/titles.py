"""What popugs have to do all week."""

import random

DEEDS = [
    "Polish", "Repaint", "Count", "Translate", "Automate", "Document", "Measure", "Simplify",
    "Photograph", "Reorder", "Unwrap", "Test", "Untangle", "Inspect", "Label", "Rehearse",
]  # fmt: skip
THINGS = [
    "the green of the order button", "the nut inventory", "the morning whistle", "the perch rota",
    "the seed dispenser firmware", "the mirror in the lobby", "the parrot-to-human dictionary",
    "the feather recycling report", "the bell on floor three", "the payout e-mail footer",
    "the cage-free onboarding guide", "the millet price alerts", "the echo in the meeting room",
    "the swing on the balcony", "the login page for macaws", "the shuffle button’s shadow",
]  # fmt: skip


class TaskTitles:
    """Titles and Jira keys, as many as are asked for; every third task has no key."""

    def __init__(self, rng: random.Random, first_key: int) -> None:
        self.rng, self.key = rng, first_key

    def next(self) -> tuple[str, str]:
        self.key += 1
        title = f"{self.rng.choice(DEEDS)} {self.rng.choice(THINGS)}"
        return title, f"UBERPOP-{self.key}" if self.key % 3 else ""
