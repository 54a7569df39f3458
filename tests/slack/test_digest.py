"""The digest opens with words, says the same in both languages, and fits Slack on a bad week."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from handlers.charts import drawn
from handlers.i18n import speak
from handlers.slack.views.digest import Telling, alt_text, digest, opened_with
from handlers.slack.views.evidence import evidence
from handlers.slack.views.picture import chart
from tests.slack import weeks
from tests.slack.limits import faults

EN, JA = speak("en"), speak("ja")
PHONE = 1800  # characters of a main message that a phone shows on about one screen


@pytest.mark.parametrize("name", weeks.TELLINGS)
@pytest.mark.parametrize("say", [EN, JA], ids=["en", "ja"])
def test_every_week_fits(name: str, say: object) -> None:
    told = weeks.TELLINGS[name]
    for message in (digest(told, say), evidence(told, say)):  # type: ignore[arg-type]
        blocks = message.payload()["blocks"]
        assert faults(blocks) == []
        assert len(json.dumps(blocks, ensure_ascii=False)) < 12_000


@pytest.mark.parametrize("name", weeks.TELLINGS)
def test_the_main_message_is_a_screen_of_a_phone(name: str) -> None:
    blocks = digest(weeks.TELLINGS[name], EN).payload()["blocks"]
    said = [block["text"]["text"] for block in blocks if "text" in block]
    said += [field["text"] for block in blocks for field in block.get("fields", ())]
    assert sum(map(len, said)) < PHONE


def test_it_opens_with_what_matters_in_words() -> None:
    first, second = opened_with(weeks.TELLINGS["good"], EN)
    assert first.startswith("Sales accepted ")
    assert second[0].isdigit()
    [nothing] = opened_with(weeks.TELLINGS["empty"], JA)
    assert nothing == "引き渡しも回答もありませんでした。"


def test_what_is_wrong_with_us_takes_no_finding_from_the_teams() -> None:
    broken, *others = opened_with(weeks.TELLINGS["bad"], EN)
    assert "never shown" in broken
    assert len(others) == 2


def test_few_cases_are_no_percentage() -> None:
    few = digest(weeks.TELLINGS["first"], EN).payload()
    assert "%" not in json.dumps(few, ensure_ascii=False)
    assert "%" in json.dumps(digest(weeks.TELLINGS["good"], EN).payload(), ensure_ascii=False)


def test_what_strangers_named_neither_calls_nor_links() -> None:
    told = json.dumps(evidence(weeks.TELLINGS["bad"], EN).payload(), ensure_ascii=False)
    assert "<!channel>" not in told
    assert "&lt;!channel&gt;" in told


def test_the_week_in_which_clocks_change_has_seven_days() -> None:
    told = digest(weeks.TELLINGS["dst"], EN)
    assert "Oct 20 – 26" in told.text
    window = weeks.TELLINGS["dst"].measures.window
    assert (window.end - window.start).total_seconds() == (7 * 24 + 1) * 3600


def test_the_picture_says_its_finding_to_whoever_does_not_see_it() -> None:
    told = weeks.TELLINGS["good"]
    assert alt_text(told, EN).startswith(opened_with(told, EN)[0])
    image = next(
        block for block in digest(told, EN).payload()["blocks"] if block["type"] == "image"
    )
    assert image["alt_text"] == alt_text(told, EN)
    assert image["image_url"] == weeks.PICTURE


def test_without_an_address_there_is_no_image() -> None:
    told = replace(weeks.TELLINGS["good"], picture=None)
    assert {block["type"] for block in digest(told, EN).payload()["blocks"]}.isdisjoint({"image"})


def test_the_same_numbers_are_the_same_picture() -> None:
    told, earlier = weeks.TELLINGS["good"], weeks.measured(weeks.USUAL, weeks.NOTHING, weeks.USUAL)
    first = drawn(chart(told, earlier, JA))
    assert first.startswith(b"\x89PNG")
    assert first == drawn(chart(told, earlier, JA))
    assert first != drawn(chart(told, earlier[:2], JA))


def test_a_picture_of_nothing_can_be_drawn() -> None:
    nothing: Telling = weeks.TELLINGS["empty"]
    assert drawn(chart(nothing, (), EN)).startswith(b"\x89PNG")
