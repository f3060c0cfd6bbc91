"""Replays go on in the background: one, ten, the rest; they stop by themselves (E3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from auth_app.models import User
from messaging import operating, replay_runs
from messaging.models import DeadLetter, Deed, ReplayItem, ReplayRun
from messaging.operator_jobs import look_after, work_off
from tests.conftest import ClientFor
from tests.delivery import empty_queues
from tests.delivery import work_off as work_off_queue
from tests.messaging.letters import UNKNOWN, committing, malformed, parked, state

pytestmark = pytest.mark.django_db

RUNS = "/events/replays/"


@pytest.fixture
def office(client_for: ClientFor, admin: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    empty_queues()
    client = client_for(admin)
    monkeypatch.setattr(client, "post", committing(client.post))
    return client


def start(**chosen: Any) -> ReplayRun:
    run = replay_runs.start(DeadLetter.objects.filter(**chosen))
    assert run
    return run


def work(run: ReplayRun) -> ReplayRun:
    """What the worker of the consumer it is at would do, portion by portion."""
    consumer = run.consumer
    while work_off(run.pk, consumer):
        pass
    run.refresh_from_db()
    return run


def many(good: int, bad: int = 0) -> None:
    """Of one consumer: those that can be applied by now, then those that never will."""
    for number in range(good):
        parked(f"Popug {number}")
    for number in range(bad):
        letter = malformed(nonsense=number)
        DeadLetter.objects.filter(pk=letter.pk).update(consumer="tasks")


def test_it_replays_one_then_ten_then_the_rest(db: None) -> None:
    many(good=13)
    run = start()
    stages = []
    for _ in range(13):
        stages.append(run.stage_size)
        list(replay_runs.work(run.pk, "tasks", limit=1))
        run.refresh_from_db()
    assert stages == [1, *[10] * 10, 100, 100]
    assert (run.status, run.replayed, run.done) == ("completed", 13, 13)


def test_it_stops_when_the_first_fails_again(db: None) -> None:
    many(good=0, bad=3)
    run = work(start())
    assert (run.status, run.stopped_for, run.failed, run.done) == ("stopped", "stage", 1, 1)
    assert DeadLetter.objects.parked().count() == 3


def test_it_stops_when_five_in_a_row_fail_again(db: None) -> None:
    many(good=11, bad=7)
    run = work(start())
    assert (run.status, run.stopped_for) == ("stopped", "row")
    assert (run.replayed, run.failed) == (11, 5)


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ("r" + "rrff" * 2 + "rf", "running"),  # half of the ten
        ("r" + "rfff" * 2 + "ff", "stopped"),
        ("r" * 11 + "rf" * 50, "running"),
        ("r" * 11 + "rff" * 34, "stopped"),
    ],
)
def test_it_stops_when_more_than_half_of_a_stage_fails_again(outcomes: str, status: str) -> None:
    run = ReplayRun(total=999)
    for outcome in outcomes:
        if run.is_running:
            failed = outcome == "f"
            run.count(ReplayItem.Outcome.FAILED if failed else ReplayItem.Outcome.REPLAYED)
    assert run.status == status


def test_after_a_stop_it_goes_on_with_one_letter_when_told_to(db: None) -> None:
    many(good=0, bad=3)
    run = work(start())
    replay_runs.go_on(run.pk)
    run = work(run)
    assert (run.status, run.failed, run.stage) == ("stopped", 2, 0)


def test_the_last_one_ends_it_even_if_it_fails(db: None) -> None:
    malformed()
    run = work(start())
    assert (run.status, run.failed) == ("completed", 1)
    assert run.items.get().error.startswith("InvalidEvent")


def test_letters_of_another_consumer_begin_with_one_again(db: None) -> None:
    many(good=2)
    malformed()
    run = start()
    assert run.consumer == "billing"
    run = work(run)
    assert (run.status, run.consumer, run.stage, run.done) == ("stopped", "billing", 0, 1)
    replay_runs.go_on(run.pk)
    run = work(run)  # the billing worker hands it over
    assert (run.consumer, run.stage) == ("tasks", 0)
    assert work(run).replayed == 2


def test_letters_that_come_later_are_not_in_it(db: None) -> None:
    many(good=1)
    run = start()
    malformed()
    assert work(run).total == 1


def test_a_letter_that_is_settled_meanwhile_is_skipped(db: None) -> None:
    many(good=2)
    run = start()
    work(start())
    run = work(run)
    assert (run.status, run.replayed, run.skipped) == ("completed", 0, 2)


def test_two_workers_at_one_run_apply_each_letter_once(db: None) -> None:
    many(good=4)
    run = start()
    first, second = (replay_runs.work(run.pk, "tasks") for _ in range(2))
    done = [*(next(worker) for worker in (first, second)), *first, *second]
    run.refresh_from_db()
    assert (len(done), run.replayed, run.status) == (4, 4, "completed")


def test_a_pause_holds_it_and_going_on_takes_it_up_where_it_was(db: None) -> None:
    many(good=4)
    run = start()
    list(replay_runs.work(run.pk, "tasks", limit=2))
    assert replay_runs.pause(run.pk)
    assert work(run).done == 2
    assert replay_runs.go_on(run.pk)
    assert (work(run).replayed, run.status) == (4, "completed")


def test_what_is_cancelled_stays_parked_and_never_goes_on(db: None) -> None:
    many(good=3)
    run = start()
    list(replay_runs.work(run.pk, "tasks", limit=1))
    assert replay_runs.cancel(run.pk)
    assert not replay_runs.go_on(run.pk)
    assert not replay_runs.cancel(run.pk)
    assert (work(run).status, run.done) == ("cancelled", 1)
    assert DeadLetter.objects.parked().count() == 2


def test_nothing_parked_is_no_run(db: None) -> None:
    assert replay_runs.start(DeadLetter.objects.all()) is None
    assert not ReplayRun.objects.exists()


def test_a_key_makes_one_run_of_two_presses(db: None) -> None:
    many(good=1)
    first = replay_runs.start(DeadLetter.objects.all(), key="once")
    assert replay_runs.start(DeadLetter.objects.all(), key="once") == first


def test_a_tick_takes_up_what_was_left_alone(office: Client) -> None:
    many(good=2)
    run = start()
    look_after("tasks")
    assert work_off_queue("tasks.events") == 0
    ReplayRun.objects.update(worked_at=timezone.now() - timedelta(minutes=1))
    look_after("billing")
    look_after("tasks")
    look_after("tasks")
    assert work_off_queue("tasks.events") == 1
    run.refresh_from_db()
    assert run.status == "completed"


def test_a_letter_that_kills_its_worker_twice_has_failed(db: None) -> None:
    many(good=1)
    run = start()
    ReplayItem.objects.update(tries=F("tries") + replay_runs.MAX_TRIES)
    run = work(run)
    assert (run.failed, run.items.get().error) == (1, "WorkerLost: the worker died of it")
    assert DeadLetter.objects.get().attempts == 2


def test_an_error_of_the_database_is_nobodys_and_counts_no_try(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(good=1)
    run = start()

    def away(*_: Any) -> None:
        raise OSError("the wire is cut")

    monkeypatch.setattr(replay_runs, "replay", away)
    with pytest.raises(OSError, match="cut"):
        work(run)
    assert (run.items.get().tries, run.items.get().outcome) == (0, "")


def test_it_is_on_record_who_did_what_and_how_it_ended(office: Client, admin: User) -> None:
    many(good=0, bad=2)
    run = operating.replay(DeadLetter.objects.all(), admin.public_id, chosen="error=InvalidEvent")
    assert run
    work(run)
    office.post(f"{RUNS}{run.pk}/go-on/")
    office.post(f"{RUNS}{run.pk}/cancel/")
    deeds = Deed.objects.order_by("pk")
    assert [deed.action for deed in deeds] == [
        "replayed",
        "replay_ended",
        "run_resumed",
        "run_cancelled",
    ]
    assert {deed.actor for deed in deeds} == {admin.public_id}
    assert deeds[1].details["stopped_for"] == "stage"


def test_its_page_shows_how_far_it_is(office: Client) -> None:
    many(good=0, bad=2)
    run = work(start())
    page = office.get(f"{RUNS}{run.pk}/").content.decode()
    assert "1 / 2" in page
    assert "It stopped by itself" in page
    assert "InvalidEvent" in page
    assert f"{RUNS}{run.pk}/" in office.get(RUNS).content.decode()


def test_its_fragment_is_sent_only_when_it_has_changed(office: Client) -> None:
    many(good=2)
    run = start()
    path = f"{RUNS}{run.pk}/progress/"
    tag = office.get(path).headers["HX-PTag"]
    assert office.get(path, headers={"HX-PTag": tag}).status_code == 304
    work(run)
    answer = office.get(path, headers={"HX-PTag": tag})
    assert answer.status_code == 200
    assert "hx-trigger" not in answer.content.decode()


def test_its_buttons_pause_it_and_let_it_go_on(office: Client) -> None:
    many(good=2)
    run = start()
    office.post(f"{RUNS}{run.pk}/pause/")
    assert work(run).status == "paused"
    office.post(f"{RUNS}{run.pk}/go-on/")
    assert work_off_queue("tasks.events") == 1
    run.refresh_from_db()
    assert run.status == "completed"


def test_no_run_that_is_not_there_can_be_touched(office: Client) -> None:
    for verb in ("pause", "go-on", "cancel"):
        assert office.post(f"{RUNS}{UNKNOWN}/{verb}/").status_code == 404


def test_one_letter_failed_again_keeps_both_errors(office: Client) -> None:
    letter = parked()
    envelope = letter.envelope | {"event_version": 9}
    DeadLetter.objects.filter(pk=letter.pk).update(envelope=envelope)
    work(start())
    assert state(letter) == "parked"
    page = office.get(f"/events/dead-letters/{letter.public_id}/")
    assert [attempt.error_kind for attempt in page.context["attempts"]] == [
        "UnknownEvent",
        "Impossible",
    ]
