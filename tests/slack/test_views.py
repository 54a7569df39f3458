"""Every view looks as agreed, in both languages, whatever strangers wrote into it.

The golden files say how each one looked when somebody last looked at it in Slack. After a change
that is meant, draw them anew with BATON_GOLDEN=draw and read the difference.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.models.views import View

from bot.gestures import words
from core.domain.explanation import imported
from core.domain.handoff import Incomplete
from core.domain.past import IMPORTED
from core.domain.reasons import REASONS, Reason, ReasonClass, reasons_for
from core.domain.stages import Verb
from core.errors import NotFound
from handlers.i18n import LANGUAGES, speak
from handlers.slack.views import ids, modals
from handlers.slack.views.card import card
from handlers.slack.views.message import Message
from tests.slack import gallery, stories
from tests.slack.gallery import VIEWS, Drawing, drawn_of
from tests.slack.limits import faults
from tests.slack.stories import NOW

JSON = dict[str, Any]
GOLDEN = Path(__file__).parent / "golden"
DRAW = os.environ.get("BATON_GOLDEN") == "draw"

EN = speak("en")
OURS = re.compile(
    r"<@[UW][A-Z0-9]+>|<!date\^\d+\^\{date_short_pretty\} \{time\}\|[^<>|]+>|<https://[^<>|]+\|[^<>|]+>"
)
TOLD = (
    stories.OFFERED,
    stories.OVERDUE,
    stories.AGAIN,
    stories.TAKEN,
    stories.RETURNED,
    stories.RULED_OUT,
    stories.LOST,
    stories.RECYCLED,
    stories.SPARSE,
    stories.SPARSE_OFFER,
)
HOSTILE = [
    *((place, name) for place, story in enumerate(TOLD) for name in drawn_of(story)),
    *((len(TOLD), name) for name in gallery.HOSTILE),
]


def payload(drawn: Message | View) -> JSON:
    tree: JSON = drawn.payload() if isinstance(drawn, Message) else drawn.to_dict()
    return tree


def refusals(drawn: Message | View) -> list[str]:
    tree = payload(drawn)
    return faults(tree["blocks"] if isinstance(drawn, Message) else tree)


@cache
def worst(place: int, name: str, locale: str) -> Message | View:
    """A view of the story in this place of TOLD, with the worst that strangers could write.

    Behind them stand the views of a definition that somebody wrote who means harm.
    """
    if place == len(TOLD):
        return gallery.HOSTILE[name](speak(locale))
    return drawn_of(stories.hostile(TOLD[place]))[name](speak(locale))


def texts(tree: object, kind: str) -> Iterator[str]:
    """Every text of one kind (`mrkdwn` or `plain_text`) in a tree of blocks."""
    if isinstance(tree, dict):
        if tree.get("type") == kind:
            yield tree["text"]
        for value in tree.values():
            yield from texts(value, kind)
    elif isinstance(tree, list):
        for value in tree:
            yield from texts(value, kind)


def buttons(message: Message) -> list[JSON]:
    row = next(block for block in payload(message)["blocks"] if block["type"] == "actions")
    found: list[JSON] = row["elements"]
    return found


def pressed(message: Message) -> list[str]:
    return [button["action_id"] for button in buttons(message)]


def shown(message: Message) -> str:
    blocks = payload(message)["blocks"]
    return "\n".join([*texts(blocks, "mrkdwn"), *texts(blocks, "plain_text")])


# How it looks


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_looks_as_it_did_when_last_looked_at(name: str, locale: str) -> None:
    file = GOLDEN / locale / f"{name}.json"
    drawn = payload(VIEWS[name](speak(locale)))
    if DRAW:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(drawn, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert file.exists(), f"nobody has looked at {name} in {locale} yet"
    assert drawn == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_picture_hangs_there_of_a_view_that_is_gone(locale: str) -> None:
    assert {file.stem for file in (GOLDEN / locale).glob("*.json")} == set(VIEWS)


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("name", VIEWS)
def test_slack_would_take_every_view(name: str, locale: str) -> None:
    assert refusals(VIEWS[name](speak(locale))) == []


@pytest.mark.parametrize("name", VIEWS)
def test_the_languages_differ_in_words_only(name: str) -> None:
    english, japanese = (_skeleton(payload(VIEWS[name](speak(each)))) for each in LANGUAGES)
    assert english == japanese


_WORDED = ("accessibility_label", "alt_text", "initial_value")


def _skeleton(tree: object) -> object:
    if isinstance(tree, dict):
        worded = {"text", "accessibility_label"} if isinstance(tree.get("text"), str) else set()
        return {
            key: _skeleton(value)
            for key, value in tree.items()
            if key not in worded and key not in _WORDED
        }
    return [_skeleton(value) for value in tree] if isinstance(tree, list) else tree


# Whatever strangers write


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(("place", "name"), HOSTILE)
def test_slack_takes_what_hostile_values_make_of_a_view(place: int, name: str, locale: str) -> None:
    drawn = worst(place, name, locale)
    assert refusals(drawn) == []
    assert len(payload(drawn).get("text", "")) <= 3000


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(("place", "name"), HOSTILE)
def test_what_strangers_wrote_calls_nobody_and_links_nowhere(
    place: int, name: str, locale: str
) -> None:
    drawn = payload(worst(place, name, locale))
    marked = [*texts(drawn, "mrkdwn"), *([drawn["text"]] if "text" in drawn else [])]
    for text in marked:
        rest = OURS.sub("", text)
        assert "<" not in rest, text
        assert ">" not in rest, text
        assert not re.search(r"&(?!amp;|lt;|gt;)", rest), text
        assert "EVIL" not in "".join(OURS.findall(text))


@pytest.mark.parametrize(("place", "name"), HOSTILE)
def test_no_text_hides_or_turns_round(place: int, name: str) -> None:
    drawn = json.dumps(payload(worst(place, name, "en")), ensure_ascii=False)
    assert not re.search("[\x00-\x08\u200b\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]", drawn)


def test_addresses_that_strangers_wrote_do_not_become_links() -> None:
    for place, name in HOSTILE:
        for text in _objects(payload(worst(place, name, "en"))):
            assert text.get("verbatim") or text["type"] == "plain_text", name


def _objects(tree: object) -> Iterator[JSON]:
    if isinstance(tree, dict):
        if tree.get("type") in ("mrkdwn", "plain_text"):
            yield tree
        for value in tree.values():
            yield from _objects(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _objects(value)


# What a card says


def test_an_open_card_offers_one_primary_button_and_names_the_lead_on_each() -> None:
    row = buttons(card(stories.OFFERED, EN, now=NOW))
    assert [button["action_id"] for button in row] == [ids.ACCEPT, ids.REJECT, ids.DETAILS]
    assert [button.get("style") for button in row] == ["primary", None, None]
    assert all("Jane Doe" in button["accessibility_label"] for button in row)
    assert {button["value"] for button in row} == {"ho_2"}


def test_a_notification_says_who_and_why_in_one_line() -> None:
    text = card(stories.OFFERED, EN, now=NOW).text
    assert text.startswith("Jane Doe, CTO at Acme · Hot: pricing page 3 times in 7 days")


def test_a_card_says_in_words_that_the_answer_is_overdue() -> None:
    due = stories.OPEN.due_at
    assert "Overdue" not in shown(card(stories.OFFERED, EN, now=due))
    assert "Overdue" in shown(card(stories.OFFERED, EN, now=due + timedelta(seconds=1)))


def test_undo_stands_on_the_card_exactly_as_long_as_it_can_be_done() -> None:
    ends = stories.ACCEPTED.at + stories.POLICY.undo_within
    before = card(stories.TAKEN, EN, now=ends - timedelta(seconds=1))
    assert pressed(before) == ["touch", "advance", "undo:accept", ids.DETAILS, ids.MORE]
    assert pressed(card(stories.TAKEN, EN, now=ends)) == [
        "touch",
        "advance",
        ids.DETAILS,
        ids.MORE,
    ]


def test_a_decision_can_no_longer_be_undone_once_the_lead_was_offered_anew() -> None:
    assert pressed(VIEWS["card-superseded"](EN)) == [ids.DETAILS]  # type: ignore[arg-type]


def test_a_lead_that_comes_back_leads_with_the_last_decision_and_what_changed() -> None:
    blocks = payload(card(stories.AGAIN, EN, now=NOW))["blocks"]
    last, comment, changed = ("\n".join(_words(block)) for block in blocks[1:4])
    assert "<@U01BOB>" in last
    assert "Too early" in last
    assert "Budget is decided in spring" in comment
    assert "45 → 81" in changed
    assert "pricing page 3 times in 7 days" in changed
    assert "200 or more employees" not in changed


def _words(tree: JSON) -> list[str]:
    return [*texts(tree, "mrkdwn"), *texts(tree, "plain_text")]


def test_the_channel_does_not_read_how_to_reach_a_lead() -> None:
    assert stories.JANE.identity.email
    assert stories.JANE.identity.email not in shown(card(stories.OFFERED, EN, now=NOW))


def test_a_lead_that_was_never_offered_has_no_card() -> None:
    with pytest.raises(NotFound):
        card(stories.SPARSE, EN, now=NOW)


# The form


@pytest.mark.parametrize("locale", LANGUAGES)
def test_the_form_offers_every_reason_once_behind_its_class(locale: str) -> None:
    view = payload(modals.form(stories.OFFERED, Verb.REJECT, speak(locale), today=NOW.date()))
    options = view["blocks"][1]["element"]["options"]
    assert [option["value"] for option in options] == [
        reason.id for reason in reasons_for(Verb.REJECT)
    ]
    assert len({option["text"]["text"] for option in options}) == len(reasons_for(Verb.REJECT))


def test_the_form_brings_back_what_it_was_given() -> None:
    assert (
        modals.form(stories.OFFERED, Verb.REJECT, EN, today=NOW.date()).private_metadata == "ho_2"
    )
    given = modals.form(stories.OFFERED, Verb.REJECT, EN, today=NOW.date(), remember="{}")
    assert given.private_metadata == "{}"


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize(
    ("field", "problem"),
    [
        ("reason", "unknown"),
        ("comment", "required"),
        ("comment", "too_long"),
        ("wake_on", "required"),
        ("wake_on", "past"),
    ],
)
def test_every_problem_of_a_rejection_has_a_sentence(field: str, problem: str, locale: str) -> None:
    assert modals.problem(Incomplete(field, problem), speak(locale))


def test_a_definition_without_reasons_still_says_why() -> None:
    assert "Meets the agreed definition" in shown(VIEWS["card-sparse"](EN))  # type: ignore[arg-type]


def test_a_comment_stays_on_the_card_when_the_reason_is_no_longer_offered() -> None:
    handoff = stories.RETURNED.handoff
    assert handoff is not None
    assert handoff.decision is not None
    gone = replace(handoff, decision=replace(handoff.decision, reason="<b>retired"))
    assert "&lt;b&gt;retired" in shown(card(replace(stories.RETURNED, handoff=gone), EN, now=NOW))


def test_the_gallery_shows_every_drawing() -> None:
    drawing: Drawing
    for drawing in VIEWS.values():
        assert isinstance(drawing(EN), Message | View)


@pytest.mark.parametrize(
    ("language", "unknown", "criteria"),
    [
        ("en", "the reasons are not known", "Criteria from before Baton"),
        ("ja", "当時の判定根拠は記録されていません", "Baton導入前の基準"),
    ],
)
def test_a_handoff_from_before_baton_claims_neither_score_nor_reason(
    language: str, unknown: str, criteria: str
) -> None:
    assert stories.OFFERED.handoff is not None
    old = replace(
        stories.OFFERED.handoff, explanation=imported(stories.OPENED), definition=IMPORTED
    )
    story = replace(stories.OFFERED, handoff=old)
    shown = json.dumps(payload(card(story, speak(language), now=NOW)), ensure_ascii=False)
    assert unknown in shown
    assert criteria in shown
    assert speak(language)("score-unknown") in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workspace_sees_its_own_reasons_in_its_own_words(language: str) -> None:
    labels = {"en": "A *partner* has it", "ja": "パートナー案件"}
    own = Reason("partner", ReasonClass.PROCEDURAL, labels=labels, retired=True)
    say, story = speak(language), stories.RETURNED
    policy = replace(story.policy, reasons=(*REASONS, replace(own, retired=False)))
    form = modals.form(replace(story, policy=policy), Verb.REJECT, say, today=NOW.date())
    assert labels[language] in words(form.to_dict())
    assert story.handoff is not None
    assert story.handoff.decision is not None
    decision = replace(story.handoff.decision, reason="partner")
    told = replace(
        story,
        handoff=replace(story.handoff, decision=decision),
        policy=replace(policy, reasons=(*REASONS, own)),
    )
    assert labels[language] in words(card(told, say, now=NOW).payload())
