"""A company to look at."""

import pytest
from pytest_django.fixtures import Settings

from auth_app.models import User
from tests.browsing.happenings import happen
from tests.delivery import deliver_everything


@pytest.fixture
def staff(transactional_db: None, company: dict[str, User], settings: Settings) -> dict[str, User]:
    """One of each role, in a company in which everything has happened that pages show."""
    settings.ACCOUNT_RATE_LIMITS = False
    happen(company)
    deliver_everything()
    return company
