UPDATE analytics_app_account AS known SET balance_cents = told.cents
  FROM (SELECT a.public_id, sum(e.amount_cents) AS cents
          FROM billing_app_entry e JOIN billing_app_account a ON a.id = e.account_id
         GROUP BY a.public_id) AS told
 WHERE known.public_id = told.public_id;

INSERT INTO analytics_app_task (public_id, title, jira_id, reward_cents, completed_at,
                                completed_day, completed_by)
SELECT t.public_id, t.title, t.jira_id, t.reward_cents, c.at, d.day, c.account_id
  FROM bulk_task t LEFT JOIN bulk_completion c ON c.n = t.n
  LEFT JOIN bulk_day d ON d.number = c.number
 ORDER BY t.n;

INSERT INTO analytics_app_daytotal (day, fees_cents, rewards_cents, paid_out_cents, payouts,
                                    assignments, completions, shuffles, closed_at)
SELECT d.day, coalesce(-sum(e.amount_cents) FILTER (WHERE e.kind = 1), 0),
       coalesce(sum(e.amount_cents) FILTER (WHERE e.kind = 2), 0),
       coalesce(-sum(e.amount_cents) FILTER (WHERE e.kind = 3), 0),
       count(*) FILTER (WHERE e.kind = 3), count(*) FILTER (WHERE e.kind = 1),
       count(*) FILTER (WHERE e.kind = 2),
       (SELECT count(*) FROM bulk_shuffle s WHERE s.number = d.number),
       (SELECT b.closed_at FROM billing_app_businessday b WHERE b.day = d.day)
  FROM bulk_day d LEFT JOIN billing_app_entry e ON e.day = d.day GROUP BY d.number, d.day;
