"""`baton digest`: what was told of a period, and whether the log still says so."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from bot.clearly import clearly
from bot.definitions import here
from core.errors import NotFound

if TYPE_CHECKING:
    from core.desk import Desk
    from core.domain.localtime import Window
    from core.domain.measures import Measures
    from core.domain.periods import Cadence
    from core.domain.policy import Policy
    from core.domain.schedule import Schedule
    from core.ports import KeptDigest, View

_PAGE = 30


@click.command()
@click.option("--week", metavar="2026-W46", help="The week of that number, or `last`, or `this`.")
@click.option("--month", metavar="2026-10", help="That month, or `last`, or `this`.")
@click.option("--day", metavar="2026-11-20", help="That day, or `last` for yesterday, or `this`.")
@click.option("--id", "id_", metavar="ID", help="The digest with this id.")
@click.option("--schedule", metavar="NAME", help="Of this schedule only.")
@click.option("--json", "as_json", is_flag=True, help="Every figure as JSON.")
@click.option("--recompute", is_flag=True, help="Count it again from the log; 1 where it differs.")
@click.option("--list", "lists", is_flag=True, help="Which digests went out, the newest first.")
@clearly
def digest(
    week: str | None,
    month: str | None,
    day: str | None,
    id_: str | None,
    schedule: str | None,
    as_json: bool,
    recompute: bool,
    lists: bool,
) -> None:
    """Print a digest: the last one that went out, or that of a period.

    Of a period of which none went out the figures are counted now. With --recompute the digest is
    counted again from the log as of the moment it was told, and what has changed since is named
    with its handoffs; exits with 1 where the log does not say what the digest said.
    """
    desk, workspace = here()
    if lists:
        _say(_listed(desk, workspace, schedule))
        return
    kept, cadence, window = _meant(desk, workspace, _name(week, month, day), id_, schedule)
    if recompute:
        _recompute(desk, workspace, kept, as_json=as_json)
    elif as_json:
        click.echo(json.dumps(_tree(desk, workspace, kept, cadence, window), indent=2))
    else:
        _say(_told(desk, workspace, kept, cadence, window))


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def _name(week: str | None, month: str | None, day: str | None) -> str | None:
    said = [(kind, value) for kind, value in (("week", week), ("month", month), ("day", day))]
    given = [(kind, value) for kind, value in said if value is not None]
    if len(given) > 1:
        raise click.UsageError("give one of --week, --month and --day")
    if not given:
        return None
    kind, value = given[0]
    days = {"this": "today", "last": "yesterday"}
    weeks = {"this": kind, "last": f"last {kind}"}
    return (days if kind == "day" else weeks).get(value, value)


def _meant(
    desk: Desk, workspace: str, name: str | None, id: str | None, schedule: str | None
) -> tuple[KeptDigest | None, Cadence, Window]:
    from core.domain.periods import period_asked
    from core.services.digests import found, schedule_of

    with desk.read(workspace) as view:
        policy = view.workspace().policy
        if name is None:
            kept = view.digest(id) if id else _latest(view, schedule)
            if kept is not None:
                return kept, schedule_of(kept, kept.policy or policy).cadence, kept.window
            if id or schedule:
                raise NotFound("no such digest has gone out; `--list` shows those that have")
        cadence, window = period_asked(
            name or "last week", at=desk.now(), zone=policy.zone, starts_on=policy.week_starts_on
        )
        return found(view, schedule, cadence, window), cadence, window


def _latest(view: View, schedule: str | None) -> KeptDigest | None:
    return next(iter(view.digests(schedule=schedule, offset=0, limit=1)), None)


def _schedule(desk: Desk, workspace: str, kept: KeptDigest) -> Schedule:
    from core.services.digests import schedule_of

    with desk.read(workspace) as view:
        return schedule_of(kept, kept.policy or view.workspace().policy)


def _figures(
    desk: Desk, workspace: str, kept: KeptDigest | None, cadence: Cadence, window: Window
) -> Measures:
    from core.services.digests import counted_now
    from core.services.reporting import measures_of

    if kept is None:
        with desk.read(workspace) as view:
            return counted_now(view, cadence, window, at=desk.now())
    measures = measures_of(kept)
    if measures is None:
        raise NotFound(f"{kept.id} is from before all figures were kept; --json prints what it has")
    return measures


# Listed


def _listed(desk: Desk, workspace: str, schedule: str | None) -> Iterator[str]:
    from core.services.digests import schedule_of

    with desk.read(workspace) as view:
        policy = view.workspace().policy
        total = view.count_digests(schedule=schedule)
        told = view.digests(schedule=schedule, offset=0, limit=_PAGE)
    for kept in told:
        rules = kept.policy or policy
        how = schedule_of(kept, rules)
        name = _named(desk, workspace, kept, how.cadence, kept.window)
        posted = "posted" if kept.said else "waits"
        yield f"{kept.id}  {name:<10}  {how.id:<12}  {_at(kept, policy):<16}  {posted}"
    if not told:
        yield "No digest has gone out yet."
    elif total > len(told):
        yield f"… and {total - len(told)} older ones"


def _at(kept: KeptDigest, policy: Policy) -> str:
    return kept.as_of.astimezone(policy.zone).strftime("%Y-%m-%d %H:%M")


def _named(
    desk: Desk, workspace: str, kept: KeptDigest | None, cadence: Cadence, window: Window
) -> str:
    from core.domain.periods import name_of

    with desk.read(workspace) as view:
        policy = view.workspace().policy
    rules = kept.policy if kept and kept.policy else policy
    zone = rules.zone_of_digest(_schedule(desk, workspace, kept)) if kept else rules.zone
    return name_of(window, cadence, zone, starts_on=rules.week_starts_on)


# Told


def _tree(
    desk: Desk, workspace: str, kept: KeptDigest | None, cadence: Cadence, window: Window
) -> dict[str, object]:
    from core.domain.measures import to_json

    numbers = kept.numbers if kept else to_json(_figures(desk, workspace, kept, cadence, window))
    return {
        "id": kept.id if kept else None,
        "schedule": kept.schedule if kept else None,
        "cadence": cadence.value,
        "from": window.start.isoformat(),
        "until": window.end.isoformat(),
        "as_of": (kept.as_of if kept else desk.now()).isoformat(),
        "log_end": kept.log_end if kept else None,
        "numbers": json.loads(numbers),
        "message": json.loads(kept.said) if kept and kept.said else None,
    }


def _told(
    desk: Desk, workspace: str, kept: KeptDigest | None, cadence: Cadence, window: Window
) -> Iterator[str]:
    from bot.figures import figure_lines

    with desk.read(workspace) as view:
        zone = view.workspace().policy.zone
    measures = _figures(desk, workspace, kept, cadence, window)
    name = _named(desk, workspace, kept, cadence, window)
    whence = f"{kept.id}, schedule {kept.schedule}" if kept else "counted now, not kept"
    yield f"{name}  ({whence})"
    yield from figure_lines(measures, zone)


# Counted again


def _recompute(desk: Desk, workspace: str, kept: KeptDigest | None, *, as_json: bool) -> None:
    from bot.figures import recount_lines, recount_tree
    from core.services.recounting import recount

    if kept is None:
        raise NotFound("no digest of this period has gone out: there is nothing to compare with")
    found = recount(desk, workspace, kept)
    if found is None:
        raise NotFound(f"{kept.id} is from before all figures were kept")
    if as_json:
        click.echo(json.dumps(recount_tree(found), indent=2))
    else:
        _say(recount_lines(found))
    sys.exit(1 if found.differences or found.lost else 0)
