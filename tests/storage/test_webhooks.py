"""What every store promises about webhooks, the news in its log, and the pools of its outbox."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

from core.desk import Desk
from core.domain.announcement import EventType
from core.domain.intents import Intent, IntentKind
from core.domain.webhook import Webhook
from core.ports import Pool, Store
from core.services import webhooks
from storage.store import SqlStore
from tests.builders import NOW, TEAM, Names, StoppedClock, a_lead, a_workspace, an_offer
from tests.storage.keeping import LATER, LEASE, OTHER, accepted, card, enqueue, record

HOOK = Webhook("wh_1", "https://tool.example/", frozenset(), "whsec_x", NOW, told=0)
TOLD = Intent(IntentKind.WEBHOOK, "wh_1:2", "wh_1:ld_1")


def keep(store: Store, *hooks: Webhook, workspace: str = TEAM) -> None:
    with store.write(workspace) as unit:
        for hook in hooks:
            unit.keep_webhook(hook)


def kept(store: Store, workspace: str = TEAM) -> list[Webhook]:
    with store.read(workspace) as view:
        return list(view.webhooks())


class TestWebhooks:
    def test_they_are_kept_as_they_are_now_the_oldest_first(self, store: Store) -> None:
        events = frozenset({EventType.RETURNED, EventType.WON})
        second = replace(HOOK, id="wh_0", created_at=LATER, events=events)
        keep(store, second, HOOK)
        assert kept(store) == [HOOK, second]
        changed = replace(
            HOOK.rotated("whsec_y", at=NOW).has_failed(at=NOW), told=7, ended="it answered 410 Gone"
        )
        keep(store, changed)
        assert kept(store) == [changed, second]
        with store.write(TEAM) as unit:
            assert unit.webhook("wh_1") == changed
            assert list(unit.webhooks()) == [changed, second]

    def test_what_is_dropped_is_gone(self, store: Store) -> None:
        keep(store, HOOK)
        with store.write(TEAM) as unit:
            unit.drop_webhook("wh_1")
            unit.drop_webhook("wh_2")
        assert kept(store) == []

    def test_none_is_seen_from_another_workspace(self, store: Store) -> None:
        with store.write(OTHER) as unit:
            unit.found(a_workspace(OTHER))
        keep(store, HOOK)
        keep(store, replace(HOOK, secret="whsec_other"), workspace=OTHER)
        with store.write(OTHER) as unit:
            unit.drop_webhook("wh_1")
        assert kept(store) == [HOOK]
        with store.read(OTHER) as view:
            assert view.webhook("wh_1") is None

    def test_nothing_of_a_lost_unit_is_kept(self, store: Store) -> None:
        with store.write(TEAM) as unit:
            unit.keep_webhook(HOOK)
            unit.lost = True
        assert kept(store) == []

    def test_news_is_what_the_log_has_behind_what_was_looked_at(self, store: Store) -> None:
        assert store.workspaces_with_news() == []
        keep(store, HOOK)
        assert store.workspaces_with_news() == []
        record(store, an_offer())
        assert store.workspaces_with_news() == [TEAM]
        keep(store, replace(HOOK, ended="gone"))
        assert store.workspaces_with_news() == []
        keep(store, replace(HOOK, told=2), replace(HOOK, id="wh_2", told=1))
        assert store.workspaces_with_news() == [TEAM]
        keep(store, replace(HOOK, id="wh_2", told=2))
        assert store.workspaces_with_news() == []

    def test_the_log_is_read_on_from_a_row(self, store: Store) -> None:
        record(store, an_offer())
        record(store, accepted(store))
        with store.read(TEAM) as view:
            everything = list(view.chain())
            assert list(view.records_after(0, limit=9)) == everything
            assert list(view.records_after(1, limit=1)) == everything[1:2]
            assert list(view.records_after(3, limit=9)) == []

    def test_what_tools_are_told_is_claimed_apart(self, store: Store) -> None:
        enqueue(store, TOLD, card())
        slack = store.outbox.claim(now=NOW, lease=LEASE, limit=9)
        assert [errand.intent for errand in slack] == [card()]
        tools = store.outbox.claim(now=NOW, lease=LEASE, limit=9, pool=Pool.WEBHOOKS)
        assert [errand.intent for errand in tools] == [TOLD]
        assert tools[0].attempts == 0


def test_two_workers_promise_each_row_once_to_each(sql_store: SqlStore) -> None:
    store, clock = sql_store, StoppedClock(NOW)
    with store.write(TEAM) as unit:
        unit.found(a_workspace())
    keep(store, HOOK, replace(HOOK, id="wh_2"))
    for number in range(30):
        record(store, an_offer(a_lead(f"ld_{number}"), handoff_id=f"ho_{number}"))
    both = Barrier(4)

    def announce(_: int) -> int:
        both.wait(10)
        return webhooks.announce(Desk(store, clock, Names(), lambda: None))

    with ThreadPoolExecutor(4) as workers:
        made = list(workers.map(announce, range(4)))
    assert sum(made) == 60
    claimed: list[str] = []
    while errands := store.outbox.claim(
        now=NOW, lease=timedelta(minutes=1), limit=9, pool=Pool.WEBHOOKS
    ):
        claimed += [errand.intent.subject for errand in errands]
    assert len(claimed) == len(set(claimed)) == 60
