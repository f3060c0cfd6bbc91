-- Tasks are created evenly over the days; the draws and the completions are spread evenly, too: the
-- n-th has one more whenever a whole number is passed.
CREATE TEMP TABLE bulk_task AS
SELECT n, nextval(pg_get_serial_sequence('tasks_app_task', 'id')) AS id, uuidv7() AS public_id,
       uuidv7() AS created_event, uuidv7() AS priced_event,
       CASE WHEN n %% 7 = 0 THEN 'Почистить клетку № ' || n ELSE 'Feed popug no. ' || n END AS title,
       CASE WHEN n %% 3 = 0 THEN 'UBERPOP-' || n ELSE '' END AS jira_id,
       (10 + floor(random() * 11)::int) * 100 AS fee_cents,
       (20 + floor(random() * 21)::int) * 100 AS reward_cents,
       begins + length * (0.3 + 0.1 * (n %% 1000) / 1000) AS created_at, number AS born,
       (%(draws)s * n / %(tasks)s - %(draws)s * (n - 1) / %(tasks)s)::int AS draws,
       %(completions)s * n / %(tasks)s > %(completions)s * (n - 1) / %(tasks)s AS is_completed
  FROM generate_series(1::bigint, %(tasks)s) AS n
  JOIN bulk_day ON number = 1 + (n - 1) * %(days)s / %(tasks)s;
ANALYZE bulk_task;

-- The first draw is the task's own, each later one is a shuffle's, a day later as far as there are
-- days.
CREATE TEMP TABLE bulk_draw AS
SELECT t.n, t.id AS task_id, t.public_id AS task, draw, p.public_id AS account_id, d.number,
       uuidv7() AS public_id, uuidv7() AS event_id,
       CASE draw WHEN 1 THEN t.created_at
                 ELSE d.begins + d.length * (0.45 + 0.4 * least(draw, 99) / 100) END AS at,
       t.fee_cents
  FROM bulk_task t CROSS JOIN generate_series(1, t.draws) AS draw
  JOIN bulk_day d ON d.number = least(t.born + draw - 1, %(days)s)
  JOIN bulk_eligible p ON p.place = (t.n * 7919 + draw * 104729) %%
                          (SELECT count(*) FROM bulk_eligible);
ANALYZE bulk_draw;

CREATE TEMP TABLE bulk_completion AS
SELECT t.n, t.id AS task_id, t.public_id AS task, p.account_id, d.number,
       uuidv7() AS public_id, uuidv7() AS event_id,
       d.begins + d.length * (0.87 + 0.12 * (t.n %% 1000) / 1000) AS at, t.reward_cents
  FROM bulk_task t
  JOIN bulk_draw p ON p.n = t.n AND p.draw = t.draws JOIN bulk_day d USING (number)
 WHERE t.is_completed;
CREATE INDEX ON bulk_completion (n);
ANALYZE bulk_completion;

INSERT INTO tasks_app_task (id, public_id, title, jira_id, description, status, assignee_id,
       created_by, created_at, completed_at, completion_id, version, fee_cents, reward_cents)
SELECT t.id, t.public_id, t.title, t.jira_id, '',
       CASE WHEN c.n IS NULL THEN 'open' ELSE 'completed' END, p.account_id,
       NULL, t.created_at, c.at, c.public_id, t.draws + 1 + t.is_completed::int, t.fee_cents,
       t.reward_cents
  FROM bulk_task t JOIN bulk_draw p ON p.n = t.n AND p.draw = t.draws
  LEFT JOIN bulk_completion c ON c.n = t.n
 ORDER BY t.id;

CREATE TEMP TABLE bulk_shuffle AS
SELECT number, draw, at, uuidv7() AS id, uuidv7() AS event_id, count(*) AS count,
       max(task_id) AS last
  FROM bulk_draw WHERE draw > 1 GROUP BY number, draw, at;
INSERT INTO tasks_app_shufflerun (id, status, started_at, finished_at, total, done, cursor,
                                  correlation_id, failure, drawn, last_task_id, shares)
SELECT id, 'completed', at, at, count, count, last, id, '', count, last,
       (SELECT jsonb_agg(jsonb_build_array(account_id, tasks) ORDER BY tasks DESC, account_id)
          FROM (SELECT account_id, count(*) AS tasks FROM bulk_draw AS d
                 WHERE (d.number, d.draw) = (s.number, s.draw)
                 GROUP BY account_id ORDER BY tasks DESC, account_id LIMIT 50) AS most)
  FROM bulk_shuffle AS s;

INSERT INTO tasks_app_assignment (public_id, task_id, account_id, shuffle_id, task_version,
                                  assigned_at)
SELECT d.public_id, d.task_id, d.account_id, s.id, d.draw + 1, d.at
  FROM bulk_draw d LEFT JOIN bulk_shuffle s USING (number, draw) ORDER BY d.at, d.n;

INSERT INTO billing_app_task (public_id, title, jira_id)
SELECT public_id, title, jira_id FROM bulk_task ORDER BY n;
INSERT INTO billing_app_price (task_id, fee_cents, reward_cents, drawn_at)
SELECT public_id, fee_cents, reward_cents, created_at FROM bulk_task ORDER BY n;
