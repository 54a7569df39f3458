"""Announce to marketing tools what becomes of leads: who is told what, from the log."""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from core.desk import Desk
from core.domain.announcement import Announcement, EventType, event_of
from core.domain.course import Course, course
from core.domain.intents import Intent, IntentKind
from core.domain.lead import Lead
from core.domain.log import Record
from core.domain.reasons import reason_named
from core.domain.stages import Stage, Verb
from core.domain.waking import date_of
from core.domain.webhook import Webhook, checked_url
from core.errors import DefinitionInvalid, Invalid, NotFound
from core.ports import Unit, View
from core.services.intake import parsed

log = logging.getLogger(__name__)

MOST = 20
_BATCH = 200
_SECRET = 32  # bytes
_TOLD_OF = (EventType.RETURNED, EventType.OFFER_SENT, EventType.WAKE_SET)


# Setting up


def add(desk: Desk, workspace: str, url: str, events: Iterable[EventType] = ()) -> Webhook:
    """Tell this address from now on of these events, of all unless said. Raises Invalid."""
    checked, wanted, id = checked_url(url), frozenset(events), desk.new_id("wh")

    def added(unit: Unit, at: datetime) -> Webhook:
        known = unit.webhooks()
        if any(one.url == checked for one in known):
            raise Invalid("url", "is told already; see `baton webhook list`")
        if len(known) >= MOST:
            raise Invalid("url", f"is one too many: at most {MOST} can be told")
        told = unit.chain_end().seq
        webhook = Webhook(id, checked, wanted, new_secret(), created_at=at, told=told)
        unit.keep_webhook(webhook)
        return webhook

    return desk.change(workspace, added)


def new_secret() -> str:
    """A secret as the Standard Webhooks have them, that nobody had before."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET)).decode()}"


def listed(desk: Desk, workspace: str) -> Sequence[Webhook]:
    """Who is told, the oldest first."""
    with desk.read(workspace) as view:
        return view.webhooks()


def found(desk: Desk, workspace: str, id: str) -> Webhook:
    """One of them. Raises NotFound."""
    with desk.read(workspace) as view:
        return _known(view, id)


def rotate(desk: Desk, workspace: str, id: str) -> Webhook:
    """Give it a new secret; for a day both sign. Raises NotFound."""

    def rotated(unit: Unit, at: datetime) -> Webhook:
        webhook = _known(unit, id).rotated(new_secret(), at=at)
        unit.keep_webhook(webhook)
        return webhook

    return desk.change(workspace, rotated)


def remove(desk: Desk, workspace: str, id: str) -> None:
    """Tell it nothing any more; what was promised is forgotten. Raises NotFound."""
    desk.change(workspace, lambda unit, _: unit.drop_webhook(_known(unit, id).id))


def enable(desk: Desk, workspace: str, id: str) -> Webhook:
    """Tell it again, from now on, where it had ended or rests. Raises NotFound."""

    def enabled(unit: Unit, _: datetime) -> Webhook:
        known = _known(unit, id)
        told = unit.chain_end().seq if known.ended else known.told
        webhook = replace(known.has_worked(), ended=None, told=told)
        unit.keep_webhook(webhook)
        return webhook

    return desk.change(workspace, enabled)


def _known(view: View, id: str) -> Webhook:
    webhook = view.webhook(id)
    if webhook is None:
        raise NotFound(f"no webhook has the id {id}")
    return webhook


# Promising


def announce(desk: Desk) -> int:
    """Promise to tell what the log has had to say since; returns how many promises were made.

    The log itself is the queue: whatever is committed there is told, and a click costs nothing.
    """
    return sum(_announce(desk, workspace) for workspace in desk.store.workspaces_with_news())


def _announce(desk: Desk, workspace: str) -> int:
    made = 0
    while True:
        looked_at, promised = desk.change(workspace, _promised)
        made += promised
        if not looked_at:
            return made


def _promised(unit: Unit, at: datetime) -> tuple[int, int]:
    """How many rows of the log were looked at, and how many promises came of them."""
    looked_at = promised = 0
    for webhook in unit.webhooks():
        records = () if webhook.ended else unit.records_after(webhook.told, limit=_BATCH)
        if not records:
            continue
        intents = [_promise(webhook, one) for one in records if _concerns(webhook, one)]
        unit.enqueue(intents, at=at)
        unit.keep_webhook(replace(webhook, told=records[-1].seq))
        looked_at, promised = looked_at + len(records), promised + len(intents)
    return looked_at, promised


def _concerns(webhook: Webhook, record: Record) -> bool:
    """What happened before the tool was set up, such as a past brought in, is none of its news."""
    event, entry = event_of(record.entry), record.entry
    return event is not None and webhook.wants(event) and entry.occurred_at >= webhook.created_at


def _promise(webhook: Webhook, record: Record) -> Intent:
    """What happened to one lead is told in order; one lead never waits for another."""
    subject, lane = f"{webhook.id}:{record.seq}", f"{webhook.id}:{record.entry.lead_id}"
    return Intent(IntentKind.WEBHOOK, subject, lane)


# Telling


def promised_to(subject: str) -> tuple[str, int]:
    """Which webhook such a promise is for, and of which row of the log."""
    id, _, seq = subject.partition(":")
    return id, int(seq)


def announcement(view: View, seq: int) -> Announcement | None:
    """What row `seq` of the log tells, as things stood then."""
    record = next(iter(view.records_after(seq - 1, limit=1)), None)
    event = event_of(record.entry) if record and record.seq == seq else None
    if record is None or event is None:
        return None
    entry, lead = record.entry, view.lead(record.entry.lead_id)
    reasons = view.workspace().policy.reasons
    reason = None if entry.verb is Verb.SEND else reason_named(entry.reason or "", reasons)
    stands = lead if event in _TOLD_OF else None
    return Announcement(
        event,
        record,
        lead,
        reason,
        _course_after(view, record, stands) if stands else None,
        _wake_date(view, record, stands) if stands else None,
    )


def _course_after(view: View, record: Record, lead: Lead) -> Course | None:
    entry = record.entry
    before = [one.entry for one in view.records(lead.id) if one.seq <= record.seq]
    try:
        definition = parsed(view.definition().text)
    except DefinitionInvalid:
        return None
    reasons, signals = view.workspace().policy.reasons, view.signals(lead.id)
    return course(lead, before, signals, definition, at=entry.occurred_at, reasons=reasons)


def _wake_date(view: View, record: Record, lead: Lead) -> date | None:
    """The date as it stands, while the lead rests where this move brought it; else as it was."""
    entry = record.entry
    if lead.stage is Stage.NURTURING and lead.handoff_id == entry.handoff_id:
        return lead.wake_on
    handoff = view.handoff(entry.handoff_id) if entry.handoff_id else None
    decision = handoff.decision if handoff else None
    if decision and decision.at == entry.occurred_at:
        return decision.wake_on
    return date_of(entry)


def ended(desk: Desk, workspace: str, id: str, because: str) -> None:
    """The tool does not want to be told any more."""
    log.warning("webhook %s in %s has ended: %s", id, workspace, because)
    _mark(desk, workspace, id, lambda known, _: replace(known, ended=because))


def failed(desk: Desk, workspace: str, id: str, *, asked: timedelta | None) -> timedelta:
    """The address is not well: it is left alone for a while, which is returned."""
    marked = _mark(desk, workspace, id, lambda known, at: known.has_failed(at=at, asked=asked))
    until = marked.rests_until if marked else None
    return max(until - desk.now(), timedelta()) if until else timedelta()


def worked(desk: Desk, workspace: str, id: str) -> None:
    """The address is well again."""
    _mark(desk, workspace, id, lambda known, _: known.has_worked())


def _mark(
    desk: Desk, workspace: str, id: str, mark: Callable[[Webhook, datetime], Webhook]
) -> Webhook | None:
    """Keep what has been learned of a webhook, unless it was removed meanwhile."""

    def marked(unit: Unit, at: datetime) -> Webhook | None:
        known = unit.webhook(id)
        if known is None:
            return None
        webhook = mark(known, at)
        unit.keep_webhook(webhook)
        return webhook

    return desk.change(workspace, marked)
