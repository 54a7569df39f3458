"""The price of events: `POST /v1/batch` until its 200, against bare inserts of the same rows."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator, Sequence

from bench.databases import Database
from bench.figures import Figures, block, figures, heading
from bench.floors import events
from bench.load import Load, Volley, hammered, request
from bench.plan import Plan
from bench.product import TEAM, WRITE_KEY, baton_server, opened
from bench.served import served
from core.ports import LeadQuery

PEOPLE, PAGES = 10, 10  # of one batch
TITLES = {
    True: f"track: a batch of {PEOPLE} people who see {PAGES} pages each, until 200, committed",
    False: f"track: the same of {PEOPLE} visitors who have not said who they are",
}
AT_ONCE = (1, 4)
WRITES = "the same rows in raw SQL"
_PART = 10  # a batch is a hundred events: so much fewer of them are measured


def run(load: Load, databases: Sequence[Database], plan: Plan) -> None:
    """Measure and print, one database after the other."""
    for database in databases:
        desk = opened(database.url)
        numbers = itertools.count()
        with served(baton_server, database.url) as baton:
            for known, title in TITLES.items():
                print(heading(title))
                _measure(load, baton, database, plan, numbers, known=known)
        told = next(numbers) * PEOPLE
        with desk.read(TEAM) as view:
            leads = view.count_leads(LeadQuery())
            pages = sum(len(view.signals(id)) for id in view.stages())
            pages += len(view.strays([f"b{number}" for number in range(told)]))
        if pages != told * PAGES:
            raise RuntimeError(f"{told * PAGES} pages were told of, but {pages} were kept")
        print(f"{database.name}: {pages} pages, {leads} leads, nothing lost and nothing doubled")


def _measure(
    load: Load,
    baton: int,
    database: Database,
    plan: Plan,
    numbers: Iterator[int],
    *,
    known: bool,
) -> None:
    size = max(plan.size // _PART, 2)
    _volley(load, baton, list(itertools.islice(numbers, 4)), at_once=2, known=known)
    for at_once in AT_ONCE:
        ours, writes = [], []
        for _ in range(plan.rounds):
            chosen = list(itertools.islice(numbers, size))
            ours.append(_volley(load, baton, chosen, at_once=at_once, known=known))
            writes.append(_inserts(database, chosen, at_once=at_once))
        measured = figures(ours)
        print(block(database.name, at_once, measured, [(WRITES, figures(writes))]), flush=True)
        print(f"{_events(measured):,.0f} events a second", flush=True)


def _events(measured: Figures) -> float:
    return measured.a_second * PEOPLE * PAGES


def _volley(load: Load, port: int, numbers: Sequence[int], *, at_once: int, known: bool) -> Volley:
    batches = [_batch(number, known=known) for number in numbers]
    return load.fire(port, batches, at_once=at_once, expected=200)


def _inserts(database: Database, numbers: Sequence[int], *, at_once: int) -> Volley:
    with database.raw.writers(at_once) as writers:
        works = [
            lambda n, write=write: write(events(numbers[n], people=PEOPLE, pages=PAGES))
            for write in writers
        ]
        return hammered(works, len(numbers))


def _batch(number: int, *, known: bool) -> bytes:
    people = range(number * PEOPLE, (number + 1) * PEOPLE)
    said = {
        "sentAt": "2025-11-03T09:00:00Z",
        "batch": [_page(who, page, known=known) for who in people for page in range(PAGES)],
    }
    return request(
        "/v1/batch",
        json.dumps(said).encode(),
        Content_Type="application/json",
        Authorization=f"Basic {base64.b64encode(f'{WRITE_KEY}:'.encode()).decode()}",
    )


def _page(who: int, page: int, *, known: bool) -> dict[str, object]:
    return {
        "type": "page",
        "messageId": f"e{who}-{page}",
        "anonymousId": f"b{who}",
        "timestamp": f"2025-11-03T08:{page:02}:00Z",
        "properties": {"path": f"/docs/{page}", "title": "Docs"},
        **({"userId": f"u{who}"} if known else {}),
    }
