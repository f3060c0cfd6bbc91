"""`/metrics`: who may read it, and that its figures are true."""

import re
from typing import Any

import pytest
import yaml
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from uuid_utils.compat import uuid7

from billing_app import closing
from billing_app.models import Payout
from messaging import inbox
from messaging.business_day import today
from messaging.models import ConsumerState, WorkerCanary
from observing import exposition
from observing.gauge import Gauge
from tests.billing_app.facts import completed, created, envelope
from tests.messaging.test_outbox_deliveries import tell

pytestmark = pytest.mark.django_db
ALERTS = configured.BASE_DIR / "docs" / "alerts.yml"


def scrape(client: Client, **headers: Any) -> str:
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def value(text: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.MULTILINE)
    assert found, series
    return float(found[1])


def test_it_is_for_local_visitors_while_there_is_no_token(client: Client) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    through_a_proxy = client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"})
    assert through_a_proxy.status_code == 404


def test_it_is_nobodys_in_production_without_a_token(client: Client, settings: Settings) -> None:
    settings.LOCAL = False
    assert client.get("/metrics", secure=True).status_code == 404


def test_the_token_opens_it_from_anywhere(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "only-for-prometheus"
    assert client.get("/metrics").status_code == 401
    for wrong in ("Bearer only-for-prometheu", "Bearer ", "only-for-prometheus", "Bearer \xff"):
        assert client.get("/metrics", headers={"Authorization": wrong}).status_code == 401
    right = {"Authorization": "Bearer only-for-prometheus"}
    assert client.get("/metrics", headers=right, REMOTE_ADDR="192.0.2.1").status_code == 200


def test_it_tells_of_deliveries_and_dead_letters(client: Client) -> None:
    tell(3)
    inbox.deliver("billing", [envelope("tasks.task_eaten", {})])
    text = scrape(client)
    assert value(text, 'ates_deliveries{consumer="analytics",state="due"}') == 3
    assert value(text, 'ates_deliveries{consumer="billing",state="sent"}') == 0
    assert value(text, 'ates_oldest_delivery_seconds{consumer="analytics"}') >= 0
    assert value(text, 'ates_dead_letters{consumer="billing"}') == 1
    assert value(text, 'ates_dead_letters{consumer="tasks"}') == 0
    assert value(text, "ates_gauges_unanswered") == 0


def test_it_tells_of_pauses_and_canaries(client: Client) -> None:
    WorkerCanary.objects.create(queue="billing.events", worker="one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        ConsumerState.objects.create(consumer="tasks", paused_at=cursor.fetchone()[0])
    text = scrape(client)
    assert value(text, 'ates_consumer_paused{consumer="tasks"}') == 1
    assert value(text, 'ates_consumer_paused{consumer="billing"}') == 0
    assert value(text, 'ates_canary_age_seconds{queue="billing.events"}') < 600


def test_it_tells_of_payout_notices_that_failed(client: Client) -> None:
    inbox.deliver("billing", [completed(uuid7(), uuid7())])
    closing.close(today(), by=None, early=True)
    Payout.objects.update(state="failed")
    assert value(scrape(client), "ates_payouts_failed") == 1


def test_it_tells_how_long_answers_and_handlers_take(client: Client) -> None:
    before = scrape(client)
    client.get("/healthz")
    inbox.deliver("billing", [created(uuid7()), created(uuid7())])
    after = scrape(client)
    answers = 'ates_http_request_seconds_count{method="GET",route="healthz",status="200"}'
    assert value(after, answers) == (value(before, answers) if answers in before else 0) + 1
    handled = 'ates_events_handled_total{consumer="billing",event="tasks.task_created"}'
    assert value(after, handled) >= 2


def test_addresses_do_not_become_labels(client: Client) -> None:
    client.get("/wp-login.php?token=s3cr3t")
    text = scrape(client)
    assert 'route="none",status="404"' in text
    assert "wp-login" not in text


def test_one_slow_query_hides_no_other(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Gauge("ates_slow", "Too slow.", "SELECT pg_sleep(60), 1")
    monkeypatch.setattr(exposition, "TIMEOUT", "50ms")
    monkeypatch.setattr(exposition, "gauges", lambda known=exposition.gauges: [slow, *known()])
    text = scrape(client)
    assert value(text, "ates_gauges_unanswered") == 1
    assert value(text, "ates_payouts_failed") == 0


def test_no_gauge_looks_at_what_is_settled() -> None:
    """The log and its deliveries grow for ever; what is open is in an index of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for gauge in exposition.gauges():
            cursor.execute(f"EXPLAIN {gauge.query}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on outbox_" not in plan, gauge.name


def test_every_alert_asks_for_what_is_there(client: Client) -> None:
    text = scrape(client)
    rules = [
        rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]
    ]
    assert len(rules) >= 8
    for rule in rules:
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["do"]
        for name in re.findall(r"\bates_\w+", rule["expr"]):
            family = re.sub(r"_(bucket|count|sum)$", "", name)
            assert f"# TYPE {family} " in text, name
