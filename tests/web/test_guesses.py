"""Keys cannot be guessed at leisure, and nobody else suffers from somebody's guessing."""

from __future__ import annotations

import pytest

from handlers.web.guesses import MOST, SECONDS, Guesses
from storage.store import SqlStore
from tests.web.site import a_site


@pytest.fixture
def moment() -> list[float]:
    return [1000.0]


@pytest.fixture
def guesses(moment: list[float]) -> Guesses:
    return Guesses(lambda: moment[0])


def test_who_guesses_is_barred_and_nobody_else(guesses: Guesses) -> None:
    for _ in range(MOST):
        assert not guesses.barred("10.0.0.1")
        guesses.wrong("10.0.0.1")
    assert guesses.barred("10.0.0.1")
    assert not guesses.barred("10.0.0.2")


def test_a_minute_later_it_is_forgotten(guesses: Guesses, moment: list[float]) -> None:
    for _ in range(MOST):
        guesses.wrong("10.0.0.1")
    moment[0] += SECONDS
    assert not guesses.barred("10.0.0.1")
    guesses.wrong("10.0.0.1")
    assert not guesses.barred("10.0.0.1")


def test_where_the_right_key_comes_from_leads_are_never_kept_out(guesses: Guesses) -> None:
    guesses.right("10.0.0.1")
    for _ in range(MOST * 2):
        guesses.wrong("10.0.0.1")
    assert not guesses.barred("10.0.0.1")


def test_only_so_many_addresses_are_remembered(guesses: Guesses) -> None:
    for number in range(5000):
        guesses.wrong(f"10.0.{number // 250}.{number % 250}")
        guesses.right(f"10.1.{number // 250}.{number % 250}")
    assert all(len(kept) == 1000 for kept in (guesses._wrong, guesses._trusted))


def test_over_http_too_many_wrong_keys_are_refused_even_if_the_next_is_right(
    store: SqlStore,
) -> None:
    with a_site(store) as site:
        wrong = {"Authorization": "Bearer wrong"}
        said = [site.stranger.get("/v1/leads/x", headers=wrong) for _ in range(MOST + 1)]
        assert [answer.status_code for answer in said] == [401] * MOST + [429]
        assert said[-1].headers["retry-after"] == "60"
        assert said[-1].json()["type"] == "/problems/too-many-keys"
        assert site.http.get("/v1/leads/x").status_code == 429


def test_who_forgets_the_key_is_not_guessing(store: SqlStore) -> None:
    with a_site(store) as site:
        for _ in range(MOST + 1):
            assert site.stranger.get("/v1/leads/x").status_code == 401
        assert site.http.get("/v1/leads/x").status_code == 404
