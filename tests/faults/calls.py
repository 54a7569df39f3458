"""B, one call: Slack stalls, breaks off or is not there; the card hangs once all the same."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from core.services import watch
from tests.faults.bureau import (
    Way,
    an_office_on,
    baton,
    judged,
    recovered,
)
from tests.faults.fault import Scenario, Tally
from tests.faults.stage import Stage
from tests.slack import behaviours as b
from tests.slack.office import Office, a_person

_POST = "chat.postMessage"


def one_call(failures: Sequence[b.Behaviour], way: Way = baton, *, times: int = 10) -> Scenario:
    """Each failure strikes the posting of some cards, one after the other."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            struck = [failure for failure in failures for _ in range(1 if stage.quick else times)]
            worst = max(_struck(office, n, failure) for n, failure in enumerate(struck, 1))
            return judged(office, [f"ho_{n}" for n in range(1, len(struck) + 1)], worst)

    return run


def _struck(office: Office, number: int, failure: b.Behaviour) -> float:
    office.slack.script(_POST, failure)
    office.offer(a_person(number))
    office.drain()
    return recovered(office)


_HEADERS = ("1", "30", None, "soon", "Wed, 21 Oct 2026 07:28:00 GMT")
LIMITED = [b.limited(header) for header in _HEADERS]
POSTED = [b.broken(status, posted=True) for status in (500, 502, 503, 504)]
NOT_POSTED = [b.broken(status, posted=False) for status in (500, 502, 503, 504)]
HANGS = [b.hangs(1.3, posted=True), b.hangs(1.3, posted=False), b.lands_late(0.3)]
CUT_OFF = [
    *(b.resets(posted=posted) for posted in (True, False)),
    *(b.hangs(0, posted=posted) for posted in (True, False)),
]
GARBLED = [
    behaviour(posted=posted) for posted in (True, False) for behaviour in (b.cut, b.html, b.empty)
]


def away(way: Way = baton) -> Scenario:
    """Nobody is there, the name means nothing, or TLS fails; then all is well."""

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            office.messenger = way(office)
            home, handoffs, worst = office.slack.url, [], 0.0
            with _a_stranger() as stranger:
                away = [_NOBODY, _NO_NAME, stranger]
                for number, url in enumerate(away * (1 if stage.quick else 5), 1):
                    office.client.base_url = url
                    handoffs.append(office.offer(a_person(number)))
                    for _ in range(20):
                        office.drain()
                        office.clock.forward(seconds=7)
                    office.client.base_url = home
                    worst = max(worst, recovered(office))
            return judged(office, handoffs, worst)

    return run


_NOBODY = "http://127.0.0.1:9/api/"
_NO_NAME = "http://[::1%nowhere]/api/"  # a name that cannot be found, without asking anybody


@contextmanager
def _a_stranger() -> Iterator[str]:
    """The URL of a server that speaks TLS and has no certificate: no handshake succeeds."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def refuse() -> None:
            while True:
                try:
                    caller, _ = door.accept()
                except OSError:
                    return  # the door is closed
                with caller, suppress(OSError):
                    context.wrap_socket(caller, server_side=True).close()

        thread = threading.Thread(target=refuse)
        thread.start()
        try:
            yield f"https://127.0.0.1:{door.getsockname()[1]}/api/"
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


# What was posted turns up when we have looked for it


def belated(*, looks: bool = True) -> Scenario:
    """A card is not there when we look, is posted again, and turns up all the same.

    The control never looks again.
    """

    def run(stage: Stage) -> Tally:
        with an_office_on(stage) as office:
            handoffs, worst = [], 0.0
            for number in range(1, 4 if stage.quick else 21):
                office.slack.script(_POST, b.resets(posted=False))
                handoffs.append(office.offer(a_person(number)))
                office.drain()
                belated = office.slack.calls_of(_POST)[-1].args
                worst = max(worst, recovered(office))
                office.client.chat_postMessage(**belated)
                office.clock.forward(seconds=150)
                if looks:
                    watch.fire_due(office.desk)
                recovered(office)
            return judged(office, handoffs, worst + 150)

    return run
