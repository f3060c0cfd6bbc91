"""How services tell each other what happened: contracts, outbox, relay, inbox, dead letters.

telling    outbox, contracts, bulk_contracts, event, context
bringing   relay, outbox_deliveries, jobs, queues, transport, canaries, broker
applying   inbox, knowing, remembering, waiting, leases, failures, contention, pausing, watchdog
parked     dead_letters, letters, error_groups, dry_run, replay, replay_runs, giving_up
operators  operating, operator_jobs, audit, event_log, event_search, health, holdings, things
versions   versions_in_use, retiring, tallies, comparing; compatibility/, schema_checks/, catalogue/
keeping    pruning, rebuilding; idempotency of forms
"""
