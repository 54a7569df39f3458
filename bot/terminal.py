"""What a terminal shows, in plain lines: a lead's story, and what waits in the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from core.desk import Desk
from core.domain.lead import Lead
from core.domain.log import Record
from core.errors import NotFound
from core.ports import Waiting
from core.services import reporting

_MOST = 50


def story_lines(desk: Desk, workspace: str, text: str) -> Iterator[str]:
    """The log of the lead that `text` means. Raises NotFound where it means nobody, or several."""
    story = reporting.story(desk, workspace, the_lead(desk, workspace, text).id)
    if story is None:
        raise NotFound(f"no lead like {text!r}")
    owner = f", owner {story.lead.owner}" if story.lead.owner else ""
    yield f"{story.lead.display_name} ({story.lead.id}): {story.lead.stage}{owner}"
    for record in story.records:
        yield _line(record)


def the_lead(desk: Desk, workspace: str, text: str) -> Lead:
    """The one lead that `text` means. Raises NotFound where it means nobody, or several."""
    match reporting.find(desk, workspace, text):
        case []:
            raise NotFound(f"no lead like {text!r}")
        case [lead]:
            return lead
        case several:
            names = ", ".join(f"{lead.display_name} ({lead.id})" for lead in several)
            raise NotFound(f"several leads are like {text!r}: {names}")


def outbox_lines(desk: Desk) -> Iterator[str]:
    """What is set aside, then the oldest of what waits; ids only."""
    outbox = desk.store.outbox
    for workspace, problem in outbox.shut_workspaces().items():
        yield f"{workspace} is shut: {problem}"
    rows = outbox.waiting(limit=_MOST + 1)
    for row in rows[:_MOST]:
        yield _waiting(row, desk.now() - row.enqueued_at)
    if len(rows) > _MOST:
        yield "  … and more"
    if not rows:
        yield "Nothing waits."


def _waiting(row: Waiting, age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    about = f"{row.kind} {row.subject}"
    tries = f"{row.attempts} tries"
    parts = (f"{row.id:>6}", f"{row.state:<8}", about, f"{minutes} min", tries, row.problem or "")
    return "  ".join(part for part in parts if part)


def _line(record: Record) -> str:
    entry = record.entry
    move = f"{entry.from_stage or '-'} → {entry.to_stage}"
    said = "; ".join(text for text in (entry.reason, entry.comment) if text)
    parts = (
        f"{entry.occurred_at:%Y-%m-%d %H:%M:%SZ}",
        f"{move:<24}",
        f"{entry.verb:<9}",
        f"by {entry.actor} ({entry.door})",
        f"[{entry.definition}]" if entry.definition else "",
        said,
    )
    return "  " + "  ".join(part for part in parts if part)
