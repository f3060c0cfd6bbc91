"""owns: read models that events alone feed
publishes: nothing
consumes: auth.account_created, auth.account_updated, auth.sign_in_ended; tasks.task_created,
  tasks.task_assigned, tasks.task_completed, tasks.shuffle_completed; billing.task_priced,
  billing.entry_posted, billing.payout_made, billing.day_closed"""
