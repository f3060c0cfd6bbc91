"""Looking changes nothing, anywhere: not a row, whoever looks at whatever (GET, RFC 9110 9.2.1).

But for an export of what is not about oneself: that it was taken away stays in the audit log.
"""

import pytest
from django.test import Client

from auth_app.models import User
from tests.architecture.routes import routes
from tests.architecture.state import changed, tables
from tests.company import walk
from tests.conftest import ClientFor

AUDIT = {"auth_app_audit", "billing_app_audit"}
ENTRANCES = ["login", "signup", "password/reset", "login/code"]
MORE = ["/accounts/sessions/", "/accounts/2fa/", "/accounts/email/", "/accounts/password/change/"]


@pytest.mark.parametrize("role", ["worker", "manager", "accountant", "admin"])
def test_whoever_looks_changes_nothing(
    role: str, company: dict[str, User], client_for: ClientFor
) -> None:
    client = client_for(company[role])
    before = tables()
    assert len(list(walk(client, ["/", *MORE]))) > 10
    for route in routes().values():
        client.get(route.address)
        client.get(route.address, headers={"HX-Request": "true"})
    assert changed(before) <= AUDIT


def test_the_anonymous_change_nothing(company: dict[str, User]) -> None:
    before = tables()
    list(walk(Client(), ["/", *(f"/accounts/{page}/" for page in ENTRANCES)]))
    assert changed(before) == set()


def test_a_change_would_be_seen(company: dict[str, User]) -> None:
    before = tables()
    company["worker"].prefer(theme="dark")
    assert changed(before) == {"auth_app_user"}
