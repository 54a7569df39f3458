"""The fault run, such as `python -m tests.faults --only A3,B --database sqlite --seed 7`."""

from __future__ import annotations

import argparse
import importlib
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path

from tests.faults.fault import Fault, Scenario, Tally
from tests.faults.stage import a_stage
from tests.faults.table import Row, rendered, write
from tests.postgres import Postgres, running

_SECTIONS = ("process", "slack_api", "tools", "ingress", "races", "clocks", "weeks", "machine")
_DATABASES = ("sqlite", "postgres")


def every_fault() -> list[Fault]:
    """All faults, section by section."""
    here = Path(__file__).parent
    names = [name for name in _SECTIONS if (here / f"{name}.py").exists()]
    modules = [importlib.import_module(f"tests.faults.{name}") for name in names]
    return [fault for module in modules for fault in module.FAULTS]


def main() -> int:
    options = _options()
    chosen = [fault for fault in every_fault() if _is_chosen(fault, options)]
    databases = [options.database] if options.database else list(_DATABASES)
    rows: list[Row] = []
    with ExitStack() as stack:
        server = stack.enter_context(running()) if "postgres" in databases else None
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="baton-faults-")))
        theatre = Theatre(folder, server, seed=options.seed, quick=options.quick)
        for fault in chosen:
            for row in theatre.play(fault, databases):
                rows.append(row)
                print(f"{row.line()} {row.seconds:.0f} s", flush=True)
    return _closed(rows, seed=options.seed, writes=options.write or _is_whole(options))


class Theatre:
    """Plays faults, each on a stage of its own."""

    def __init__(self, folder: Path, postgres: Postgres | None, *, seed: int, quick: bool) -> None:
        self._folder = folder
        self._postgres = postgres
        self._seed = seed
        self._quick = quick
        self._numbers = count(1)

    def play(self, fault: Fault, databases: list[str]) -> Iterator[Row]:
        """Bring a fault about on each of the databases that it concerns."""
        concerned = [database for database in fault.databases if database in databases]
        with ThreadPoolExecutor(len(concerned) or 1 if fault.together else 1) as players:
            yield from players.map(lambda database: self.row(fault, database), concerned)

    def row(self, fault: Fault, database: str) -> Row:
        """Bring a fault about, and play its control."""
        row = Row(fault, database)
        if fault.why_not:
            return row
        began = time.monotonic()
        try:
            row = replace(row, tally=self._tally(fault.run, database))
            if fault.control:
                row = replace(row, control=self._tally(fault.control, database))
        except Exception as crash:  # noqa: BLE001 - the others are still to be tried
            traceback.print_exc()
            row = replace(row, tally=None, crash=f"{type(crash).__name__}: {crash}")
        return replace(row, seconds=time.monotonic() - began)

    def _tally(self, scenario: Scenario, database: str) -> Tally:
        with a_stage(
            database,
            seed=self._seed,
            quick=self._quick,
            folder=self._folder / str(next(self._numbers)),
            postgres=self._postgres,
        ) as stage:
            return scenario(stage)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the subset that make test runs")
    parser.add_argument("--only", default="", help="ids or sections, as in A3,B")
    parser.add_argument("--database", choices=_DATABASES)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--write", action="store_true", help="write the table into the docs")
    return parser.parse_args()


def _is_chosen(fault: Fault, options: argparse.Namespace) -> bool:
    wanted = [name for name in options.only.split(",") if name]
    named = not wanted or any(fault.id == name or fault.id[0] == name for name in wanted)
    return named and (fault.quick or not options.quick)


def _is_whole(options: argparse.Namespace) -> bool:
    return not (options.quick or options.only or options.database)


def _closed(rows: list[Row], *, seed: int, writes: bool) -> int:
    table = rendered(rows, seed=seed)
    print(f"\n{table}\n\n{time.process_time():.0f} s of processor time")
    if writes:
        write(table)
    failed = [row for row in rows if row.problem]
    for row in failed:
        print(f"FAILED {row.fault.id} on {row.database}: {row.problem}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
