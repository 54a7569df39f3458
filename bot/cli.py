"""The command line: everything that a person starts, asks or checks from a terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from bot import agreements, logs
from bot.backtests import backtest
from bot.clearly import clearly
from bot.definitions import definition
from bot.digests import digest
from bot.imports import leads, signals
from bot.manifest import link, manifest
from bot.policies import settings
from bot.settings import Settings, SlackSettings, read_settings
from bot.webhooks import webhook
from core.errors import NotFound


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="baton")
def main() -> None:
    """Baton passes leads from marketing to sales inside Slack.

    New here? `baton demo` shows it at work on this machine, without an account. `baton manifest`
    creates the Slack app for your own workspace; then set SLACK_BOT_TOKEN, SLACK_APP_TOKEN and
    BATON_SALES_CHANNEL, and `baton run`.
    """


@main.command()
@clearly
def run() -> None:
    """Run everything in one process: web and worker.

    The simplest way to run Baton. Creates or upgrades its database first. With SLACK_APP_TOKEN
    it connects to Slack by itself (Socket Mode) and needs no public address.
    """
    _start(web=True, work=True, migrates=True)


@main.command()
@clearly
def serve() -> None:
    """Run the web process only: Slack's requests and the HTTP API.

    Run as many as you like on one PostgreSQL, beside at least one `baton work`. Refuses to start
    on a database that `baton migrate` has not brought up to date.
    """
    _start(web=True, work=False)


@main.command()
@clearly
def work() -> None:
    """Run the worker only: posts to Slack and watches the clock.

    Run as many as you like on one PostgreSQL; each promise is kept by one of them.
    """
    _start(web=False, work=True)


@main.command()
@clearly
def migrate() -> None:
    """Create the database's tables, or bring them up to date. Safe to repeat."""
    from storage.schema import migrate as bring_up_to_date

    bring_up_to_date(read_settings().database_url)
    click.echo("The database is up to date.")


@main.command()
@click.option("--check", is_flag=True, help="Play the whole journey without a person, then exit.")
@click.option("--port", default=0, help="Port of the local Slack's web page (0: any free one).")
@click.option("--locale", type=click.Choice(["en", "ja"]), default="en", show_default=True)
@click.option("--socket", is_flag=True, help="Speak Socket Mode instead of HTTP.")
@click.option("--local-slack", envvar="LOCAL_SLACK_BIN", help="The local Slack's binary.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Leave the database in this folder at the end.",
)
@clearly
def demo(
    check: bool,
    port: int,
    locale: str,
    socket: bool,
    local_slack: str | None,
    keep: Path | None,
) -> None:
    """Show Baton at work in a Slack on this machine: no account, no token.

    Opens a company with three reps, two marketers and a manager in your browser; leads arrive
    while you watch. Everything is thrown away at the end (Ctrl-C), unless you --keep it: then
    `baton definition` and other commands can look at it with DATABASE_URL.
    """
    from bot import demo as show
    from bot import rehearsal

    logs.start_logging("WARNING")
    if check:
        sys.exit(rehearsal.check(locale=locale, program=local_slack, socket=socket))
    show.play(locale=locale, port=port, program=local_slack, socket=socket, keep=keep)


@main.command(name="manifest")
@click.option("--url", help="Your server's public address (default: BATON_PUBLIC_URL).")
@click.option("--socket", is_flag=True, help="For Socket Mode: no public address needed.")
@clearly
def show_manifest(url: str | None, socket: bool) -> None:
    """Print the Slack app's manifest, and the link that creates the app with it."""
    url = url or read_settings().public_url
    if not socket and not url:
        raise click.UsageError("give --url https://your.server, or --socket")
    content = manifest(url=(url or "").rstrip("/"), socket=socket)
    click.echo(json.dumps(content, indent=2))
    click.echo(f"\nCreate the app with it:\n{link(content)}", err=True)


@main.command()
@clearly
def doctor() -> None:
    """Check settings, database, Slack and the outbox; say what to do about each fault."""
    from bot import doctor as surgery

    healthy = True
    for finding in surgery.examine():
        healthy = healthy and finding.ok
        click.echo(f"{'ok  ' if finding.ok else 'FAIL'} {finding.name}: {finding.said}")
    sys.exit(0 if healthy else 1)


@main.command()
@click.option("--retry", metavar="ID|all", help="Try one that is set aside again, or all of them.")
@click.option("--drop", type=int, metavar="ID", help="Forget one that is set aside, for good.")
@clearly
def outbox(retry: str | None, drop: int | None) -> None:
    """List the messages that wait, and those that are set aside: parked or dead.

    A parked one waits for you to mend something in Slack, a dead one was tried for most of a
    day. Then try them again: the message is made anew, from how things stand by then.
    """
    from bot import terminal
    from bot.wiring import make_desk
    from core.services import delivery

    desk = make_desk(read_settings())
    if retry is not None:
        count = delivery.retry(desk, None if retry == "all" else _number(retry))
        click.echo(f"{count} will be tried again.")
    elif drop is not None:
        if not desk.store.outbox.drop(drop):
            raise NotFound(f"nothing that is set aside has the id {drop}")
        click.echo("Forgotten.")
    else:
        for line in terminal.outbox_lines(desk):
            click.echo(line)


main.add_command(definition)
for _command in (agreements.propose, agreements.history, agreements.withdraw, backtest):
    definition.add_command(_command)
main.add_command(digest)
main.add_command(leads)
main.add_command(settings)
main.add_command(signals)
main.add_command(webhook)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise click.UsageError("--retry takes an id from the list, or `all`")
    return int(text)


@main.command(name="log")
@click.argument("lead")
@clearly
def show_log(lead: str) -> None:
    """Print one lead's story. LEAD is an e-mail, an id, or part of a name or company."""
    from bot import terminal
    from bot.wiring import make_desk, only_workspace

    desk = make_desk(read_settings())
    for line in terminal.story_lines(desk, only_workspace(desk).id, lead):
        click.echo(line)


@main.command()
@clearly
def verify() -> None:
    """Check all logs: their chains of hashes, and that they lead to where things stand now.

    The stage log has to lead to where every lead stands, the definition log to the state, rules
    and signatures of every version, and the settings log to how the settings stand.

    Exits with 1 and names each row that does not hold.
    """
    from bot.wiring import make_desk
    from core.services import reporting

    desk = make_desk(read_settings())
    faults = [
        (workspace.id, fault)
        for workspace in desk.store.workspaces()
        for fault in reporting.verify(desk, workspace.id)
    ]
    for workspace, fault in faults:
        click.echo(f"{workspace} row {fault.seq}: {fault.problem}", err=True)
    click.echo(f"{len(faults)} faults." if faults else "The logs hold.")
    sys.exit(1 if faults else 0)


def _start(*, web: bool, work: bool, migrates: bool = False) -> None:
    from bot import serving
    from bot.wiring import introduce, put_together
    from storage.schema import migrate as bring_up_to_date

    settings: Settings = read_settings(SlackSettings)
    logs.start_logging(settings.log_level, secrets=settings.secrets())
    if migrates:
        bring_up_to_date(settings.database_url)
    baton = put_together(settings)
    introduce(baton)
    serving.run(baton, web=web, work=work)
