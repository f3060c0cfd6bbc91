"""owns: tasks, their assignees, shuffles, imports
publishes: tasks.task_created, tasks.task_assigned, tasks.task_completed, tasks.shuffle_completed,
  tasks.day_counted
consumes: auth.account_created, auth.account_updated, auth.sign_in_ended, billing.task_priced"""
