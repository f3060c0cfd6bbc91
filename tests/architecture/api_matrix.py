"""Who may call what, written by hand: the calls are held against this table, not copied into it.

What an address names does not exist, so whoever may look gets 404 and whoever may not gets 403;
bodies are empty. The dismissed were admins until a moment ago.
"""

NOBODYS = "00000000-0000-7000-8000-000000000000"
COLUMNS = ("anonymous", "worker", "manager", "accountant", "admin", "dismissed")

# fmt: off
MATRIX: list[tuple[str, str, *tuple[int, ...]]] = [
    ("GET",   "/analytics/most-expensive",                401, 403, 403, 403, 200, 401),
    ("GET",   "/analytics/summary",                       401, 403, 403, 403, 200, 401),
    ("GET",   "/billing/balance",                         401, 200, 200, 200, 200, 401),
    ("GET",   "/billing/days",                            401, 403, 403, 200, 200, 401),
    ("GET",   "/billing/days/{day}",                      401, 403, 403, 404, 404, 401),
    ("POST",  "/billing/days/{day}/close",                401, 403, 403, 409, 409, 401),
    ("GET",   "/billing/payouts",                         401, 403, 403, 200, 200, 401),
    ("GET",   "/billing/reconciliation",                  401, 403, 403, 200, 200, 401),
    ("GET",   "/billing/statement",                       401, 200, 200, 200, 200, 401),
    ("GET",   "/billing/statement?account={id}",          401, 404, 404, 404, 404, 401),
    ("GET",   "/events/dead-letters",                     401, 403, 403, 403, 200, 401),
    ("POST",  "/events/dead-letters/{letter_id}/discard", 401, 403, 403, 403, 422, 401),
    ("POST",  "/events/dead-letters/{letter_id}/replay",  401, 403, 403, 403, 404, 401),
    ("GET",   "/events/lag",                              401, 403, 403, 403, 200, 401),
    ("GET",   "/me",                                      401, 200, 200, 200, 200, 401),
    ("GET",   "/people",                                  401, 403, 403, 403, 200, 401),
    ("POST",  "/people",                                  401, 403, 403, 403, 422, 401),
    ("PATCH", "/people/{person_id}",                      401, 403, 403, 403, 404, 401),
    ("GET",   "/tasks",                                   401, 200, 200, 200, 200, 401),
    ("POST",  "/tasks",                                   401, 422, 422, 422, 422, 401),
    ("GET",   "/tasks/{task_id}",                         401, 404, 404, 404, 404, 401),
    ("POST",  "/tasks/{task_id}/complete",                401, 404, 404, 404, 404, 401),
    ("POST",  "/tasks/import",                            401, 403, 415, 403, 415, 401),
    ("GET",   "/tasks/imports/{run_id}",                  401, 403, 404, 403, 404, 401),
    ("POST",  "/tasks/shuffle",                           401, 403, 202, 403, 202, 401),
    ("GET",   "/tasks/shuffles/{run_id}",                 401, 403, 404, 403, 404, 401),
    ("POST",  "/token",                                   422, 422, 422, 422, 422, 422),
    ("POST",  "/token/refresh",                           422, 422, 422, 422, 422, 422),
    ("POST",  "/token/revoke",                            422, 422, 422, 422, 422, 422),
    ("POST",  "/token/revoke-all",                        401, 204, 204, 204, 204, 401),
]
# fmt: on
