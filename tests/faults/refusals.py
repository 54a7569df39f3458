"""B, refusals: Slack says no, or does not let us see; the card is told as well as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.services import delivery
from handlers.slack.messenger import SlackMessenger
from handlers.slack.views import ids
from tests.faults.bureau import (
    Way,
    an_office_on,
    baton,
    cards_of,
    judged,
    recovered,
    says_truth,
)
from tests.faults.fault import Scenario, Tally
from tests.faults.stage import Stage
from tests.slack import behaviours as b
from tests.slack.office import DIGEST, MARKETING, SALES, Office, a_person

POST, UPDATE, HISTORY = "chat.postMessage", "chat.update", "conversations.history"


def documented(way: Way = baton) -> Scenario:
    """Each error that Slack documents for a post, once: told later, elsewhere, or parked."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            doorbell = office.messenger
            assert isinstance(doorbell, SlackMessenger)
            office.messenger = way(office)
            handoffs, worst, unsorted = [], 0.0, 0
            for number, name in enumerate(_ERRORS, 1):
                office.slack.script(POST, b.fails(name))
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                delivery.reopen(office.desk, doorbell)
                worst = max(worst, recovered(office))
                aside = office.desk.store.outbox.waiting(limit=10)
                unsorted += sum("bug" in str(row) for row in aside) and name not in _OURS
                _retried(office)
                worst = max(worst, recovered(office))
                office.clock.forward(seconds=60)
            tally = judged(office, handoffs, worst)
            # What Slack does not take as a card hangs there as plain text.
            lost = sum(not cards_of(office, handoff) for handoff in handoffs)
        return replace(tally, lost=lost + unsorted)

    return run


# As Slack's reference lists them for chat.postMessage; the first half is about mistakes of ours.
_MISTAKES = """
    as_user_not_supported attachment_payload_limit_exceeded deprecated_endpoint
    duplicate_channel_not_found duplicate_message_not_found invalid_arg_name invalid_arguments
    invalid_array_arg invalid_charset invalid_form_data invalid_metadata_format
    invalid_metadata_schema invalid_post_type markdown_text_conflict metadata_must_be_sent_from_app
    metadata_too_large method_deprecated missing_post_type no_text too_many_attachments
    too_many_contact_cards
"""
_OTHERS = """
    access_denied account_inactive accesslimited cannot_reply_to_message channel_not_found
    ekm_access_denied enterprise_is_restricted fatal_error internal_error invalid_auth
    invalid_blocks invalid_blocks_format is_archived message_limit_exceeded messages_tab_disabled
    missing_scope msg_blocks_too_long msg_too_long no_permission not_allowed_token_type not_authed
    not_in_channel org_login_required rate_limited ratelimited request_timeout restricted_action
    restricted_action_non_threadable_channel restricted_action_read_only_channel
    restricted_action_thread_locked restricted_action_thread_only_channel service_unavailable
    slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
    slack_connect_lists_sharing_blocked team_access_not_granted team_added_to_org team_not_found
    token_expired token_revoked two_factor_setup_required
"""
_OURS = frozenset(_MISTAKES.split())
_ERRORS = (*sorted(_OURS), *_OTHERS.split())


def closed_channel(way: Way = baton) -> Scenario:
    """The channel is archived, or we are not in it: the card hangs elsewhere, or it is parked.

    Then somebody mends it and has what was parked told again.
    """

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, worst, parked, number = [], 0.0, 0, 0
            for closed in ([SALES], [SALES, MARKETING, DIGEST]) * (1 if stage.quick else 4):
                for attribute in ("archived", "member"):
                    _set(office, closed, attribute, attribute == "archived")
                    for _ in range(3):
                        number += 1
                        handoffs.append(office.offer(a_person(number)))
                    recovered(office)
                    _set(office, closed, attribute, attribute == "member")
                    office.clock.forward(seconds=30)
                    parked += _retried(office)
                    worst = max(worst, recovered(office))
            return replace(judged(office, handoffs, worst), note=f"{parked} retried by hand")

    return run


def _set(office: Office, channels: Sequence[str], attribute: str, value: bool) -> None:
    with office.slack.team.lock:
        for channel in channels:
            setattr(office.slack.team.rooms[channel], attribute, value)


def _retried(office: Office) -> int:
    """Have everything told again that was set aside."""
    outbox = office.desk.store.outbox
    waiting = outbox.waiting(limit=1000)
    return sum(outbox.retry(row.id, at=office.clock.now) for row in waiting)


def update_refused(way: Way = baton) -> Scenario:
    """The card was deleted by hand, or Slack will not change it: a fresh one says how it stands."""

    def run(stage: Stage) -> Tally:
        errors = ("", "message_not_found", "cant_update_message", "edit_window_closed")
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, worst, doubled = [], 0.0, 0
            for number, error in enumerate(errors * (1 if stage.quick else 5), 1):
                handoff = office.offer(a_person(number))
                handoffs.append(handoff)
                recovered(office)
                [hung] = cards_of(office, handoff)
                office.click(hung, ids.ACCEPT)
                if error:
                    office.slack.script(UPDATE, b.fails(error))
                else:
                    office.slack.team.delete(SALES, hung["ts"])
                office.drain()
                worst = max(worst, recovered(office))
                true = [c for c in cards_of(office, handoff) if says_truth(office, handoff, c)]
                doubled += max(0, len(true) - 1)
            # The one that Slack refused to change still hangs there, and nobody can help that.
            return replace(judged(office, handoffs, worst), doubled=doubled)

    return run


def unreadable(way: Way = baton) -> Scenario:
    """We may not look whether it was posted: a repeat says that it may be one."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, unlabelled, worst = [], 0, 0.0
            office.slack.always(HISTORY, b.fails("missing_scope"))
            for number in range(1, 5 if stage.quick else 41):
                office.slack.script(POST, b.broken(posted=bool(number % 2)))
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                worst = max(worst, recovered(office))
                again = cards_of(office, handoffs[-1])[1:]
                unlabelled += sum("repeat" not in str(card) for card in again)
            lost = sum(not cards_of(office, handoff) for handoff in handoffs)
        return Tally(len(handoffs), lost, unlabelled, worst, "a repeat is labelled as one")

    return run


def forged(way: Way = baton) -> Scenario:
    """Somebody copies our mark, or invents one: it is not taken for our card."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            handoffs, worst = [], 0.0
            for number in range(1, 3 if stage.quick else 21):
                office.clock.forward(seconds=2)  # the channel is free again
                office.slack.script(POST, b.broken(posted=False))
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                _forge(office, handoffs[-1], copied=bool(number % 2))
                worst = max(worst, recovered(office))
            _take_down(office)
            return judged(office, handoffs, worst)

    return run


def _forge(office: Office, handoff: str, *, copied: bool) -> None:
    """A message with the very mark of ours from somebody else, or a wrong mark in our name."""
    payload = office.slack.calls_of(POST)[-1].args["metadata"]["event_payload"]
    seal = payload["seal"] if copied else "0" * 32
    metadata = {"event_type": "baton_card", "event_payload": {"id": handoff, "seal": seal}}
    office.client.chat_postMessage(channel=SALES, text="forged", metadata=metadata)
    with office.slack.team.lock:
        office.slack.team.rooms[SALES].messages[-1]["user"] = "U0MALLORY" if copied else "U0BATON"


def _take_down(office: Office) -> None:
    for message in office.cards():
        if message["text"] == "forged":
            office.slack.team.delete(SALES, message["ts"])
