"""An office for every test that asks for one."""

from __future__ import annotations

import pytest

from tests.services.office import Office


@pytest.fixture
def office() -> Office:
    """A workspace that has just been set up, in UTC, on a Wednesday at half past ten."""
    return Office()
