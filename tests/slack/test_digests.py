"""A digest hangs in its channel, its evidence and its picture in the thread below, each once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.intents import IntentKind
from core.domain.schedule import WEEKLY, weekly
from core.services import reporting
from handlers.slack.messenger import SlackMessenger
from tests.builders import TEAM
from tests.slack import behaviours as b
from tests.slack.limits import faults
from tests.slack.office import DIGEST, JSON, Office

URL = "https://baton.example"


def publish(office: Office) -> None:
    office.desk.change(
        TEAM, lambda unit, at: reporting.publish_digest(office.desk, unit, WEEKLY, at=at)
    )


def thread(office: Office) -> list[JSON]:
    return [m for m in office.slack.messages(DIGEST) if "thread_ts" in m]


def files(office: Office) -> list[JSON]:
    return [file for message in thread(office) for file in message.get("files", ())]


def in_public(office: Office) -> Office:
    assert isinstance(office.messenger, SlackMessenger)
    return replace(office, messenger=replace(office.messenger, public_url=URL))


def settle(office: Office) -> None:
    for _ in range(6):
        office.wait(60)


def test_the_thread_holds_the_evidence_and_the_picture(office: Office) -> None:
    office.card()
    publish(office)
    office.drain()
    [digest] = office.cards(DIGEST)
    assert {m["thread_ts"] for m in thread(office)} == {digest["ts"]}
    [evidence] = [m for m in thread(office) if m["blocks"]]
    assert faults(evidence["blocks"]) == []
    [picture] = files(office)
    kept = office.slack.team.files[picture["id"]]
    assert kept["content"].startswith(b"\x89PNG")
    assert kept["alt_txt"].startswith("Nothing was offered")


@pytest.mark.parametrize("posted", [True, False])
@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
def test_a_broken_upload_is_one_picture_in_the_end(
    office: Office, method: str, posted: bool
) -> None:
    publish(office)
    office.slack.script(method, b.resets(posted=posted))
    office.drain()
    settle(office)
    assert len(files(office)) == 1
    assert not office.queue()


@pytest.mark.parametrize("error", ["missing_scope", "file_uploads_disabled", "not_in_channel"])
def test_where_nothing_may_be_uploaded_the_words_are_enough(office: Office, error: str) -> None:
    publish(office)
    office.slack.always("files.getUploadURLExternal", b.fails(error))
    office.drain()
    settle(office)
    assert files(office) == []
    assert len(thread(office)) == 1
    assert not office.queue()


def test_a_period_without_anything_is_one_line_where_that_is_wanted(office: Office) -> None:
    with office.desk.read(TEAM) as view:
        policy = view.workspace().policy
    quiet = tuple(replace(each, skips_when_empty=True) for each in weekly(DIGEST))
    changed = replace(policy, digests=quiet)
    office.desk.change(TEAM, lambda unit, _: unit.keep_policy(changed))
    publish(office)
    office.drain()
    [digest] = office.cards(DIGEST)
    assert len(digest["blocks"]) == 1
    assert thread(office) == []


def test_slack_fetches_the_picture_from_us_where_it_can(office: Office) -> None:
    office = in_public(office)
    publish(office)
    office.drain()
    [digest] = office.cards(DIGEST)
    [image] = [block for block in digest["blocks"] if block["type"] == "image"]
    assert files(office) == []
    assert image["image_url"].startswith(f"{URL}/pictures/")
    with office.desk.read(TEAM) as view:
        kept = view.picture(image["image_url"].split("/")[-2])
    assert kept is not None
    assert kept.alt == image["alt_text"]


def test_an_image_that_slack_cannot_fetch_costs_nothing_but_itself(office: Office) -> None:
    office = in_public(office)
    publish(office)
    office.slack.script("chat.postMessage", b.fails("invalid_blocks"))
    office.drain()
    [digest] = office.cards(DIGEST)
    kinds = {block["type"] for block in digest["blocks"]}
    assert "header" in kinds
    assert "image" not in kinds
    with office.desk.read(TEAM) as view:
        assert view.posting(IntentKind.DIGEST, digest["metadata"]["event_payload"]["id"])


def test_the_oldest_that_waits_is_opened_from_the_digest(office: Office) -> None:
    office.card()
    office.clock.forward(days=7)
    publish(office)
    office.drain()
    [digest] = office.cards(DIGEST)
    assert office.click(digest, "details:0").status_code == 200
    assert office.view()["callback_id"] == "details_view"
