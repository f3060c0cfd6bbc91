"""A process may install one service only (`SERVICES`): its pages know what the others' are not."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from auth_app.models import User
from supervisor.state import PROJECT
from tests.browsing.happenings import happen
from tests.browsing.pages import ROLES, addresses
from tests.browsing.visitor import session_of
from tests.delivery import deliver_everything

DATABASE = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}"


@pytest.fixture
def staff(transactional_db: None, company: dict[str, User], settings: Settings) -> dict[str, User]:
    settings.ACCOUNT_RATE_LIMITS = False
    happen(company)
    deliver_everything()
    return company


def errors(service: str, staff: dict[str, User]) -> str:
    asked = [
        {
            "role": role,
            "session": session_of(staff[role]),
            "paths": ["/", *(address.path for address in addresses(role, staff[role]))],
        }
        for role in ROLES
    ]
    here = {"SERVICES": service, "DATABASE_URL": DATABASE.format(**connection.settings_dict)}
    opened = subprocess.run(
        [sys.executable, "-m", "tests.config.one_service"],
        input=json.dumps(asked),
        env=os.environ | here,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert opened.returncode == 0, opened.stderr
    return opened.stdout


def test_no_page_leads_to_what_is_not_there(staff: dict[str, User]) -> None:
    found = {name: errors(name, staff) for name in ("auth", "tasks", "billing", "analytics")}
    assert found == dict.fromkeys(found, "")
