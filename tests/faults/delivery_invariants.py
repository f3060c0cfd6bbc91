"""What must be true of events: none lost, none doubled, none from nowhere, none too often."""

from tests.faults.invariant import Invariant

_WHO_GETS_WHAT = """
WITH registry AS (
  SELECT name AS event_name, consumer
    FROM jsonb_each(%(routes)s::jsonb) AS entry(name, consumers),
         jsonb_array_elements_text(consumers) AS consumer)
"""

OF_DELIVERY = [
    Invariant(
        "I7a",
        "every event is settled with each of its consumers",
        _WHO_GETS_WHAT
        + """
        SELECT event.event_id, event.event_name, registry.consumer, delivery.state,
               inbox.id, letter.id
          FROM outbox_event AS event JOIN registry USING (event_name)
          LEFT JOIN outbox_delivery AS delivery
            ON delivery.event_id = event.position AND delivery.consumer = registry.consumer
          LEFT JOIN inbox_event AS inbox
            ON inbox.event_id = event.event_id AND inbox.consumer = registry.consumer
          LEFT JOIN dead_letter AS letter
            ON letter.event_id = event.event_id AND letter.consumer = registry.consumer
               AND letter.state <> 'replayed'
         WHERE (delivery.state, inbox.id IS NOT NULL, letter.id IS NOT NULL) NOT IN
               (('acked', true, false), ('parked', false, true), ('discarded', false, true))
            OR delivery.state IS NULL""",
    ),
    Invariant(
        "I7b",
        "nothing is applied that was not published for this consumer",
        _WHO_GETS_WHAT
        + """
        SELECT inbox.consumer, inbox.event_id, inbox.event_name FROM inbox_event AS inbox
          LEFT JOIN outbox_event AS event USING (event_id)
          LEFT JOIN registry ON registry.event_name = event.event_name
               AND registry.consumer = inbox.consumer
         WHERE registry.consumer IS NULL""",
    ),
    Invariant(
        "I8a",
        "what the tracker did and what it told are one",
        """
        SELECT coalesce(did.name, told.event_name), coalesce(did.id, told.id), did.n, told.n
          FROM (SELECT 'tasks.task_created' AS name, public_id::text AS id, 1 AS n
                  FROM tasks_app_task
                UNION ALL SELECT 'tasks.task_assigned', public_id::text, 1
                  FROM tasks_app_assignment
                UNION ALL SELECT 'tasks.task_completed', completion_id::text, 1
                  FROM tasks_app_task WHERE status = 'completed'
                UNION ALL SELECT 'tasks.shuffle_completed', id::text, 1
                  FROM tasks_app_shufflerun WHERE status = 'completed') AS did
          FULL JOIN (SELECT event_name, coalesce(
                              data ->> 'completion_id', data ->> 'assignment_id',
                              data ->> 'shuffle_id', data ->> 'task_id') AS id, count(*) AS n
                       FROM outbox_event WHERE producer = 'tasks' AND event_name IN
                            ('tasks.task_created', 'tasks.task_assigned', 'tasks.task_completed',
                             'tasks.shuffle_completed') GROUP BY 1, 2) AS told
            ON told.event_name = did.name AND told.id = did.id
         WHERE did.n IS DISTINCT FROM told.n""",
    ),
    Invariant(
        "I8b",
        "what billing booked and what it told are one",
        """
        SELECT coalesce(did.name, told.event_name), coalesce(did.id, told.id), did.n, told.n
          FROM (SELECT 'billing.entry_posted' AS name, id::text AS id, 1 AS n
                  FROM billing_app_entry
                UNION ALL SELECT 'billing.payout_made', id::text, 1 FROM billing_app_payout
                UNION ALL SELECT 'billing.task_priced', task_id::text, 1 FROM billing_app_price
                UNION ALL SELECT 'billing.day_closed', day::text, 1
                  FROM billing_app_businessday WHERE status = 'closed') AS did
          FULL JOIN (SELECT event_name, coalesce(data ->> 'entry_id', data ->> 'payout_id',
                              data ->> 'task_id', data ->> 'day') AS id, count(*) AS n
                       FROM outbox_event WHERE producer = 'billing' GROUP BY 1, 2) AS told
            ON told.event_name = did.name AND told.id = did.id
         WHERE did.n IS DISTINCT FROM told.n""",
    ),
    Invariant(
        "I9",
        "no event is applied twice by a consumer",
        """
        SELECT consumer, event_id, count(*) FROM inbox_event
         GROUP BY consumer, event_id HAVING count(*) > 1""",
    ),
    Invariant(
        "I10",
        "nothing is on its way",
        """
        SELECT consumer, state, count(*) FROM outbox_delivery
         WHERE state IN ('due', 'sent') GROUP BY consumer, state""",
    ),
    Invariant(
        "I14a",
        "versions of people and tasks are dense",
        """
        SELECT id, versions FROM (
          SELECT coalesce(data ->> 'task_id', data ->> 'account_id') AS id,
                 array_agg((data ->> 'version')::int ORDER BY (data ->> 'version')::int) AS versions
            FROM outbox_event
           WHERE producer IN ('auth', 'tasks') AND data ? 'version' AND NOT data ? 'day'
           GROUP BY 1) AS told
         WHERE versions <> ARRAY(SELECT generate_series(1, cardinality(versions)))""",
    ),
    Invariant(
        "I14b",
        "every service knows the newest state of each person",
        """
        SELECT who.public_id, who.version, tracker.version, ledger.version, figures.version
          FROM auth_app_user AS who
          LEFT JOIN tasks_app_account AS tracker USING (public_id)
          LEFT JOIN billing_app_account AS ledger USING (public_id)
          LEFT JOIN analytics_app_account AS figures USING (public_id)
         WHERE (who.version, who.name) IS DISTINCT FROM (tracker.version, tracker.name)
            OR (who.version, who.name) IS DISTINCT FROM (ledger.version, ledger.name)
            OR (who.version, who.name) IS DISTINCT FROM (figures.version, figures.name)""",
    ),
    Invariant(
        "I19",
        "copies are bounded: no storm of redelivery",
        """
        SELECT consumer, avg(attempts) FROM outbox_delivery
         GROUP BY consumer HAVING avg(attempts) > %(most_copies)s""",
    ),
    Invariant(
        "I22",
        "from the click to the ledger's line the chain is unbroken",
        """
        SELECT entry.id, entry.event_id FROM billing_app_entry AS entry
          LEFT JOIN outbox_event AS cause ON cause.event_id = entry.event_id
          LEFT JOIN outbox_event AS told ON told.event_name = 'billing.entry_posted'
               AND (told.data ->> 'entry_id')::bigint = entry.id
         WHERE entry.event_id IS NOT NULL AND (cause.event_id IS NULL
               OR (cause.event_id, cause.correlation_id, cause.actor)
                  IS DISTINCT FROM (told.causation_id, told.correlation_id, told.actor))""",
    ),
]
