"""Every error that Slack documents for a method we call has its one place in our table."""

from __future__ import annotations

import pytest

from core.ports import Later, Parked, Unknown
from handlers.slack.calls import CHANNEL_CLOSED, NOT_THERE, TABLE, means
from tests.slack.documented import DOCUMENTED

MEANINGS = {
    "later": Later,
    "unknown": Unknown,
    "never at all": Parked,
    "never here": Parked,
    "never like this": Parked,
    "no file": Parked,
    "no longer": Parked,
    "bug": Parked,
}


@pytest.mark.parametrize("method", DOCUMENTED)
def test_each_documented_error_has_one_place(method: str) -> None:
    for name in DOCUMENTED[method]:
        places = [place for place, names in TABLE.items() if name in names]
        assert len(places) == 1, f"{name}: {places}"
        [place] = places
        meant = means(name)
        assert isinstance(meant, MEANINGS[place]), name
        if isinstance(meant, Parked):
            assert meant.whole_workspace == (place == "never at all"), name
            assert meant.problem.startswith("bug") == (place == "bug"), name
        if isinstance(meant, Later):
            assert meant.wait, f"{name} would cost attempts"


def test_no_error_has_two_places() -> None:
    names = [name for place in TABLE.values() for name in place]
    assert len(names) == len(set(names))
    assert CHANNEL_CLOSED < NOT_THERE


def test_a_name_that_slack_has_yet_to_invent_is_shown_to_a_person() -> None:
    """The control: the table does not know everything."""
    assert means("brand_new_error") == Parked("bug: brand_new_error")
    assert not any("brand_new_error" in names for names in TABLE.values())
