"""Only members of the team deal with its leads, and guests where the team says so."""

from __future__ import annotations

import pytest

from core.domain.standing import MEMBERS, Standing, refusal
from tests.builders import a_policy


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("guests", [True, False])
def test_who_may_decide(standing: Standing, guests: bool) -> None:
    welcome = standing in MEMBERS or (guests and standing is Standing.GUEST)
    because = refusal(standing, a_policy(guests_may_decide=guests))
    assert because is (None if welcome else standing)
