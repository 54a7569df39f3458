"""Signing in Slack: both teams see a proposal, one person of each signs, and everybody sees it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bot.gestures import words
from core.domain.agreement import COMMENT_LIMIT, Amendment
from core.domain.definition import default
from core.domain.intents import IntentKind
from core.domain.roles import Role, Team
from core.domain.versions import State
from core.services import agreement
from handlers.slack.views import ids
from storage.engine import make_engine
from storage.store import SqlStore
from tests.builders import TEAM, a_policy
from tests.slack import behaviours as b
from tests.slack.limits import faults
from tests.slack.office import BOB, MARKETING, MIA, RIN, SALES, Office, an_office
from tests.slack.team import Person
from tests.web.site import Door

JSON = dict[str, Any]
STRICTER = default().replace("hot = 70", "hot = 75")
FOR_SALES, FOR_MARKETING = ids.approve("sales"), ids.approve("marketing")


def propose(office: Office, text: str = STRICTER, **parts: Any) -> int:
    outcome = agreement.propose(office.desk, TEAM, text, **{"by": MIA, **parts})
    assert isinstance(outcome, Amendment)
    office.drain()
    return outcome.version.number


def state(office: Office, number: int = 2) -> State:
    with office.desk.read(TEAM) as view:
        version = view.version(number)
    assert version
    return version.state


def signers(office: Office, number: int = 2) -> dict[Team, str]:
    with office.desk.read(TEAM) as view:
        version = view.version(number)
    assert version
    return {team: signature.by for team, signature in version.signatures.items()}


def hanging(office: Office, channel: str) -> JSON:
    [message] = office.cards(channel)
    return message


def offered(message: JSON) -> list[str]:
    row = next(block for block in message["blocks"] if block["type"] == "actions")
    return [button["action_id"] for button in row["elements"]]


def sign(office: Office, channel: str, action: str, by: str) -> None:
    assert office.click(hanging(office, channel), action, by=by).status_code == 200
    office.drain()


@pytest.fixture
def shared(entrance: tuple[Door, int], sqlite_url: str) -> Iterator[Office]:
    """An office whose teams share one channel."""
    engine = make_engine(sqlite_url)
    policy = a_policy(marketing_channel=SALES)
    with an_office(entrance, SqlStore(engine), policy=policy) as office:
        yield office
    engine.dispose()


@pytest.fixture
def staffed(entrance: tuple[Door, int], sqlite_url: str) -> Iterator[Office]:
    """An office in which Rin leads sales and Mia is of marketing."""
    engine = make_engine(sqlite_url)
    people = {Role.MANAGER: frozenset({RIN}), Role.MARKETER: frozenset({MIA})}
    with an_office(entrance, SqlStore(engine), policy=a_policy(people=people)) as office:
        yield office
    engine.dispose()


def whispered(office: Office) -> str:
    """What somebody was told by a whisper, which comes after the answer to the click."""
    deadline = time.monotonic() + 5
    while not office.whispers():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return words(office.whispers()[-1])


# The way it goes


def test_a_proposal_hangs_in_both_channels_with_what_it_changes(office: Office) -> None:
    propose(office, comment="fewer tyre kickers")
    for channel, action in ((SALES, FOR_SALES), (MARKETING, FOR_MARKETING)):
        message = hanging(office, channel)
        said = words(message)
        assert "70 → 75" in said
        assert "fewer tyre kickers" in said
        assert f"<@{MIA}>" in said
        assert offered(message) == [action, ids.DECLINE, ids.CHANGES]
        assert faults(message["blocks"]) == []


def test_two_people_of_two_teams_bring_it_into_force_and_both_channels_say_so(
    office: Office,
) -> None:
    propose(office)
    sign(office, SALES, FOR_SALES, BOB)
    assert f"<@{BOB}>" in words(hanging(office, MARKETING))
    assert offered(hanging(office, SALES)) == [ids.DECLINE, ids.CHANGES]
    assert state(office) is State.PROPOSED
    sign(office, MARKETING, FOR_MARKETING, MIA)
    assert state(office) is State.ACTIVE
    assert signers(office) == {Team.SALES: BOB, Team.MARKETING: MIA}
    for channel in (SALES, MARKETING):
        message = hanging(office, channel)
        assert "v2 " in message["text"]
        assert all(f"<@{who}>" in words(message) for who in (BOB, MIA))
        assert offered(message) == [ids.CHANGES]


def test_nothing_but_the_two_messages_is_said(office: Office) -> None:
    propose(office)
    sign(office, SALES, FOR_SALES, BOB)
    sign(office, MARKETING, FOR_MARKETING, MIA)
    assert len(office.slack.messages(SALES)) == 1
    assert len(office.slack.messages(MARKETING)) == 1


def test_the_message_of_what_was_in_force_says_until_when(office: Office) -> None:
    propose(office)
    sign(office, SALES, FOR_SALES, BOB)
    sign(office, MARKETING, FOR_MARKETING, MIA)
    propose(office, default())
    office.click(office.cards(SALES)[-1], FOR_SALES, by=BOB)
    office.click(office.cards(MARKETING)[-1], FOR_MARKETING, by=MIA)
    office.drain()
    assert "no longer in force" in words(office.cards(SALES)[0])
    with office.desk.read(TEAM) as view:
        assert view.definition().version == 3


def test_the_same_click_twice_has_one_effect(office: Office) -> None:
    propose(office)
    message, twice = hanging(office, SALES), {"actions": [_action(FOR_SALES, "2:sales")]}
    for _ in range(2):
        office.click(message, FOR_SALES, by=BOB, **twice)
    office.drain()
    assert signers(office) == {Team.SALES: BOB}
    assert office.whispers() == []


def _action(name: str, value: str) -> JSON:
    return {
        "type": "button",
        "action_id": name,
        "block_id": "proposal",
        "value": value,
        "action_ts": "1772620200.000001",
    }


def test_a_message_that_is_gone_is_posted_again(office: Office) -> None:
    propose(office)
    office.slack.team.delete(SALES, hanging(office, SALES)["ts"])
    sign(office, MARKETING, FOR_MARKETING, MIA)
    assert offered(hanging(office, SALES)) == [FOR_SALES, ids.DECLINE, ids.CHANGES]


def test_an_answer_of_unknown_fate_leaves_one_message(office: Office) -> None:
    office.slack.script("chat.postMessage", b.resets(posted=True))
    propose(office)
    office.wait(60)
    for channel in (SALES, MARKETING):
        hanging(office, channel)


def test_a_proposal_that_was_withdrawn_before_anybody_heard_of_it_is_not_told(
    office: Office,
) -> None:
    agreement.propose(office.desk, TEAM, STRICTER, by=MIA)
    agreement.withdraw(office.desk, TEAM, 2, by=MIA)
    office.drain()
    assert office.cards(SALES) == []


def test_teams_that_share_a_channel_have_one_message_with_a_button_for_each(
    shared: Office,
) -> None:
    propose(shared)
    message = hanging(shared, SALES)
    assert offered(message) == [FOR_MARKETING, FOR_SALES, ids.DECLINE, ids.CHANGES]
    sign(shared, SALES, FOR_SALES, BOB)
    sign(shared, SALES, FOR_MARKETING, BOB)
    assert signers(shared) == {Team.SALES: BOB}
    assert "signed for Sales" in words(shared.whispers()[-1])
    sign(shared, SALES, FOR_MARKETING, MIA)
    assert state(shared) is State.ACTIVE


# Whoever comes too late, or is not asked


def test_who_is_second_for_a_team_hears_who_was_first(office: Office) -> None:
    propose(office)
    stale = hanging(office, SALES)
    sign(office, SALES, FOR_SALES, BOB)
    office.click(stale, FOR_SALES, by=MIA)
    office.drain()
    [told] = office.whispers()
    assert f"<@{BOB}>" in words(told)
    assert signers(office) == {Team.SALES: BOB}


def test_who_signs_what_is_over_hears_what_became_of_it(office: Office) -> None:
    propose(office)
    stale = hanging(office, SALES)
    agreement.withdraw(office.desk, TEAM, 2)
    office.click(stale, FOR_SALES, by=BOB)
    office.drain()
    assert "withdrawn" in words(office.whispers()[-1])
    assert offered(hanging(office, SALES)) == [ids.CHANGES]


def test_roles_rule_once_somebody_has_them(
    staffed: Office, caplog: pytest.LogCaptureFixture
) -> None:
    propose(staffed)
    staffed.click(hanging(staffed, SALES), FOR_SALES, by=BOB)
    assert "This is for sales to sign" in whispered(staffed)
    assert signers(staffed) == {}
    assert "refused: what=approve:sales by=U0BOB" in caplog.text
    assert "because=not-sales" in caplog.text
    sign(staffed, SALES, FOR_SALES, RIN)
    sign(staffed, MARKETING, FOR_MARKETING, MIA)
    assert state(staffed) is State.ACTIVE


def test_a_marketer_does_not_sign_for_sales_in_the_channel_of_sales(staffed: Office) -> None:
    propose(staffed)
    sign(staffed, SALES, FOR_SALES, MIA)
    assert signers(staffed) == {}


@pytest.mark.parametrize("action", [FOR_SALES, ids.DECLINE, ids.CHANGES])
@pytest.mark.parametrize(
    "outsider", [{"restricted": True}, {"stranger": True}, {"bot": True}, {"deleted": True}]
)
def test_outsiders_neither_sign_nor_read(office: Office, action: str, outsider: JSON) -> None:
    propose(office)
    office.slack.team.people["U0X"] = Person("U0X", "x", **outsider)
    office.click(hanging(office, SALES), action, by="U0X")
    assert "Nothing has changed" in whispered(office)
    assert signers(office) == {}
    assert not office.slack.team.views


def test_a_button_of_one_channel_cannot_be_made_to_sign_for_the_other_team(
    office: Office,
) -> None:
    propose(office)
    forged = {"actions": [_action(FOR_MARKETING, "2:marketing")]}
    office.click(hanging(office, SALES), FOR_SALES, by=BOB, **forged)
    office.drain()
    assert signers(office) == {}


@pytest.mark.parametrize(
    "value", ["", "2", "x:sales", "2:somebody", "99:sales", f"{'9' * 40}:sales"]
)
def test_a_button_that_names_nothing_changes_nothing(office: Office, value: str) -> None:
    propose(office)
    message = json.loads(json.dumps(hanging(office, SALES)).replace("2:sales", value))
    for action in (FOR_SALES, ids.DECLINE, ids.CHANGES):
        answer = office.click(message, action, by=BOB, actions=[_action(action, value)])
        assert answer.status_code == 200
    office.drain()
    assert signers(office) == {}


# Declining


@pytest.fixture
def form(office: Office) -> JSON:
    """The form, opened by Bob in the sales channel."""
    propose(office)
    office.click(hanging(office, SALES), ids.DECLINE, by=BOB)
    return office.view()


def test_a_team_declines_with_a_comment_that_both_read(office: Office, form: JSON) -> None:
    answer = office.send(form, comment="Webinars count for too little")
    assert (answer.status_code, answer.text) == (200, "")
    office.drain()
    assert state(office) is State.DECLINED
    for channel in (SALES, MARKETING):
        said = words(hanging(office, channel))
        assert "Webinars count for too little" in said
        assert f"<@{BOB}>" in said
        assert offered(hanging(office, channel)) == [ids.CHANGES]


@pytest.mark.parametrize("comment", [None, "  ", "x" * (COMMENT_LIMIT + 1)])
def test_declining_without_a_word_is_asked_for_one(
    office: Office, form: JSON, comment: str | None
) -> None:
    said = office.send(form, comment=comment).json()
    assert list(said["errors"]) == [ids.COMMENT]
    assert state(office) is State.PROPOSED


def test_whoever_declines_too_late_is_told_so_in_the_form(office: Office, form: JSON) -> None:
    agreement.withdraw(office.desk, TEAM, 2)
    said = office.send(form, comment="no").json()
    assert said["response_action"] == "update"
    assert "withdrawn" in words(said["view"])


def test_who_may_not_speak_for_the_team_does_not_decline_either(staffed: Office) -> None:
    propose(staffed)
    staffed.click(hanging(staffed, SALES), ids.DECLINE, by=BOB)
    said = staffed.send(staffed.view(), comment="no").json()
    assert list(said["errors"]) == [ids.COMMENT]
    assert state(staffed) is State.PROPOSED


def test_the_details_show_every_change_and_the_log(office: Office) -> None:
    propose(office, comment="fewer tyre kickers")
    office.click(hanging(office, SALES), ids.CHANGES, by=BOB)
    view = office.view()
    assert faults(view) == []
    assert "70 → 75" in words(view)
    assert "proposed by" in words(view)


# Asking


def test_anybody_can_ask_what_counts_as_hot_and_who_agreed(office: Office) -> None:
    answer = office.ask("definition")
    assert answer["response_type"] == "ephemeral"
    assert faults(answer["blocks"]) == []
    said = words(answer)
    assert "70 points or more" in said
    assert "Nobody has signed it yet" in said
    number = propose(office)
    assert "waits for Marketing, Sales" in words(office.ask("definition"))
    sign(office, SALES, FOR_SALES, BOB)
    sign(office, MARKETING, FOR_MARKETING, MIA)
    said = words(office.ask("definition"))
    assert "75 points or more" in said
    assert f"v{number} " in said
    assert f"<@{MIA}>" in said


def test_an_open_proposal_is_one_click_away_where_the_asker_is(office: Office) -> None:
    propose(office)
    for channel in (SALES, MARKETING):
        posting = office.posting(IntentKind.PROPOSAL, f"2:{_team(channel)}")
        assert posting
        said = words(office.ask("definition", channel_id=channel))
        assert f"/archives/{channel}/p{posting.ts.replace('.', '')}" in said


def _team(channel: str) -> str:
    return "sales" if channel == SALES else "marketing"


@pytest.mark.parametrize("text", ["definition", "定義", "DEFINITION"])
def test_the_question_has_a_name_in_both_languages(office: Office, text: str) -> None:
    assert "v1 " in words(office.ask(text))


def test_a_japanese_reader_reads_japanese(office: Office) -> None:
    office.ask("definition", by=RIN)
    assert "ホット" in words(office.ask("definition", by=RIN))


def test_the_program_s_log_holds_no_words_of_people(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    propose(office, comment="Jane Doe complained")
    office.click(hanging(office, SALES), ids.DECLINE, by=BOB)
    office.send(office.view(), comment="John Roe, too")
    assert "Jane Doe" not in caplog.text
    assert "John Roe" not in caplog.text
