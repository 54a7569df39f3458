"""What stands behind a digest is answered in place, shared with all, or sent as a file."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from core.domain.behind import of_group
from core.domain.lead import Identity, Profile
from core.domain.log import Door
from core.domain.roles import Role
from core.domain.schedule import WEEKLY
from core.services import handoff, reporting
from core.services.handoff import Stimulus
from handlers.slack.views import ids
from tests.builders import TEAM, a_lead, a_policy
from tests.slack import behaviours as b
from tests.slack.limits import faults
from tests.slack.office import BOB, DIGEST, MIA, RIN, SALES, Office

JSON = dict[str, Any]
HOSTILE = "=HYPERLINK(1) <!channel> *webinar*"


@pytest.fixture
def busy(office: Office) -> Office:
    """A week in which twelve leads were offered, eight of them accepted by Bob and Rin."""
    people = {Role.REP: frozenset({BOB, RIN}), Role.MANAGER: frozenset({MIA})}
    office.desk.change(TEAM, lambda unit, at: unit.keep_policy(a_policy(people=people)))
    for number in range(12):
        source = HOSTILE if number % 2 else "fair"
        profile = Profile(name=f"={number} Hana", company="Acme", source=source)
        id = office.offer(
            a_lead(f"ld_{number}", profile=profile, identity=Identity(f"{number}@a.example"))
        )
        if number < 8:
            by = BOB if number < 6 else RIN
            handoff.accept(office.desk, Stimulus(TEAM, id, by, Door.BUTTON, None))
    return office


def shown(message: JSON) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


def pressed(
    office: Office, answer: JSON, action: str, *, by: str = BOB, option: str | None = None
) -> JSON:
    """Somebody presses a button of an answer that only they see; what stands there then."""
    office.click({**answer, "ts": "1.1", "channel": SALES}, action, by=by, option=option)
    office.drain()
    answers = office.slack.calls_of("response_url")
    return dict(answers[-1].args) if answers else {}


def texts(tree: Any) -> list[JSON]:
    if isinstance(tree, list):
        return [text for each in tree for text in texts(each)]
    if not isinstance(tree, dict):
        return []
    return [
        *([tree] if "text" in tree else []),
        *(t for part in tree.values() for t in texts(part)),
    ]


def choices(answer: JSON) -> dict[str, str]:
    [menu] = [block for block in answer["blocks"] if block.get("block_id") == "behind"]
    [select] = menu["elements"]
    return {option["value"]: option["text"]["text"] for option in select["options"]}


@pytest.mark.parametrize(
    "asked", ["digest", "digest today", "digest month", "digest 2026-W10", "ダイジェスト 今週"]
)
def test_a_period_is_told_with_everything_that_can_be_asked_of_it(busy: Office, asked: str) -> None:
    answer = busy.ask(asked)
    assert answer["response_type"] == "ephemeral"
    assert faults(answer["blocks"]) == []
    period = {"digest today": "today", "digest month": "month", "digest 2026-W10": "2026-W10"}
    name = period.get(asked, "week")
    found = choices(answer)
    assert found[f"digest {name} leads offered"] == "Offered (12)"
    assert found[f"digest {name} leads accepted"] == "Accepted (8)"
    assert f"digest {name} leads rejected" not in found


def test_the_leads_behind_a_figure_are_shown_by_the_page_and_there_is_a_way_back(
    busy: Office,
) -> None:
    answer = busy.ask("digest")
    first = pressed(busy, answer, ids.run(90), option="digest week leads offered")
    assert "Offered" in shown(first)
    assert ": 12" in shown(first)
    assert faults(first["blocks"]) == []
    second = pressed(busy, first, ids.run(11))
    values = [
        block["accessory"]["value"]
        for block in [*first["blocks"], *second["blocks"]]
        if "accessory" in block
    ]
    assert sorted(values) == sorted(f"status ld_{number}" for number in range(12))
    back = pressed(busy, second, ids.run(12))
    assert choices(back) == choices(answer)


def test_the_rates_of_each_group_are_told_and_what_strangers_named_has_no_power(
    busy: Office,
) -> None:
    answer = busy.ask("digest by source")
    assert faults(answer["blocks"]) == []
    marked = [text for text in texts(answer["blocks"]) if text.get("type") == "mrkdwn"]
    assert marked
    assert all("<!channel>" not in str(text["text"]) for text in marked)
    assert "offered 6, accepted 4 of 4" in shown(answer)
    name = of_group("source", "fair", "accepted")
    leads = pressed(busy, answer, ids.run(90), option=f"digest week leads {name}")
    assert "fair: Accepted" in shown(leads)
    assert ": 4" in shown(leads)


def test_figures_of_single_people_are_for_them_and_their_managers(busy: Office) -> None:
    own, boss = busy.ask("digest by rep"), busy.ask("digest by rep", by=MIA)
    assert (f"<@{BOB}>" in shown(own), f"<@{RIN}>" in shown(own)) == (True, False)
    assert "Figures of 1 other person" in shown(own)
    assert (f"<@{BOB}>" in shown(boss), f"<@{RIN}>" in shown(boss)) == (True, True)
    assert ids.SHARE not in shown(own)
    of_rin = of_group("rep", RIN, "accepted")
    refused = busy.ask(f"digest week leads {of_rin}")
    assert "themselves and their managers" in refused["text"]
    assert "2件" in busy.ask(f"digest week leads {of_rin}", by=RIN)["text"]


def test_an_answer_is_shared_once_with_who_wanted_it_and_nothing_to_press(busy: Office) -> None:
    answer = busy.ask("digest by source")
    busy.slack.script("chat.postMessage", b.resets(posted=True))
    pressed(busy, answer, ids.SHARE)
    busy.wait(120)
    busy.wait(120)
    [said] = [m for m in busy.cards(SALES) if "baton_shared" in json.dumps(m.get("metadata"))]
    assert f"<@{BOB}>" in shown(said)
    assert "actions" not in {block["type"] for block in said["blocks"]}
    assert faults(said["blocks"]) == []


@pytest.mark.parametrize(
    "text", ["digest by rep", "digest week leads offered", "list mql", "nonsense"]
)
def test_what_is_not_for_everybody_is_not_shared(busy: Office, text: str) -> None:
    button = {
        "type": "button",
        "action_id": ids.SHARE,
        "value": text,
        "text": {"type": "plain_text", "text": "x"},
    }
    forged = {"blocks": [{"type": "actions", "elements": [button]}], "ts": "1.1", "channel": SALES}
    busy.click(forged, ids.SHARE)
    busy.drain()
    assert [m for m in busy.cards(SALES) if "baton_shared" in json.dumps(m.get("metadata"))] == []
    assert "Nothing has changed" in busy.whispers()[-1]["text"]


def test_where_baton_cannot_post_whoever_shares_is_told_what_to_do(busy: Office) -> None:
    busy.drain()
    answer = busy.ask("digest")
    busy.slack.always("chat.postMessage", b.fails("not_in_channel"))
    pressed(busy, answer, ids.SHARE)
    assert "/invite" in busy.whispers()[-1]["text"]


def table(office: Office, answer: JSON, by: str = BOB) -> list[dict[str, str]]:
    pressed(office, answer, ids.TABLE, by=by)
    [file] = office.slack.team.files.values()
    office.slack.team.files.clear()
    content = file["content"]
    raw = content if isinstance(content, bytes) else content.encode("latin-1")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


def test_the_leads_come_as_a_file_that_no_spreadsheet_runs(busy: Office) -> None:
    rows = table(busy, busy.ask("digest week leads accepted"))
    assert {row["lead"] for row in rows} == {f"ld_{number}" for number in range(8)}
    assert rows[0]["name"].startswith("'=")
    assert {row["source"] for row in rows} == {"fair", f"'{HOSTILE}"}
    figures = table(busy, busy.ask("digest"))
    assert {"figure": "offered", "count": "12", "of": ""} in figures
    groups = table(busy, busy.ask("digest by rep"))
    assert [(row["group"], row["accepted"]) for row in groups] == [(BOB, "6")]


def test_where_files_cannot_be_sent_whoever_asks_is_told(busy: Office) -> None:
    answer = busy.ask("digest")
    busy.slack.always("files.getUploadURLExternal", b.fails("missing_scope"))
    pressed(busy, answer, ids.TABLE)
    assert "files:write" in busy.whispers()[-1]["text"]


def test_the_menu_below_a_posted_digest_answers_beside_it_as_of_then(busy: Office) -> None:
    busy.clock.forward(days=7)
    busy.desk.change(
        TEAM, lambda unit, at: reporting.publish_digest(busy.desk, unit, WEEKLY, at=at)
    )
    busy.drain()
    [posted] = [m for m in busy.cards(DIGEST) if "baton_digest" in json.dumps(m["metadata"])]
    [(value, label)] = [(v, t) for v, t in choices(posted).items() if v.endswith("leads accepted")]
    assert label == "Accepted (8)"
    handoff.undo(busy.desk, Stimulus(TEAM, "ho_0", BOB, Door.BUTTON, None), for_ever=True)
    busy.click(posted, ids.ASIDE, option=value)
    busy.drain()
    told = busy.whispers(DIGEST)[-1]
    assert ": 8" in told["text"]
    assert [m["ts"] for m in busy.cards(DIGEST)] == [posted["ts"]]
    assert busy.cards(DIGEST)[0]["blocks"] == posted["blocks"]


@pytest.mark.parametrize(
    ("asked", "because"),
    [
        ("digest 2199-W01", "has not begun"),
        ("digest dg_none", "no such digest"),
        ("digest dg_none leads offered", "no such digest"),
        ("digest sideways", "sideways"),
    ],
)
def test_what_cannot_be_answered_says_why(busy: Office, asked: str, because: str) -> None:
    answer = busy.ask(asked)
    assert because in answer["text"] + shown(answer)
