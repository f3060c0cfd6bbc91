-- The days of the history, oldest first; today has only happened up to now.
CREATE TEMP TABLE bulk_day AS
SELECT row_number() OVER (ORDER BY day)::int AS number, day::date,
       day AT TIME ZONE %(zone)s AS begins,
       least(interval '1 day', now() - day AT TIME ZONE %(zone)s) AS length
  FROM generate_series(%(today)s::date - (%(days)s - 1), %(today)s::date, interval '1 day') AS day;

CREATE TEMP TABLE bulk_person AS
SELECT n, uuidv7() AS public_id, uuidv7() AS event_id, 'Popug ' || n AS name,
       'popug' || n || '@bulk.example' AS email,
       CASE WHEN n %% 1000 = 1 THEN 'manager' WHEN n %% 1000 = 2 THEN 'accountant'
            ELSE 'worker' END AS role,
       begins + length * 0.1 AS joined
  FROM generate_series(1, %(people)s) AS n, bulk_day WHERE number = 1;

INSERT INTO auth_app_user (password, public_id, email, name, role, is_active, language, theme,
                           time_zone, keys, version, is_demo, sessions_ended, date_joined)
SELECT '!nobody signs in', public_id, email, name, role, true, 'en', 'auto', '', true, 1, false, 0,
       joined
  FROM bulk_person ORDER BY n;
INSERT INTO account_emailaddress (email, verified, "primary", user_id)
SELECT email, true, true, u.id FROM bulk_person JOIN auth_app_user u USING (public_id, email);

INSERT INTO tasks_app_account (public_id, name, role, is_active, version)
SELECT public_id, name, role, true, 1 FROM bulk_person ORDER BY n;
INSERT INTO billing_app_account (public_id, name, email, role, is_active, language, version)
SELECT public_id, name, email, role, true, 'en', 1 FROM bulk_person ORDER BY n;
INSERT INTO analytics_app_account (public_id, name, role, is_active, version)
SELECT public_id, name, role, true, 1 FROM bulk_person ORDER BY n;

CREATE TEMP TABLE bulk_eligible AS
SELECT row_number() OVER (ORDER BY n) - 1 AS place, public_id FROM bulk_person
 WHERE role <> 'manager';
CREATE INDEX ON bulk_eligible (place);
ANALYZE bulk_person, bulk_eligible;
