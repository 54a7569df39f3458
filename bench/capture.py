"""The price of a lead: `POST /v1/leads` until its 201, when it is committed, against its floors."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence

from bench.databases import Database
from bench.figures import block, figures, heading
from bench.floors import a_capture, bare_route
from bench.load import Load, Volley, hammered, request
from bench.plan import Plan
from bench.product import API_KEY, baton_server, opened, stood
from bench.served import bare_server, served
from core.domain.stages import Stage

TITLE = "capture: a new lead with three signals that qualifies, until 201, committed"
AT_ONCE = (1, 16)
ROUTE = "a FastAPI route that reads JSON"
WRITES = "the same rows in raw SQL"


def run(load: Load, databases: Sequence[Database], plan: Plan) -> None:
    """Measure and print, one database after the other."""
    print(heading(TITLE))
    with served(bare_server, bare_route) as route:
        for database in databases:
            _measure(load, route, database, plan)


def _measure(load: Load, route: int, database: Database, plan: Plan) -> None:
    desk = opened(database.url)
    numbers = itertools.count()
    with served(baton_server, database.url) as baton:
        _volley(load, baton, itertools.islice(numbers, plan.warm_up), at_once=4)
        _volley(load, route, range(plan.warm_up), at_once=4)
        for at_once in AT_ONCE:
            ours, answers, writes = [], [], []
            for _ in range(plan.rounds):
                chosen = list(itertools.islice(numbers, plan.size))
                ours.append(_volley(load, baton, chosen, at_once=at_once))
                answers.append(_volley(load, route, chosen, at_once=at_once))
                writes.append(_captures(database, chosen, at_once=at_once))
            floors = ((ROUTE, figures(answers)), (WRITES, figures(writes)))
            print(block(database.name, at_once, figures(ours), floors), flush=True)
    told, offered = next(numbers), stood(desk, Stage.MQL)
    if offered != told:
        raise RuntimeError(f"{told} leads were told of, but {offered} were offered")
    print(f"{database.name}: {offered} leads, each of them offered to sales")


def _volley(
    load: Load, port: int, numbers: Iterator[int] | Sequence[int], *, at_once: int
) -> Volley:
    return load.fire(port, [_lead(number) for number in numbers], at_once=at_once, expected=201)


def _captures(database: Database, numbers: Sequence[int], *, at_once: int) -> Volley:
    with database.raw.writers(at_once) as writers:
        works = [lambda n, write=write: write(a_capture(numbers[n])) for write in writers]
        return hammered(works, len(numbers))


def _lead(number: int) -> bytes:
    said = {
        "email": f"p{number}@acme.example",
        "name": "Jane Doe",
        "company": "Acme",
        "title": "CTO",
        "country": "JP",
        "source": "web",
        "campaign": "autumn",
        "attributes": {"employees": 250},
        "signals": [
            {"id": f"si_{number}_{n}", "kind": "page", "path": "/pricing", "title": "Pricing"}
            for n in range(3)
        ],
    }
    return request(
        "/v1/leads",
        json.dumps(said).encode(),
        Content_Type="application/json",
        Authorization=f"Bearer {API_KEY}",
    )
