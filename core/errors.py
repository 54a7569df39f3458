"""What can go wrong, as one tree; each code is a message key in Slack and a problem type over HTTP.

BatonError
├── Invalid                  the request cannot be understood or is incomplete        422
│   └── DefinitionInvalid    the written definition breaks its own grammar            422
├── NotFound                 nothing by that name in this workspace                   404
│   └── NoVersion            no version of the definition has that number             404
├── Refused                  understood, but this person may not do it                403
│   └── Unacquainted         Slack has not told us yet who this person is             403
├── KeyReused                the same idempotency key came with another body          409→422
├── Busy                     somebody else keeps changing the same thing: try again   503
└── Unready                  the program is not set up to do this                     503
"""

from __future__ import annotations


class BatonError(Exception):
    """Base of every expected failure: a `code` and the values its sentence needs."""

    code = "error"

    def __init__(self, detail: str = "", **values: str | int | float) -> None:
        super().__init__(detail or self.code)
        self.detail = detail or self.code
        self.values = values


class Invalid(BatonError):
    """A value that cannot be used; `field` says which one, dotted from the root of the input."""

    code = "invalid"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail, field=field)
        self.field = field


class DefinitionInvalid(Invalid):
    """The definition breaks its grammar at `place` (dotted path such as `rules[2].when`)."""

    code = "definition-invalid"

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(place, f"{place}: {problem}")
        self.place = place
        self.problem = problem


class NotFound(BatonError):
    """Nothing by that name in this workspace."""

    code = "not-found"


class NoVersion(NotFound):
    """No version of the definition has that number."""

    code = "no-version"


class Refused(BatonError):
    """Understood, but this person may not do it; `code` is the reason's message key."""

    code = "refused"

    def __init__(
        self, detail: str = "", *, code: str | None = None, **values: str | int | float
    ) -> None:
        self.code = code or self.code
        super().__init__(detail, **values)


class Unacquainted(Refused):
    """Nobody knows yet who this person is, so nothing was done for them."""

    code = "unacquainted"


class KeyReused(BatonError):
    """An idempotency key that was used before for a different body."""

    code = "key-reused"


class Busy(BatonError):
    """The same thing kept changing under us, or the database is locked; nothing was done."""

    code = "busy"


class Unready(BatonError):
    """The program lacks something it needs, such as a channel to post to."""

    code = "unready"
