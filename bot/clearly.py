"""Commands that fail clearly: an expected failure is told in a line, and the exit code says so."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import click

from core.errors import BatonError

Command = TypeVar("Command", bound=Callable[..., None])


def clearly(command: Command) -> Command:
    """Say an expected failure in one line per fault and exit with 1."""

    @wraps(command)
    def run(*args: object, **kwargs: object) -> None:
        try:
            command(*args, **kwargs)
        except BatonError as fault:
            for line in str(fault).splitlines():
                click.echo(f"baton: {line}", err=True)
            sys.exit(1)

    return run  # type: ignore[return-value]  # the wrapper takes what the command takes
