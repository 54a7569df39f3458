"""Logs: one structured line per event, without tokens, without bodies, without personal data."""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Collection, MutableMapping
from types import TracebackType
from typing import Any

import structlog

Event = MutableMapping[str, Any]

_OURS = {"bot", "core", "handlers", "storage"}
_TRUSTED = {*_OURS, "uvicorn"}
_SHORTEST = 8
_TOKEN = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]+|xapp-[\w-]+|Bearer\s+\S+|https://hooks\.slack\S+", re.I
)
_EMAIL = re.compile(r"[^\s@\"'<>()\[\],;:\\/=]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.I)
_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s@]+(?=@)")
# Where a library begins to quote what it was given.
_QUOTED = re.compile(r"[{\[(<'\"`\n]|: ")


class Redactor:
    """Takes out of a text the secrets that are known, and what looks like one or an address."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        # One of a few letters would take whole words with it, and is none worth the name.
        known = [secret for secret in secrets if len(secret) >= _SHORTEST]
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, text: str) -> str:
        text = self._known.sub("[secret]", text)
        text = _PASSWORD.sub(r"\1[secret]", _TOKEN.sub("[secret]", text))
        return _EMAIL.sub("[e-mail]", text)


def start_logging(
    level: str, *, secrets: Collection[str] = (), colours: bool | None = None
) -> None:
    """Send every log, warning and uncaught exception through one formatter to stderr.

    `level` is that of our own code. A library is never let down to the level where it tells what
    it sends and receives, and of what it says above that, what it quotes is left out.
    """
    tty = sys.stderr.isatty() if colours is None else colours
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(Redactor(secrets), tty))
    handler.addFilter(_is_discreet)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    wanted = logging.getLevelNamesMapping()[level]
    root.setLevel(max(logging.WARNING, wanted))
    for name in _OURS:
        logging.getLogger(name).setLevel(wanted)
    logging.getLogger("uvicorn").setLevel(max(logging.INFO, wanted))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda caught: _uncaught(
        caught.exc_type, caught.exc_value, caught.exc_traceback
    )


def _is_discreet(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or _is_trusted(record.name)


def _is_trusted(logger: str) -> bool:
    return logger.partition(".")[0] in _TRUSTED


def _formatter(redact: Redactor, tty: bool) -> logging.Formatter:
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Callable[..., str | bytes] = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if tty
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            _shortened,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            lambda logger, name, event: redact(str(last(logger, name, event))),
        ],
    )


def _shortened(_: Any, __: str, event: Event) -> Event:
    """Leave out what a library quotes, and of an exception what it says: either may be anything."""
    event.pop("stack_info", None)
    if not _is_trusted(event["logger"]):
        event["event"] = _QUOTED.split(str(event["event"]), maxsplit=1)[0].strip() + " …"
    if caught := event.pop("exc_info", None):
        event["exception"] = trace(caught[1] if isinstance(caught, tuple) else caught)
    return event


def trace(fault: object) -> str:
    """Where an exception came from, and from which others, by their types."""
    if not isinstance(fault, BaseException):
        return ""
    chain = [f"{type(fault).__module__}.{type(fault).__qualname__}"]
    for frame in traceback.extract_tb(fault.__traceback__):
        chain.append(f"  {frame.filename}:{frame.lineno} in {frame.name}")
    behind = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    return "\n".join([*chain, *(["after " + trace(behind)] if behind else [])])


def _uncaught(
    kind: type[BaseException], fault: BaseException | None, where: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    caught = (kind, fault or kind(), where)
    logging.getLogger("bot").critical("nobody caught this", exc_info=caught)
