"""`baton webhook`: which marketing tools are told what becomes of leads."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from bot.clearly import clearly
from bot.settings import read_settings
from core.domain.announcement import EventType

if TYPE_CHECKING:
    from core.desk import Desk
    from core.domain.webhook import Webhook


@click.group()
def webhook() -> None:
    """Tell marketing tools what becomes of leads, signed as the Standard Webhooks are.

    Events are posted by the worker, in the order in which they happened to a lead, and again
    until they are taken. docs/nurturing.md says how a tool verifies them and what they hold.
    """


@webhook.command()
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([event.value for event in EventType]),
    help="Only these; may be given several times. All of them unless said.",
)
@clearly
def add(url: str, events: tuple[str, ...]) -> None:
    """Tell URL from now on. Prints its secret: this once, and never again."""
    from core.services import webhooks

    desk, workspace = _here()
    added = webhooks.add(desk, workspace, url, map(EventType, events))
    click.echo(f"{added.id} is told from now on. Try it: baton webhook test {added.id}")
    _show_secret(added)


@webhook.command(name="list")
@clearly
def show() -> None:
    """List who is told what, and who is not well."""
    from core.services import webhooks

    desk, workspace = _here()
    known = webhooks.listed(desk, workspace)
    for one in known:
        for line in _lines(one, desk.now()):
            click.echo(line)
    if not known:
        click.echo("Nobody is told yet: baton webhook add https://…")


@webhook.command()
@click.argument("id")
@clearly
def remove(id: str) -> None:
    """Tell it nothing any more, and forget its secret."""
    from core.services import webhooks

    desk, workspace = _here()
    webhooks.remove(desk, workspace, id)
    click.echo(f"{id} is told nothing any more.")


@webhook.command()
@click.argument("id")
@clearly
def enable(id: str) -> None:
    """Tell it again, from now on, where it had answered 410 Gone or rests after failures.

    What was set aside before is tried again by `baton outbox --retry`.
    """
    from core.services import webhooks

    desk, workspace = _here()
    webhooks.enable(desk, workspace, id)
    click.echo(f"{id} is told again.")


@webhook.command()
@click.argument("id")
@clearly
def rotate(id: str) -> None:
    """Give it a new secret; for a day the old one signs beside it. Prints the new one once."""
    from core.services import webhooks

    desk, workspace = _here()
    _show_secret(webhooks.rotate(desk, workspace, id))
    click.echo("For a day events bear both signatures: put the new secret in until then.", err=True)


@webhook.command()
@click.argument("id")
@clearly
def test(id: str) -> None:
    """Post a `webhook.test` event at once, and say what it answers. Exits with 1 unless 2xx."""
    from core.services import webhooks
    from handlers.webhooks.body import signed, trial, written
    from handlers.webhooks.post import Answered, Unanswered, post

    desk, workspace = _here()
    known, now = webhooks.found(desk, workspace, id), desk.now()
    body = written(trial(workspace=workspace, at=now))
    headers = signed(body, id=desk.new_id("evt"), at=now, secrets=known.secrets(now))
    match post(known.url, headers, body, now=now):
        case Answered(status):
            click.echo(f"It answered {status}.")
            sys.exit(0 if 200 <= status < 300 else 1)
        case Unanswered(problem):
            click.echo(f"It did not answer: {problem}.")
            sys.exit(1)


def _here() -> tuple[Desk, str]:
    from bot.wiring import make_desk, only_workspace

    desk = make_desk(read_settings())
    return desk, only_workspace(desk).id


def _show_secret(of: Webhook) -> None:
    """The secret alone on a line, so that it can be taken from there by a program."""
    click.echo("Its secret, shown this once:", err=True)
    click.echo(of.secret)


def _lines(of: Webhook, now: datetime) -> Iterator[str]:
    events = ", ".join(sorted(of.events)) or "all events"
    yield f"{of.id}  {of.url}  {events}"
    if of.ended:
        yield f"    ended: {of.ended}; `baton webhook enable {of.id}` tells it again"
    elif of.rests_until and now < of.rests_until:
        until = f"{of.rests_until:%Y-%m-%d %H:%M:%S} UTC"
        yield f"    failed {of.failures} times in a row, left alone until {until}"
    if len(of.secrets(now)) > 1 and of.old_until:
        yield f"    the old secret signs until {of.old_until:%Y-%m-%d %H:%M} UTC"
