"""The whole journey of a lead in the local Slack, in every language and over both ways in."""

import pytest

from bot import rehearsal
from tests.local_slack import program


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_the_journey_over_http(locale: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert rehearsal.check(locale=locale, program=str(program())) == 0
    assert "verify" in capsys.readouterr().out


def test_the_journey_over_socket_mode(capsys: pytest.CaptureFixture[str]) -> None:
    assert rehearsal.check(locale="en", program=str(program()), socket=True) == 0
    assert "verify" in capsys.readouterr().out


def test_a_journey_that_goes_wrong_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    """Negative control: a Slack that shows nothing must not pass."""
    failed = rehearsal.check(locale="en", program=str(program()), cards="C0MARKETING", patience=1.0)
    assert failed == 1
    assert "FAIL" in capsys.readouterr().err
