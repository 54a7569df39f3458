"""What is measured over HTTP: an ASGI app in a uvicorn process of its own."""

from __future__ import annotations

import logging
import multiprocessing
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any

import uvicorn

PATIENCE = 30.0  # seconds for a process to begin


@contextmanager
def served(make_server: Callable[..., uvicorn.Server], *of: Any) -> Iterator[int]:
    """Run the server that `make_server(*of)` makes in a new process; yields its port."""
    context = multiprocessing.get_context("spawn")
    with socket.create_server(("127.0.0.1", 0), backlog=256) as door:
        port = int(door.getsockname()[1])
        process = context.Process(target=_serve, args=(door, make_server, of), daemon=True)
        process.start()
    try:
        _await(port)
        yield port
    finally:
        process.terminate()
        process.join(15)


def bare_server(make_app: Callable[..., Any], *of: Any) -> uvicorn.Server:
    """A server for a floor, set up like the product's."""
    return uvicorn.Server(
        uvicorn.Config(
            make_app(*of), ws="none", log_config=None, access_log=False, server_header=False
        )
    )


def _serve(door: socket.socket, make_server: Callable[..., uvicorn.Server], of: Any) -> None:
    logging.disable(logging.WARNING)
    make_server(*of).run(sockets=[door])


def _await(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
