"""The Home: what one person finds behind Baton's own tab in Slack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from slack_sdk.models.blocks import Block, ButtonElement, DividerBlock
from slack_sdk.models.views import View

from core.domain.handoff import Case, Outcome
from core.ports import Load
from core.services.home import TO_DO, Home, Section, Shelf
from core.services.reporting import outline
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import actions, button, context, header, told
from handlers.slack.views.notices import sorry
from handlers.slack.views.overdue import owed
from handlers.slack.views.steps import details_button, on_card
from handlers.slack.views.story import awaited, contact, decided, why
from handlers.slack.views.text import escape, lines, when

_WHY = 300  # characters
_PEOPLE = 30


def home(of: Home, say: Say, *, now: datetime) -> View:
    """Somebody's Home, as it stands at `now`."""
    shown: list[Block] = []
    if of.week is not None:
        shown.append(told(say("home-week", **_counted(of.week))))
    for shelf in of.shelves:
        if shelf.section is Section.RETURNED:
            shown += _marketing(of, say)
        shown += _shelf(shelf, of, say, now=now)
        if shelf.section is Section.LATE and of.loads is not None:
            shown += _loads(of.loads, say)
    if of.shelves[-1].section is not Section.RETURNED:
        shown += _marketing(of, say)
    painted = context(say("home-painted", when=when(now, zone=of.policy.zone, say=say)))
    return View(type="home", blocks=[*shown, painted])


def closed(say: Say, code: str) -> View:
    """What somebody sees who may not read of leads; `code` says why."""
    return View(type="home", blocks=sorry(say, code, None).blocks)


def _marketing(of: Home, say: Say) -> list[Block]:
    return [] if of.fate is None else [told(say("home-fate", **_counted(of.fate)))]


def _counted(outcomes: Mapping[Outcome, int]) -> dict[str, int]:
    return {
        "accepted": outcomes[Outcome.ACCEPTED],
        "rejected": outcomes[Outcome.REJECTED],
    }


def _shelf(shelf: Shelf, of: Home, say: Say, *, now: datetime) -> Iterator[Block]:
    yield header(say(f"home-{shelf.section.value}", count=shelf.total))
    if not shelf.cases:
        yield told(say(f"home-{shelf.section.value}-empty"))
    for case in shelf.cases:
        yield from _row(shelf.section, case, of, say, now=now)
    turns = list(_turns(shelf, of.shelves, say))
    if turns:
        yield actions(f"turn-{shelf.section.value}", turns)
        yield context(say("home-page", page=shelf.number, last=shelf.last))
    yield DividerBlock()


def _row(section: Section, case: Case, of: Home, say: Say, *, now: datetime) -> Iterator[Block]:
    """A lead; what waits for this person and what they follow has the buttons of a card."""
    who = say("heading", text=escape(names.who(case.lead, say)))
    story = outline(case, of.records.get(case.lead.id, ()))
    texts = [who, *_LINES[section](case, say, now)]
    if section not in TO_DO:
        yield told(lines(texts, say), button=details_button(story, say))
        return
    yield told(lines(texts, say))
    buttons = on_card(story, say, now=now, person=of.person)
    yield actions(f"{section.value}-{case.handoff.id}", buttons)


def _waiting(case: Case, say: Say, now: datetime) -> Iterator[str]:
    explanation = case.handoff.explanation
    yield say(
        "home-offered",
        temperature=names.temperature(explanation.temperature, say),
        why=escape(why(explanation, say), _WHY),
    )
    yield awaited(case.handoff, case.policy, say, now=now)


def _followed(case: Case, say: Say, now: datetime) -> Iterator[str]:
    yield _standing(case, say)
    yield from contact(outline(case), say, now=now)


def _standing(case: Case, say: Say) -> str:
    since = when(case.lead.entered_stage_at, zone=case.policy.zone, say=say)
    return say("status-since", stage=names.stage(case.lead.stage, say), when=since)


def _returned(case: Case, say: Say, _: datetime) -> Iterator[str]:
    yield _standing(case, say)
    if case.handoff.decision:
        yield decided(case.handoff.decision, case.policy, say)


_LINES: Mapping[Section, Callable[[Case, Say, datetime], Iterator[str]]] = {
    Section.OPEN: _waiting,
    Section.MINE: _followed,
    Section.LATE: owed,
    Section.RETURNED: _returned,
}


def _loads(loads: Mapping[str, Load], say: Say) -> Iterator[Block]:
    """Who has how much to do, those with the most that is late first."""
    if not loads:
        return
    busiest = sorted(loads.items(), key=lambda each: (-each[1].late, -each[1].leads, each[0]))
    told_of = [
        say("home-load", who=names.actor(id, say), leads=load.leads, late=load.late)
        for id, load in busiest[:_PEOPLE]
    ]
    yield header(say("home-loads"))
    yield told(lines(told_of, say, of=len(busiest)))
    yield DividerBlock()


def _turns(shelf: Shelf, all_shelves: tuple[Shelf, ...], say: Say) -> Iterator[ButtonElement]:
    """Back and next; each carries the pages of all shelves, so that turning one leaves the rest."""
    for label, step in (("button-back", -1), ("button-next", 1)):
        if 1 <= shelf.number + step <= shelf.last:
            pages = {each.section: each.number for each in all_shelves}
            pages[shelf.section] += step
            value = " ".join(f"{section.value}:{page}" for section, page in pages.items())
            yield button(say(label), ids.turn(shelf.section.value, step), value)
