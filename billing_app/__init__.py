"""owns: prices, the ledger, business days, payouts
publishes: billing.task_priced, billing.entry_posted, billing.payout_made, billing.day_closed
consumes: auth.account_created, auth.account_updated, auth.sign_in_ended; tasks.task_created,
  tasks.task_assigned, tasks.task_completed, tasks.day_counted"""
