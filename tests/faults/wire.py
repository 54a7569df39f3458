"""The wire to PostgreSQL, on loopback: it can lose the answer to a COMMIT or fall silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url

_COMMIT = b"COMMIT\0"


class Wire:
    """A proxy in front of a server's Unix socket. `loses` is asked at every COMMIT."""

    def __init__(self, url: str, loses: Callable[[], bool]) -> None:
        parsed = make_url(url)
        self._server = str(Path(str(parsed.query["host"])) / ".s.PGSQL.5432")
        self._loses = loses
        self._open = threading.Event()
        self._open.set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        port = self._listening.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{port}/{parsed.database}?sslmode=disable"
        self.lost = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self) -> None:
        """Whatever is sent from now on does not arrive, and nobody is told."""
        self._open.clear()

    def mend(self) -> None:
        """New connections go through again; those of before are broken."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _close(*pair)
        self._open.set()

    def close(self) -> None:
        """Break everything and listen no more."""
        self._listening.close()
        self.mend()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        pair = (client, server)
        self._pairs.append(pair)
        try:
            server.connect(self._server)
        except OSError:
            _close(*pair)
            return
        unanswered = threading.Event()
        threading.Thread(target=self._back, args=(*pair, unanswered), daemon=True).start()
        with suppress(OSError):
            while data := client.recv(65536):
                self._open.wait()
                if _COMMIT in data and self._loses():
                    unanswered.set()
                server.sendall(data)
        _close(*pair)

    def _back(
        self, client: socket.socket, server: socket.socket, unanswered: threading.Event
    ) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                self._open.wait()
                if unanswered.is_set():  # it is done, and nobody will ever know
                    self.lost += 1
                    break
                client.sendall(data)
        _close(client, server)


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


@contextmanager
def a_wire(url: str, *, loses: Callable[[], bool] = lambda: False) -> Iterator[Wire]:
    """A wire to the server of this URL."""
    wire = Wire(url, loses)
    try:
        yield wire
    finally:
        wire.close()
