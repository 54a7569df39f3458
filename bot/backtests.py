"""`baton definition backtest`: what a definition would have done with the leads of the past."""

from __future__ import annotations

import json

import click

from bot.clearly import clearly
from bot.definitions import DEFINITION, day_begins, named
from bot.settings import read_settings


@click.command()
@click.argument("draft", metavar=DEFINITION)
@click.option("--since", metavar="DATE", help="Look at handoffs and leads since then only.")
@click.option("--against", metavar=DEFINITION, default="active", help="What to compare it with.")
@click.option("--capacity", type=int, metavar="N", help="How many MQLs sales can take in a week.")
@click.option("--json", "prints_json", is_flag=True, help="Print JSON.")
@clearly
def backtest(
    draft: str, since: str | None, against: str, capacity: int | None, prints_json: bool
) -> None:
    """Say what a definition would have done with the leads of the past.

    Each lead is scored as it was known at the time. Without --capacity, sales can take what it
    decided in its best week so far. Nothing is changed.
    """
    from bot import trials
    from bot.wiring import borrowed_desk, borrowed_reckoner, only_workspace
    from core.services.backtest import Draft, try_out

    settings = read_settings()
    with borrowed_desk(settings) as desk, borrowed_reckoner(settings) as reckoner:
        workspace = only_workspace(desk)
        new, old = (named(name, desk, workspace.id) for name in (draft, against))
        result = try_out(
            desk,
            workspace.id,
            Draft(new.label, new.text),
            against=Draft(old.label, old.text),
            since=day_begins(since, workspace.policy.zone) if since else None,
            capacity=capacity,
            reckoner=reckoner,
        )
    if prints_json:
        click.echo(json.dumps(trials.as_json(result), ensure_ascii=False, indent=2))
    else:
        trials.show(result, workspace.policy.zone)
