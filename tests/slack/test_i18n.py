"""Baton speaks the language of whoever listens, and English to everybody else."""

from __future__ import annotations

import pytest

from core.domain.measures import Share
from handlers.i18n import speak
from handlers.slack.views.figures import share


@pytest.mark.parametrize("locale", ["ja", "ja-JP", "ja_JP", "JA"])
def test_every_way_to_write_a_language_is_understood(locale: str) -> None:
    assert speak(locale).locale == "ja"


@pytest.mark.parametrize("locale", ["en", "en-GB", "fr-FR", "", None, "../ja"])
def test_everybody_else_hears_english(locale: str | None) -> None:
    assert speak(locale).locale == "en"


def test_numbers_follow_the_grammar_of_their_language() -> None:
    assert speak("en")("more-lines", count=1) == "… and 1 more"
    assert speak("en")("more-lines", count=1200) == "… and 1,200 more"
    assert speak("ja")("more-lines", count=1) == "…ほか1件"


def test_a_share_is_a_percentage() -> None:
    assert share(Share(17, 28), speak("en")) == "61 % (17 of 28)"
    assert share(Share(17, 28), speak("ja")) == "61%（28件中17件）"


def test_a_sentence_that_nobody_wrote_cannot_be_said() -> None:
    with pytest.raises(KeyError):
        speak("ja")("no-such-sentence")


def test_a_sentence_with_a_gap_is_not_said() -> None:
    with pytest.raises(KeyError):
        speak("en")("nobody")
