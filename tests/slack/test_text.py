"""Text for Slack is harmless, short enough, and tells the time of wherever its reader is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.i18n import speak
from handlers.slack.views.text import (
    clip,
    day,
    escape,
    lines,
    linked,
    local_time,
    mention,
    plain,
    span,
    when,
)

EN, JA = speak("en"), speak("ja")
TOKYO = ZoneInfo("Asia/Tokyo")
AT = datetime(2025, 11, 24, 0, 5, tzinfo=UTC)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_clipped_text_is_never_longer_than_slack_counts(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert units(clipped) <= limit
    assert clipped == text or clipped.endswith("…")


@given(st.text())
def test_escaped_text_has_no_mark_of_slack_left(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    back = escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert back == plain(text)


def test_an_emoji_is_not_cut_in_half() -> None:
    assert clip("🔥🔥🔥", 4) == "🔥…"


def test_what_cannot_be_seen_is_taken_out_and_lines_become_one() -> None:
    assert plain("Jane\u202e\u200b\n\tDoe\x00 ") == "Jane Doe"


def test_families_of_emoji_stay_together() -> None:
    assert plain("👩‍👧") == "👩‍👧"


@pytest.mark.parametrize("id", ["U01BOB", "W0123"])
def test_a_user_is_mentioned(id: str) -> None:
    assert mention(id) == f"<@{id}>"


@pytest.mark.parametrize("id", ["api", "!channel", "U01|x>", "U01BOB> <!here", "u01bob", ""])
def test_whoever_is_no_user_is_not_called(id: str) -> None:
    assert "<" not in mention(id)


def test_a_moment_falls_back_to_the_time_of_the_workspace() -> None:
    told = when(AT, zone=TOKYO, say=EN)
    assert told == "<!date^1763942700^{date_short_pretty} {time}|Mon, Nov 24, 09:05>"
    assert local_time(AT, zone=TOKYO, say=JA) == "11月24日(月) 9:05"


def test_a_day_is_not_moved_by_any_zone() -> None:
    assert day(date(2026, 3, 2), say=EN) == "Mon, Mar 2"
    assert day(date(2026, 3, 2), say=JA) == "3月2日(月)"


@pytest.mark.parametrize(
    ("between", "english"),
    [
        (timedelta(seconds=3), "1 minute"),
        (timedelta(minutes=75), "75 minutes"),
        (timedelta(hours=-5), "5 hours"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_a_length_of_time_is_told_in_words(between: timedelta, english: str) -> None:
    assert span(between, say=EN) == english


def test_lines_that_do_not_fit_are_counted() -> None:
    told = lines([f"{number:03}" + "x" * 97 for number in range(50)], EN, limit=1000)
    assert units(told) <= 1000
    assert told.startswith("000")
    shown = told.count("\n")
    assert told.endswith(f"… and {50 - shown} more")
    assert shown >= 8


def test_a_link_keeps_to_itself() -> None:
    assert linked("https://a.example/?a=1&b=<2>", "x|<y>") == (
        "<https://a.example/?a=1&amp;b=&lt;2&gt;|x¦&lt;y&gt;>"
    )
