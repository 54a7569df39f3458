"""/lead answers whoever asks, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.intents import IntentKind
from core.domain.lead import Identity, Profile
from core.domain.roles import Role
from core.domain.stages import Verb
from core.services import reporting
from handlers.slack.commands import site_of
from handlers.slack.views import ids
from tests.builders import TEAM, a_capture, a_lead, a_policy
from tests.slack import behaviours as b
from tests.slack.limits import faults
from tests.slack.office import BOB, RIN, SALES, Office, a_person
from tests.slack.team import Person


def words(answer: dict[str, Any]) -> str:
    return str(answer["blocks"])


def commands(answer: dict[str, Any]) -> list[str]:
    """What its buttons would ask."""
    return [
        control["value"]
        for block in answer["blocks"]
        for control in [*block.get("elements", []), block.get("accessory") or {}]
        if control.get("type") == "button"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "help",
        "status hana",
        "status ld_1",
        "status ho",
        "list",
        "log ld_1",
        "digest",
        "hlep",
        "mine",
        "overdue",
        "search hana",
        "search nobody",
        "whoami",
    ],
)
def test_every_answer_is_for_the_asker_alone_and_fits(office: Office, text: str) -> None:
    office.card()
    answer = office.ask(text)
    assert answer["response_type"] == "ephemeral"
    assert answer["text"]
    assert faults(answer["blocks"]) == []


def test_status_tells_where_a_lead_stands_and_links_to_its_card(office: Office) -> None:
    card = office.card()
    answer = office.ask("status ld_1@acme.example")
    assert "Hana Sato" in answer["text"]
    site = office.slack.url.removesuffix("/api/")
    assert f"{site}/archives/{SALES}/p{card['ts'].replace('.', '')}" in words(answer)


def test_a_link_leads_into_the_workspace() -> None:
    assert site_of("https://slack.com/api/", "acme") == "https://acme.slack.com"
    assert site_of("https://slack.com/api/", "") == "https://slack.com"
    assert site_of("http://127.0.0.1:8080/api/", "acme") == "http://127.0.0.1:8080"


def test_status_without_a_card_has_no_link(office: Office) -> None:
    office.offer()
    assert "archives" not in words(office.ask("status ld_1"))


def test_several_matches_are_a_choice(office: Office) -> None:
    for number in (1, 2):
        office.offer(a_person(number))
    assert set(commands(office.ask("log hana"))) == {"log ld_1", "log ld_2"}


def test_nobody_is_said(office: Office) -> None:
    assert "zaphod" in office.ask("status zaphod")["text"]


def test_hostile_text_is_harmless(office: Office) -> None:
    office.offer(a_lead(profile=Profile(name="<!channel> <https://evil.example|bank>")))
    for text in ("status <!channel>", "status ld_1", "log ld_1", "list", "<!here> me"):
        answer = office.ask(text)
        assert "<!channel" not in answer["text"]
        assert "<!here" not in answer["text"] + words(answer)


def test_lists_are_paged(office: Office) -> None:
    for number in range(1, 13):
        office.offer(a_person(number))
    first, last = office.ask("list mql"), office.ask("list mql page 2")
    assert commands(first)[-1] == "list mql page 2"
    assert commands(last)[-1] == "list mql page 1"
    assert len(commands(first)) == 11
    assert len(commands(last)) == 3


def test_mine_are_those_i_accepted(office: Office) -> None:
    office.offer(a_lead("ld_9", identity=Identity(email="nine@acme.example")))
    office.click(office.card(), ids.ACCEPT, by=BOB)
    assert commands(office.ask("list mine", by=BOB)) == ["status ld_1"]
    assert commands(office.ask("list mine", by=RIN)) == []


def test_a_person_is_answered_in_their_language(office: Office) -> None:
    assert office.ask("help", by=BOB)["text"] != office.ask("help", by=RIN)["text"]


def test_a_person_is_looked_up_once_a_day(office: Office) -> None:
    for _ in range(3):
        office.ask("help")
        office.drain()
    assert len(office.slack.calls_of("users.info")) == 1
    office.clock.forward(hours=25)
    office.ask("help")
    office.drain()
    assert len(office.slack.calls_of("users.info")) == 2


@pytest.mark.parametrize("error", ["user_not_found", "missing_scope"])
def test_who_cannot_be_looked_up_any_more_holds_nothing_up(office: Office, error: str) -> None:
    office.ask("help")
    office.clock.forward(hours=25)
    office.slack.script("users.info", b.fails(error))
    office.ask("help")
    office.promise(IntentKind.NOTICE, "nt_1", channel=SALES, user=BOB, note="busy")
    office.drain()
    assert office.queue() == {}


def test_a_command_of_another_version_is_answered(office: Office) -> None:
    assert "/lead help" in str(office.ask("", command="/mql"))


def test_strangers_are_told_nothing(office: Office) -> None:
    office.offer()
    assert "Hana" not in str(office.ask("status ld_1", team_id="T0ELSE"))


def test_a_word_that_was_mistyped_is_one_click_away(office: Office) -> None:
    assert commands(office.ask("stauts ld_1"))[0] == "status ld_1"


def test_a_search_finds_by_part_of_a_name_page_by_page(office: Office) -> None:
    for number in range(1, 13):
        office.offer(a_person(number))
    first = office.ask("search acme")
    assert "1 to 10 of 12" in first["text"]
    assert "search acme page 2" in commands(first)
    assert "11 to 12 of 12" in office.ask("search ACME page 2")["text"]
    assert "Nobody found" in office.ask("search globex")["text"]


def test_overdue_says_who_owes_what_the_longest_first(office: Office) -> None:
    assert "Nobody waits too long" in office.ask("overdue")["text"]
    card = office.card()
    office.click(card, ids.ACCEPT)
    for number in range(2, 8):
        office.offer(a_person(number))
    office.clock.forward(days=5)
    first, second = office.ask("overdue"), office.ask("overdue page 2")
    assert "1 to 5 of 7" in first["text"]
    assert "overdue page 2" in commands(first)
    assert f"Owner <@{BOB}>" in words(second)
    assert "first contact was due" in words(second)
    assert "status ld_1" in commands(second)


def test_whoami_tells_roles_and_what_one_follows(office: Office) -> None:
    assert "Nobody has a role" in words(office.ask("whoami"))
    people = {Role.REP: frozenset({BOB})}
    office.desk.change(TEAM, lambda unit, _: unit.keep_policy(a_policy(people=people)))
    office.click(office.card(), ids.ACCEPT)
    mine, hers = words(office.ask("whoami")), words(office.ask("whoami", by=RIN))
    assert f"<@{BOB}>" in mine
    assert "sales rep" in mine
    assert "Leads you follow: 1" in mine
    assert "役割が設定されていません" in hers
    assert "0件" in hers


def test_mine_are_those_that_the_asker_follows(office: Office) -> None:
    office.click(office.card(), ids.ACCEPT)
    office.offer(a_person(2))
    assert "1 to 1 of 1" in office.ask("mine")["text"]
    assert "まだありません" in office.ask("自分の担当", by=RIN)["text"]


def comments(office: Office, lead_id: str = "ld_1") -> list[str]:
    with office.desk.read(TEAM) as view:
        entries = [record.entry for record in view.records(lead_id)]
    return [entry.comment or "" for entry in entries if entry.verb is Verb.NOTE]


def test_a_note_is_kept_in_the_log_and_told_in_the_thread(office: Office) -> None:
    office.click(office.card(), ids.ACCEPT)
    office.drain()
    answer = office.ask("note ld_1@acme.example Back at 10:30, ask for Ms Ito")
    assert "Hana Sato" in answer["text"]
    assert commands(answer) == ["log ld_1"]
    office.drain()
    assert comments(office) == ["Back at 10:30, ask for Ms Ito"]
    assert "Back at 10:30, ask for Ms Ito" in words(office.ask("log ld_1"))
    [briefing] = [m for m in office.slack.messages(SALES) if "thread_ts" in m]
    assert "Back at 10:30" in words(briefing)
    assert reporting.verify(office.desk, TEAM) == []


def test_a_note_leaves_the_lead_where_it_is_and_undoing_as_it_was(office: Office) -> None:
    card = office.card()
    office.ask("メモ Hana：金曜に再連絡")
    office.click(card, ids.ACCEPT)
    office.drain()
    office.ask("note Hana: back on Friday", by=RIN)
    office.click(office.cards()[-1], ids.step(Verb.UNDO, Verb.ACCEPT))
    assert comments(office) == ["金曜に再連絡", "back on Friday"]
    assert office.handoff().decision is None
    assert reporting.verify(office.desk, TEAM) == []


def test_a_lead_that_was_never_offered_takes_notes_too(office: Office) -> None:
    office.desk.change(TEAM, lambda unit, at: unit.record(a_capture(a_lead("ld_5")), at=at))
    assert "Noted" in office.ask("note ld_5 Met at the fair")["text"]
    assert comments(office, "ld_5") == ["Met at the fair"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("note ld_1", "What is to be noted?"),
        ("note nobody@acme.example hello", "not kept"),
        ("note Hana: hello", "not kept"),
        ("note ld_1 " + "x" * 2001, "2,000 characters"),
    ],
)
def test_what_cannot_be_noted_is_said_and_nothing_is_kept(
    office: Office, typed: str, told: str
) -> None:
    office.offer()
    office.offer(a_person(2))
    answer = office.ask(typed)
    assert told in answer["text"]
    assert faults(answer["blocks"]) == []
    assert comments(office) == comments(office, "ld_2") == []


def test_a_button_writes_no_note(office: Office) -> None:
    office.offer()
    answer = office.ask("ntoe ld_1 hello")
    assert commands(answer) == ["note ld_1 hello"]
    office.click({**answer, "ts": "1.1", "channel": SALES}, ids.run(0))
    office.drain()
    assert comments(office) == []


def test_a_guest_notes_nothing(office: Office) -> None:
    office.offer()
    office.slack.team.people["U0EVE"] = Person("U0EVE", restricted=True)
    office.ask("note ld_1 hello", by="U0EVE")
    assert comments(office) == []
