"""Was everybody told the truth? Each accepted command has exactly one effect, each refused none.

What was not answered is settled first: sent again with its key where that is safe, otherwise looked
up by it.
"""

from dataclasses import dataclass

import psycopg

from demo.people import DOMAIN
from tests.faults.history import FAIL, OK, UNKNOWN, Command, History
from tests.faults.site import Unknown

# The number of effects of a command, by its key; `who` is the public id of whoever sent it.
EFFECTS = {
    "create": "SELECT count(*) FROM tasks_app_task WHERE creation_key = %(who)s || ':' || %(key)s",
    "call: create": """
        SELECT count(*) FROM tasks_app_task
         WHERE title = %(key)s AND created_by = %(who)s::uuid""",
    "complete": """
        SELECT count(*) FROM outbox_event WHERE event_name = 'tasks.task_completed'
           AND data ->> 'task_id' = %(key)s AND data ->> 'account_id' = %(who)s""",
    "shuffle": "SELECT count(*) FROM tasks_app_shufflerun WHERE key = %(who)s || ':' || %(key)s",
    "import": "SELECT count(*) FROM tasks_app_importrun WHERE key = %(who)s || ':' || %(key)s",
    "close": """
        SELECT count(*) FROM outbox_event
         WHERE event_name = 'billing.day_closed' AND data ->> 'day' = %(key)s""",
    "correct": "SELECT count(*) FROM billing_app_correction WHERE reason = %(key)s",
    "approve": """
        SELECT count(*) FROM billing_app_entry
         WHERE source_id = %(key)s::uuid AND reverses_id IS NOT NULL""",
    "hire": """
        SELECT count(*) FROM outbox_event
         WHERE event_name = 'auth.account_created' AND data ->> 'email' = lower(%(key)s)""",
    "rename": """
        SELECT count(*) FROM outbox_event
         WHERE event_name = 'auth.account_updated' AND data ->> 'name' = %(key)s""",
}
# Where "done" may also mean that somebody else had done it, or was doing it.
SHARED = {"shuffle", "correct", "approve"}

# What is there without anybody having asked for it.
_PHANTOMS = {
    "a task that nobody created": """
        SELECT public_id FROM tasks_app_task
         WHERE coalesce(creation_key, title) <> ALL(%(create)s::text[] || %(call: create)s::text[])
           AND title NOT SIMILAR TO 'Of %%|%% line %%'""",
    "a completion that nobody asked for": """
        SELECT public_id FROM tasks_app_task
         WHERE status = 'completed' AND created_at > %(since)s
           AND public_id::text || assignee_id <> ALL(%(complete)s)""",
    "a shuffle that nobody asked for": """
        SELECT id FROM tasks_app_shufflerun WHERE key IS NULL OR key <> ALL(%(shuffle)s)""",
    "an import that nobody asked for": """
        SELECT id FROM tasks_app_importrun WHERE key IS NULL OR key <> ALL(%(import)s)""",
    "an import that is not its file": """
        SELECT run.id, total, created, rejected, count(task.id), count(DISTINCT task.title)
          FROM tasks_app_importrun AS run
          LEFT JOIN tasks_app_task AS task
            ON task.title LIKE replace(run.filename, '.txt', '') || ' line %%'
         GROUP BY run.id HAVING run.status <> 'completed' OR total <> created + rejected
             OR created <> count(task.id) OR created <> count(DISTINCT task.title)""",
    "a shuffle that did not draw what it says": """
        SELECT run.id, run.status, drawn, count(assignment.id) FROM tasks_app_shufflerun AS run
          LEFT JOIN tasks_app_assignment AS assignment ON assignment.shuffle_id = run.id
         GROUP BY run.id HAVING run.status <> 'completed' OR drawn <> count(assignment.id)""",
}


@dataclass
class Settled:
    """How many were unknown, and how many of them had happened all the same."""

    unknown: int = 0
    happened: int = 0


class Checker:
    def __init__(self, database: psycopg.Connection, history: History) -> None:
        self.database, self.history = database, history
        self.lost = self.doubled = 0
        rows = database.execute("SELECT email, public_id::text FROM auth_app_user").fetchall()
        self.ids = {email.removesuffix(f"@{DOMAIN}"): public_id for email, public_id in rows}

    def settle(self) -> Settled:
        settled = Settled()
        for command in self.history.commands:
            if command.outcome == UNKNOWN:
                settled.unknown += 1
                settled.happened += self._settle(command)
        return settled

    def _settle(self, command: Command) -> bool:
        happened = self.effects(command) > 0
        if command.repeatable:
            command.outcomes = [self._again(command)]
        else:
            command.outcomes = [OK if happened else FAIL]
        return happened

    def _again(self, command: Command) -> str:
        for _ in range(5):
            if (outcome := command.attempt()) != UNKNOWN:
                return outcome
        raise Unknown(f"{command} is never answered")

    def effects(self, command: Command) -> int:
        given = {"who": self.ids[command.who], "key": command.key}
        row = self.database.execute(EFFECTS[command.kind].encode(), given).fetchone()
        return int(row[0]) if row else 0

    def violations(self, since: float) -> list[str]:
        """Call it when everything that was repeated has arrived. `since`: when work began."""
        found = [said for key in self._accepted() for said in self._judge(*key)]
        return found + self._phantoms(since) + self._wrong_answers()

    def _accepted(self) -> dict[tuple[str, str, str], list[Command]]:
        """Commands that mean the same deed, together."""
        same: dict[tuple[str, str, str], list[Command]] = {}
        for command in self.history.commands:
            who = "" if command.kind in ("close", "approve") else command.who
            same.setdefault((command.kind, who, command.key), []).append(command)
        self.same = same
        return same

    def _judge(self, kind: str, who: str, key: str) -> list[str]:
        commands = self.same[kind, who, key]
        effects = self.effects(commands[0])
        self.doubled += max(effects - 1, 0)
        done = any(command.outcome == OK for command in commands)
        allowed = {0, 1} if done and kind in SHARED else {int(done)}
        if effects in allowed:
            return []
        self.lost += int(done and not effects)
        told = [command.outcome for command in commands]
        return [f"I23 {kind} by {commands[0].who} ({key}) was {told} and has {effects} effects"]

    def _phantoms(self, since: float) -> list[str]:
        keys: dict[str, list[str]] = {
            kind: [f"{self.ids[one.who]}:{one.key}" for one in self.history.of(kind)]
            for kind in ("create", "shuffle", "import")
        }
        keys["call: create"] = [one.key for one in self.history.of("call: create")]
        keys["complete"] = [f"{one.key}{self.ids[one.who]}" for one in self.history.of("complete")]
        given = keys | {"since": self._moment(since)}
        return [
            f"I23 {words}: {[str(value) for value in row]}"
            for words, query in _PHANTOMS.items()
            for row in self.database.execute(query.encode(), given).fetchall()
        ]

    def _moment(self, seconds: float) -> object:
        row = self.database.execute("SELECT to_timestamp(%s)", [seconds]).fetchone()
        return row[0] if row else None

    def _wrong_answers(self) -> list[str]:
        """A key that is sent again is answered with the same thing."""
        return [
            f"I23 {command.kind} {command.key} was answered with {sorted(set(command.results))}"
            for command in self.history.commands
            if command.kind in ("create", "call: create", "import")
            and len(set(command.results)) > 1
        ]
