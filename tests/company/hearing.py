"""Hearing what the program says into its log, down to the last whisper."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_OURS = ("bot", "core", "handlers", "storage", "slack_bolt", "slack_sdk", "uvicorn")


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@contextmanager
def heard() -> Iterator[list[str]]:
    """Every line that the program logs from now on."""
    ear = _Ear()
    with ExitStack() as stack:
        for name in _OURS:
            stack.enter_context(_listening(logging.getLogger(name), ear))
        yield ear.lines


@contextmanager
def _listening(logger: logging.Logger, ear: _Ear) -> Iterator[None]:
    before, passed_on = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.addHandler(ear)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = passed_on
        logger.setLevel(before)
        logger.removeHandler(ear)
