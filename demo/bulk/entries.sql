-- What happened on a day, into the journal: its triggers keep the balances.
INSERT INTO billing_app_entry (account_id, amount_cents, day, kind, source_id, task_id, event_id,
                               occurred_at)
SELECT a.id, moved.cents, d.day, moved.kind, moved.source, moved.task, moved.event_id, moved.at
  FROM (SELECT account_id, -fee_cents AS cents, 1 AS kind, public_id AS source, task, event_id, at
          FROM bulk_draw WHERE number = %(number)s
         UNION ALL
        SELECT account_id, reward_cents, 2, public_id, task, event_id, at
          FROM bulk_completion WHERE number = %(number)s) AS moved
  JOIN billing_app_account a ON a.public_id = moved.account_id
  JOIN bulk_day d ON d.number = %(number)s
 ORDER BY moved.at, moved.source;
