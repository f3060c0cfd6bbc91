"""Routes of billing, grouped by thing."""

from django.urls import path

from billing_app import (
    account_views,
    audit_views,
    correction_views,
    day_views,
    ledger_views,
    payout_views,
    reconciliation_views,
    views,
)

app_name = "billing"

urlpatterns = [
    path("", views.account, name="account"),
    path("balance/", views.balance, name="balance"),
    path("rewards/<uuid:task_id>/", views.reward, name="reward"),
    # the journal
    path("entries/", ledger_views.entries, name="entries"),
    path("entries/export/", ledger_views.entries_export, name="entries_export"),
    path("entries/<int:entry_id>/", views.entry, name="entry"),
    path("entries/<int:entry_id>/correct/", correction_views.correct, name="correct"),
    path("entries/late/", ledger_views.late, name="late"),
    path("entries/late/export/", ledger_views.late_export, name="late_export"),
    path("trial-balance/", ledger_views.trial_balance, name="trial_balance"),
    path("trial-balance/export/", ledger_views.trial_balance_export, name="trial_balance_export"),
    # accounts
    path("accounts/", account_views.accounts, name="accounts"),
    path("accounts/export/", account_views.accounts_export, name="accounts_export"),
    path("accounts/debts/", account_views.debts, name="debts"),
    path("accounts/debts/export/", account_views.debts_export, name="debts_export"),
    path("accounts/<uuid:account_id>/", views.account_of, name="account_of"),
    path("accounts/<uuid:account_id>/statement/", views.statement, name="statement"),
    path("accounts/<uuid:account_id>/export/", views.statement_export, name="statement_export"),
    # days
    path("days/", day_views.days, name="days"),
    path("days/board/", day_views.days_board, name="days_board"),
    path("days/export/", day_views.days_export, name="days_export"),
    path("days/<day:day>/", day_views.day, name="day"),
    path("days/<day:day>/export/", day_views.day_export, name="day_export"),
    path("days/<day:day>/close/", day_views.close, name="close"),
    path("days/<day:day>/closing/", day_views.closing_progress, name="closing_progress"),
    # payouts
    path("payouts/", payout_views.payout_list, name="payouts"),
    path("payouts/export/", payout_views.payouts_export, name="payouts_export"),
    path("payouts/retry/", payout_views.retry_all, name="retry_all"),
    path("payouts/<uuid:payout_id>/retry/", payout_views.retry, name="retry"),
    # oversight
    path("reconciliation/", reconciliation_views.reconciliation, name="reconciliation"),
    path(
        "reconciliation/awaited/",
        reconciliation_views.reconciliation_awaited,
        name="reconciliation_awaited",
    ),
    path("reconciliation/reconcile/", reconciliation_views.reconcile, name="reconcile"),
    path(
        "reconciliation/<int:run_id>/",
        reconciliation_views.reconciliation_run,
        name="reconciliation_run",
    ),
    path("corrections/", correction_views.corrections, name="corrections"),
    path("corrections/<uuid:correction_id>/approve/", correction_views.approve, name="approve"),
    path("corrections/<uuid:correction_id>/reject/", correction_views.reject, name="reject"),
    path("corrections/<uuid:correction_id>/withdraw/", correction_views.withdraw, name="withdraw"),
    path("audit/", audit_views.audit_log, name="audit"),
]
