"""What every store promises about the outbox."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial

from core.domain.intents import Intent, IntentKind, Posting, about
from core.ports import Retry, Store
from tests.builders import NOW, TEAM
from tests.storage.keeping import LATER, LEASE, OTHER, SOON, card, claim, claim_one, enqueue


class TestOutbox:
    def test_an_errand_is_claimed_once(self, store: Store) -> None:
        intent = Intent(IntentKind.ANSWER, "a1", "a1", {"url": "https://hooks.example/1"})
        enqueue(store, intent)
        errand = claim_one(store)
        assert (errand.workspace, errand.intent) == (TEAM, intent)
        assert (errand.attempts, errand.unsure) == (0, False)
        assert claim(store) == []
        assert store.outbox.state().counts == {"sending": 1}

    def test_the_oldest_come_first_and_no_more_than_asked_for(self, store: Store) -> None:
        enqueue(store, *(card(f"ho_{number}") for number in range(7)))
        batches = [claim(store, limit=3), claim(store, limit=3), claim(store, limit=3)]
        subjects = [[errand.intent.subject for errand in batch] for batch in batches]
        assert subjects == [["ho_0", "ho_1", "ho_2"], ["ho_3", "ho_4", "ho_5"], ["ho_6"]]

    def test_nothing_is_claimed_before_it_is_due(self, store: Store) -> None:
        enqueue(store, card(), at=LATER)
        assert store.outbox.next_due() == LATER
        assert claim(store, at=SOON) == []
        assert len(claim(store, at=LATER)) == 1

    def test_many_changes_of_one_thing_are_one_promise(self, store: Store) -> None:
        for _ in range(3):
            enqueue(store, *about("ho_1", IntentKind.CARD, IntentKind.BRIEFING))
        assert store.outbox.state().counts == {"queued": 2}

    def test_a_change_while_it_is_under_way_is_promised_anew(self, store: Store) -> None:
        enqueue(store, card())
        errand = claim_one(store)
        enqueue(store, card())
        assert claim(store) == []
        assert store.outbox.settle(errand, posting=None, at=NOW)
        assert claim_one(store).id != errand.id

    def test_a_lane_is_walked_in_order_one_at_a_time(self, store: Store) -> None:
        enqueue(store, *about("ho_1", IntentKind.CARD, IntentKind.BRIEFING), card("ho_2"))
        first, elsewhere = claim(store)
        assert (first.intent.kind, elsewhere.intent.subject) == (IntentKind.CARD, "ho_2")
        assert claim(store) == []
        store.outbox.put_back(first, Retry(LATER, attempts=1, unsure=False, problem="500"))
        assert claim(store, at=NOW + LEASE / 2) == []
        assert store.outbox.next_due() == NOW + LEASE
        first = next(each for each in claim(store, at=LATER) if each.id == first.id)
        store.outbox.settle(first, posting=None, at=LATER)
        assert claim_one(store, at=LATER).intent.kind is IntentKind.BRIEFING

    def test_what_is_sent_hangs_somewhere(self, store: Store) -> None:
        enqueue(store, card())
        posting = Posting(IntentKind.CARD, "ho_1", "C0SALES", "1.1")
        assert store.outbox.settle(claim_one(store), posting=posting, at=NOW)
        with store.read(TEAM) as view:
            assert view.subjects_told(IntentKind.CARD) == ["ho_1"]
            assert view.subjects_told(IntentKind.BRIEFING) == []
            assert view.posting(IntentKind.CARD, "ho_1") == posting
            assert view.posting(IntentKind.BRIEFING, "ho_1") is None
        with store.read(OTHER) as view:
            assert view.posting(IntentKind.CARD, "ho_1") is None
        enqueue(store, card())
        moved = Posting(IntentKind.CARD, "ho_1", "C0NEW", "2.2", thread="1.1")
        assert store.outbox.settle(claim_one(store), posting=moved, at=NOW)
        with store.read(TEAM) as view:
            assert view.posting(IntentKind.CARD, "ho_1") == moved
        assert store.outbox.state().counts == {}
        assert store.outbox.next_due() is None

    def test_whoever_lost_the_claim_settles_nothing(self, store: Store) -> None:
        enqueue(store, card())
        slow = claim_one(store)
        quick = claim_one(store, at=NOW + LEASE)
        assert (quick.id, quick.unsure, quick.attempts) == (slow.id, True, 0)
        posting = Posting(IntentKind.CARD, "ho_1", "C0SALES", "1.1")
        assert not store.outbox.settle(slow, posting=posting, at=SOON)
        assert not store.outbox.put_back(slow, Retry(SOON, 1, False, "late"))
        assert not store.outbox.park(slow, problem="late")
        with store.read(TEAM) as view:
            assert view.posting(IntentKind.CARD, "ho_1") is None
        assert store.outbox.settle(quick, posting=posting, at=SOON)
        assert not store.outbox.settle(quick, posting=None, at=SOON)

    def test_a_claim_is_held_until_its_lease_is_over_or_somebody_else_has_it(
        self, store: Store
    ) -> None:
        enqueue(store, card())
        slow = claim_one(store)
        assert store.outbox.holds(slow, now=NOW + LEASE / 2)
        assert not store.outbox.holds(slow, now=NOW + LEASE)
        quick = claim_one(store, at=NOW + LEASE)
        assert not store.outbox.holds(slow, now=NOW + LEASE / 2)
        assert store.outbox.holds(quick, now=NOW + LEASE)
        store.outbox.settle(quick, posting=None, at=SOON)
        assert not store.outbox.holds(quick, now=NOW + LEASE)

    def test_a_claim_from_before_the_clock_was_set_back_holds_nobody_up(self, store: Store) -> None:
        enqueue(store, card())
        lost = claim_one(store, at=LATER)
        assert claim(store, at=LATER - LEASE / 2) == []
        again = claim_one(store, at=NOW)
        assert (again.id, again.unsure) == (lost.id, True)
        assert not store.outbox.holds(lost, now=NOW)

    def test_a_failed_one_comes_back_when_told(self, store: Store) -> None:
        enqueue(store, card())
        store.outbox.put_back(claim_one(store), Retry(LATER, 3, True, "500"))
        assert store.outbox.next_due() == LATER
        assert claim(store, at=SOON) == []
        errand = claim_one(store, at=LATER)
        assert (errand.attempts, errand.unsure) == (3, True)

    def test_a_retry_swallows_what_was_promised_anew_meanwhile(self, store: Store) -> None:
        enqueue(store, card("ho_1", lane="L"))
        first = claim_one(store)
        enqueue(store, Intent(IntentKind.BRIEFING, "ho_1", "L"))
        enqueue(store, Intent(IntentKind.CARD, "ho_1", "L", {"news": "yes"}))
        assert store.outbox.put_back(first, Retry(SOON, 1, True, "timeout"))
        assert store.outbox.state().counts == {"queued": 2}
        again = claim_one(store, at=SOON)
        assert (again.id, again.attempts, again.unsure) == (first.id, 1, True)
        assert again.intent.details == {"news": "yes"}

    def test_a_parked_one_holds_nobody_up(self, store: Store) -> None:
        enqueue(store, *about("ho_1", IntentKind.CARD, IntentKind.BRIEFING))
        store.outbox.park(claim_one(store), problem="channel_not_found")
        assert claim_one(store).intent.kind is IntentKind.BRIEFING
        assert store.outbox.state().counts == {"parked": 1, "sending": 1}

    def test_patience_that_ended_is_told_from_what_a_person_must_mend(self, store: Store) -> None:
        enqueue(store, card("ho_1"), card("ho_2"))
        first, second = claim(store)
        assert store.outbox.park(first, problem="500", dead=True)
        assert store.outbox.park(second, problem="is_archived")
        assert store.outbox.state().counts == {"dead": 1, "parked": 1}
        assert claim(store, at=LATER) == []

    def test_a_workspace_is_shut_together_with_what_else_happens(self, store: Store) -> None:
        with suppress(ZeroDivisionError), store.write(TEAM) as unit:
            unit.shut("app_uninstalled")
            raise ZeroDivisionError
        assert store.outbox.shut_workspaces() == {}
        with store.write(TEAM) as unit:
            unit.shut("app_uninstalled")
        assert store.outbox.shut_workspaces() == {TEAM: "app_uninstalled"}

    def test_nothing_of_a_shut_workspace_is_claimed_until_it_resumes(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            unit.enqueue([card("ho_9")], at=NOW)
        enqueue(store, card("ho_1"), card("ho_2"))
        store.outbox.shut(TEAM, problem="token_revoked")
        store.outbox.shut(TEAM, problem="account_inactive")
        enqueue(store, card("ho_2"), card("ho_3"))
        elsewhere = claim_one(store)
        assert elsewhere.workspace == OTHER
        assert store.outbox.settle(elsewhere, posting=None, at=NOW)
        assert claim(store, at=LATER) == []
        assert store.outbox.state().counts == {"parked": 3}
        assert store.outbox.state().oldest_queued_at is None
        assert store.outbox.shut_workspaces() == {TEAM: "account_inactive"}
        assert store.outbox.resume(TEAM)
        assert not store.outbox.resume(TEAM)
        assert store.outbox.shut_workspaces() == {}
        assert [errand.intent.subject for errand in claim(store)] == ["ho_1", "ho_2", "ho_3"]

    def test_whoever_waits_for_a_channel_waits_in_order(self, store: Store) -> None:
        enqueue(store, *(card(f"ho_{number}") for number in range(1, 5)))
        for errand in claim(store):
            turn = Retry(NOW, 0, False, "waiting", channel="C0SALES")
            assert store.outbox.put_back(errand, turn)
        enqueue(store, card("ho_5"))
        first, other = claim(store)
        assert (first.intent.subject, other.intent.subject) == ("ho_1", "ho_5")
        take = partial(store.outbox.take_turn, TEAM, "C0SALES", until=SOON)
        assert take(errand=first.id, now=NOW)
        store.outbox.settle(first, posting=None, at=NOW)
        store.outbox.settle(other, posting=None, at=NOW)
        assert claim(store) == []
        assert store.outbox.next_due() == SOON
        assert claim(store, at=SOON - timedelta.resolution) == []
        assert claim_one(store, at=SOON).intent.subject == "ho_2"

    def test_all_of_a_kind_that_are_new_queue_up_behind_the_first_without_being_claimed(
        self, store: Store
    ) -> None:
        enqueue(store, card("ho_1"))
        posted = Posting(IntentKind.CARD, "ho_1", "C0SALES", "1.1")
        store.outbox.settle(claim_one(store), posting=posted, at=NOW)
        enqueue(store, *(card(f"ho_{number}") for number in range(2, 6)))
        first = store.outbox.claim(now=NOW, lease=LEASE, limit=1)[0]
        assert store.outbox.take_turn(TEAM, "C0SALES", errand=0, now=NOW, until=LATER)
        store.outbox.put_back(first, Retry(NOW, 0, False, "waiting", channel="C0SALES"))
        enqueue(store, card("ho_1"))
        changed = claim_one(store)
        assert changed.intent.subject == "ho_1"
        store.outbox.settle(changed, posting=posted, at=NOW)
        assert claim_one(store, at=LATER).intent.subject == "ho_2"

    def test_nobody_overtakes_who_waits_for_a_channel(self, store: Store) -> None:
        enqueue(store, card("ho_1"), card("ho_2"))
        first, second = claim(store)
        take = partial(store.outbox.take_turn, TEAM, "C0SALES")
        assert take(errand=first.id, now=NOW, until=NOW)
        store.outbox.put_back(first, Retry(NOW, 0, False, "waiting", channel="C0SALES"))
        assert not take(errand=second.id, now=SOON, until=LATER)
        assert take(errand=first.id, now=SOON, until=LATER)

    def test_a_message_that_waits_for_longer_holds_nobody_up(self, store: Store) -> None:
        enqueue(store, card("ho_1"), card("ho_2"))
        first, second = claim(store)
        store.outbox.put_back(first, Retry(LATER, 1, True, "500", channel="C0SALES"))
        store.outbox.put_back(second, Retry(NOW, 0, False, "waiting", channel="C0SALES"))
        assert claim_one(store).intent.subject == "ho_2"

    def test_a_channel_is_taken_once_at_a_time(self, store: Store) -> None:
        take = partial(store.outbox.take_turn, errand=1)
        assert take(TEAM, "C0SALES", now=NOW, until=SOON)
        assert not take(TEAM, "C0SALES", now=NOW, until=SOON)
        assert not take(TEAM, "C0SALES", now=SOON - timedelta.resolution, until=LATER)
        assert take(TEAM, "C0OTHER", now=NOW, until=SOON)
        assert take(OTHER, "C0SALES", now=NOW, until=SOON)
        assert take(TEAM, "C0SALES", now=SOON, until=SOON)
        store.outbox.rest(TEAM, "C0SALES", until=LATER)
        assert not take(TEAM, "C0SALES", now=SOON, until=LATER)

    def test_who_is_in_charge_sees_what_is_set_aside_first(self, store: Store) -> None:
        enqueue(store, *(card(f"ho_{number}") for number in range(1, 6)))
        first, second, third, fourth, fifth = claim(store)
        store.outbox.settle(first, posting=None, at=NOW)
        store.outbox.put_back(third, Retry(NOW, 2, True, "timeout"))
        store.outbox.park(fourth, problem="is_archived")
        store.outbox.park(fifth, problem="500", dead=True)
        seen = [(row.subject, row.state) for row in store.outbox.waiting(limit=9)]
        assert seen == [
            *(("ho_4", "parked"), ("ho_5", "dead")),
            *(("ho_2", "sending"), ("ho_3", "unknown")),
        ]
        [row] = store.outbox.waiting(limit=1)
        assert (row.id, row.workspace, row.kind) == (fourth.id, TEAM, "card")
        assert (row.attempts, row.problem, row.enqueued_at) == (0, "is_archived", NOW)
        assert second.enqueued_at == NOW

    def test_what_is_set_aside_can_be_tried_again(self, store: Store) -> None:
        enqueue(store, card("ho_1"))
        first = claim_one(store)
        assert not store.outbox.retry(first.id, at=NOW)
        store.outbox.put_back(first, Retry(NOW, 299, True, "500"))
        store.outbox.park(claim_one(store), problem="500", dead=True)
        assert store.outbox.retry(first.id, at=LATER)
        assert claim(store) == []
        again = claim_one(store, at=LATER)
        assert (again.id, again.attempts, again.unsure) == (first.id, 0, True)

    def test_trying_again_what_is_promised_anew_is_one_promise(self, store: Store) -> None:
        for _ in range(2):
            enqueue(store, card("ho_1"))
            store.outbox.park(claim_one(store), problem="is_archived")
        enqueue(store, card("ho_1"))
        store.outbox.put_back(claim_one(store), Retry(NOW, 0, True, "timeout"))
        store.outbox.park(claim_one(store), problem="500", dead=True)
        for row in store.outbox.waiting(limit=9):
            assert store.outbox.retry(row.id, at=NOW)
        assert store.outbox.state().counts == {"queued": 1}
        assert claim_one(store).unsure

    def test_what_is_set_aside_can_be_dropped_and_nothing_else(self, store: Store) -> None:
        enqueue(store, card("ho_1"))
        errand = claim_one(store)
        assert not store.outbox.drop(errand.id)
        store.outbox.park(errand, problem="is_archived")
        assert store.outbox.drop(errand.id)
        assert not store.outbox.drop(errand.id)
        assert store.outbox.state().counts == {}

    def test_its_state_in_numbers(self, store: Store) -> None:
        assert store.outbox.state().oldest_queued_at is None
        assert store.outbox.next_due() is None
        enqueue(store, card("ho_1"), at=SOON)
        enqueue(store, card("ho_2"), at=NOW)
        assert store.outbox.state().counts == {"queued": 2}
        assert store.outbox.state().oldest_queued_at == NOW

    def test_only_what_is_long_sent_is_forgotten(self, store: Store) -> None:
        enqueue(store, *(card(f"ho_{number}") for number in range(6)))
        for errand, later in zip(claim(store), (0, 0, 0, 1, 2), strict=False):
            at = NOW + timedelta(days=later)
            assert store.outbox.settle(errand, posting=None, at=at)
        before = NOW + timedelta(days=2)
        forgotten = [store.outbox.forget_sent(before=before, limit=3) for _ in range(3)]
        assert forgotten == [3, 1, 0]
        assert store.outbox.state().counts == {"sending": 1}

    def test_what_is_set_aside_is_never_forgotten_by_itself(self, store: Store) -> None:
        enqueue(store, card())
        assert store.outbox.park(claim_one(store), problem="is_archived")
        assert store.outbox.forget_sent(before=NOW + timedelta(days=999), limit=9) == 0
        assert store.outbox.state().counts == {"parked": 1}
