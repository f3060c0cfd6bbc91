-- Everything that was told, by the day on which it was; what is older than wanted is left out, as if
-- it had been pruned.
CREATE TEMP TABLE bulk_event AS
SELECT 1 AS number, joined AS at, event_id, 'auth.account_created' AS name, 1 AS version,
       NULL::uuid AS cause, jsonb_build_object('account_id', public_id, 'email', email, 'name', name,
         'role', role, 'is_active', true, 'language', 'en', 'version', 1) AS data
  FROM bulk_person WHERE %(number)s = 1
 UNION ALL
SELECT born, created_at, created_event, 'tasks.task_created', 2, NULL,
       jsonb_build_object('task_id', public_id, 'title', title, 'jira_id', nullif(jira_id, ''),
         'created_by', NULL, 'version', 1)
  FROM bulk_task WHERE born = %(number)s
 UNION ALL
SELECT born, created_at, priced_event, 'billing.task_priced', 1, created_event,
       jsonb_build_object('task_id', public_id, 'fee_cents', fee_cents,
         'reward_cents', reward_cents)
  FROM bulk_task WHERE born = %(number)s
 UNION ALL
SELECT d.number, d.at, d.event_id, 'tasks.task_assigned', 1, NULL,
       jsonb_build_object('assignment_id', d.public_id, 'task_id', d.task,
         'account_id', d.account_id, 'shuffle_id', s.id, 'version', d.draw + 1)
  FROM bulk_draw d LEFT JOIN bulk_shuffle s USING (number, draw) WHERE d.number = %(number)s
 UNION ALL
SELECT c.number, c.at, c.event_id, 'tasks.task_completed', 1, NULL,
       jsonb_build_object('completion_id', c.public_id, 'task_id', c.task,
         'account_id', c.account_id, 'version', t.draws + 2)
  FROM bulk_completion c JOIN bulk_task t USING (n) WHERE c.number = %(number)s
 UNION ALL
SELECT number, at, event_id, 'tasks.shuffle_completed', 1, NULL,
       jsonb_build_object('shuffle_id', id, 'count', count, 'started_by', NULL)
  FROM bulk_shuffle WHERE number = %(number)s
 UNION ALL
SELECT %(number)s, e.occurred_at, uuidv7(), 'billing.entry_posted', 1, e.event_id,
       jsonb_build_object('entry_id', e.id, 'kind', (ARRAY['fee', 'reward', 'payout'])[e.kind],
         'amount_cents', e.amount_cents, 'account_id', a.public_id, 'task_id', e.task_id,
         'source_id', e.source_id, 'day', e.day)
  FROM billing_app_entry e JOIN billing_app_account a ON a.id = e.account_id
 WHERE e.day = (SELECT day FROM bulk_day WHERE number = %(number)s)
 UNION ALL
SELECT %(number)s, p.made_at, uuidv7(), 'billing.payout_made', 1, NULL,
       jsonb_build_object('payout_id', p.id, 'account_id', a.public_id,
         'amount_cents', p.amount_cents, 'day', p.day)
  FROM billing_app_payout p JOIN billing_app_account a ON a.id = p.account_id
 WHERE p.day = (SELECT day FROM bulk_day WHERE number = %(number)s)
 UNION ALL
SELECT %(number)s, closed_at, uuidv7(), 'billing.day_closed', 1, NULL,
       jsonb_build_object('day', day, 'entries', entries, 'fees_cents', fees_cents,
         'rewards_cents', rewards_cents, 'adjusted_cents', adjusted_cents,
         'payouts_cents', payouts_cents, 'digest', encode(digest, 'hex'))
  FROM billing_app_businessday
 WHERE status = 'closed' AND day = (SELECT day FROM bulk_day WHERE number = %(number)s);

WITH written AS (
  INSERT INTO outbox_event (event_id, event_name, event_version, event_time, producer, data,
                            correlation_id, causation_id, created_at)
  SELECT event_id, name, version, at, split_part(name, '.', 1), data, coalesce(cause, event_id),
         cause, at
    FROM (SELECT *, row_number() OVER (ORDER BY at DESC) AS place FROM bulk_event) AS told
   WHERE place <= %(kept)s ORDER BY at
  RETURNING position, event_id, event_name, event_version, event_time
), delivered AS (
  INSERT INTO outbox_delivery (event_id, consumer, state, attempts, next_attempt_at, sent_at,
                               settled_at)
  SELECT w.position, consumer, 'acked', 1, w.event_time, w.event_time, w.event_time
    FROM written w JOIN unnest(%(names)s::text[], %(consumers)s::text[])
      AS subscribed(event_name, consumer) USING (event_name)
   WHERE %(delivered)s ORDER BY w.position
)
INSERT INTO inbox_event (consumer, event_id, event_name, event_version, applied_at)
SELECT consumer, w.event_id, event_name, w.event_version, w.event_time
  FROM written w JOIN unnest(%(names)s::text[], %(consumers)s::text[])
    AS subscribed(event_name, consumer) USING (event_name)
 WHERE %(delivered)s ORDER BY w.position;

INSERT INTO outbox_pruned AS known (event_name, count)
SELECT name, count(*)
  FROM (SELECT name, row_number() OVER (ORDER BY at DESC) AS place FROM bulk_event) AS told
 WHERE place > %(kept)s GROUP BY name
ON CONFLICT (event_name) DO UPDATE SET count = known.count + excluded.count;
