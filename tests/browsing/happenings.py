"""What must have happened before every page has something to show."""

from contextlib import suppress
from uuid import UUID

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP

from auth_app import invitations, second_factor
from auth_app.models import User
from billing_app import correcting, reconciling
from billing_app.models import Correction, Entry, Kind, Reconciliation
from demo.people import PASSWORD
from messaging import dead_letters, replay_runs
from messaging.context import acting
from messaging.event import Impossible
from messaging.models import DeadLetter
from tasks_app import importing, task_files
from tasks_app.models import Task
from tests.billing_app.facts import completed

TASKS = "\n".join(
    [
        "[UBERPOP-901] Polish the perches of the board room",
        "[UBERPOP-902] Teach the intern to say «synergy»",
        "[UBERPOP-903",
        "Count the sunflower seeds, again",
        "x" * 300,
    ]
)
ENOUGH = 5
STRANGER = UUID("00000000-0000-7000-8000-00000000beef")


def happen(staff: dict[str, User]) -> None:
    """By role, one person each who did it. Some letters are left parked on purpose."""
    for person in staff.values():
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    _enrol(staff["accountant"])
    with acting(staff["admin"].public_id):
        _invite()
        _park()
    with acting(staff["manager"].public_id):
        run = importing.start(task_files.read(TASKS.encode(), "perches.txt"))
        importing.go_on(run.pk)
        _give_work_to(staff["worker"])
    with acting(staff["accountant"].public_id):
        _correct(staff["accountant"], staff["admin"])
    reconciling.reconcile(Reconciliation.Why.PERSON, by=staff["accountant"].public_id)


def _give_work_to(worker: User) -> None:
    """The draw may have passed them by, and every walk through the scenes completes some."""
    while Task.objects.open().of(worker.public_id).count() < ENOUGH:
        Task.create(title="Water the office palm")


def _enrol(accountant: User) -> None:
    if not second_factor.enrolled(accountant):
        TOTP.activate(accountant, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(accountant)


def _invite() -> None:
    with suppress(User.DoesNotExist):
        User.objects.get(email="invited@popug.example")
        return
    person = User.objects.register("invited@popug.example", "Nelly Newcomer", None)
    invitations.invite(person)


def _park() -> None:
    """Three letters: one discarded, one replayed in vain, one that waits for somebody."""
    for error in ("the perch is broken", "the perch is broken", "no such popug"):
        envelope = completed(STRANGER, STRANGER)
        dead_letters.park("billing", envelope, Impossible(error))
    first, second, *_ = DeadLetter.objects.filter(state="parked")
    dead_letters.resolve(first, DeadLetter.State.DISCARDED, by=None)
    run = replay_runs.start(DeadLetter.objects.filter(pk=second.pk), chosen="billing")
    assert run
    list(replay_runs.work(run.pk, "billing"))


def _correct(accountant: User, admin: User) -> None:
    """One correction waits, one was approved, one rejected."""
    deciders = (accountant.public_id, admin.public_id)  # nobody decides about their own account
    fees = Entry.objects.filter(kind=Kind.FEE).exclude(account__public_id__in=deciders)
    entries = list(fees.order_by("-pk")[:3])
    asked: list[Correction] = [
        correcting.request(entry, "Charged for a task that was a joke.", accountant.public_id)
        for entry in entries
    ]
    correcting.approve(asked[0], admin.public_id)
    correcting.reject(asked[1], admin.public_id)
