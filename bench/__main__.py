"""Measure Baton against the least that the same work could cost, and print a table of each."""

from __future__ import annotations

import click

_WHAT = ("ack", "capture", "track", "import", "score", "backtest", "digest", "all")


@click.command()
@click.argument("what", type=click.Choice(_WHAT), default="all")
@click.option("--quick", is_flag=True, help="A few requests only: to see that it works.")
@click.option(
    "--database",
    type=click.Choice(["sqlite", "postgresql", "all"]),
    default="all",
    show_default=True,
)
@click.option("--leads", default=200_000, show_default=True, help="How many a backtest has.")
def main(what: str, quick: bool, database: str, leads: int) -> None:
    """Measure a click (ack), a new lead (capture), events (track), imports, scores, backtests,
    digests.

    Each stands beside its floors. A floor is the least that a part of the same work could cost,
    measured by turns with Baton in the same run. "x floors" compares p50 where
    requests come one at a time, else throughput. Everything stays on this machine.
    """
    # Imported here: the processes that are started import this module, and need less.
    from bench import ack, backtest, capture, digest, imports, score, track
    from bench.databases import NAMES, fresh
    from bench.digest import SIZES, SMALL
    from bench.history import Size
    from bench.load import loaded
    from bench.plan import FULL, QUICK

    names = NAMES if database == "all" else [database]
    amount = QUICK if quick else FULL
    served = {"ack": ack.run, "capture": capture.run, "track": track.run}
    benches = [run for name, run in served.items() if what in (name, "all")]
    if benches:
        with loaded() as load:
            for run in benches:
                with fresh(names) as databases:
                    run(load, databases, amount)
    if what in ("import", "all"):
        imports.run(names, amount)
    if what in ("score", "all"):
        score.run(quick=quick)
    if what in ("digest", "all"):
        digest.run(names, SMALL if quick else SIZES)
    if what in ("backtest", "all"):
        with fresh(names) as databases:
            backtest.run(databases, Size(min(leads, 5000) if quick else leads))


if __name__ == "__main__":
    main()
