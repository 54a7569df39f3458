"""The picture of a digest is found by whoever was told its address, and by nobody else."""

from __future__ import annotations

import pytest

from core.ports import KeptPicture
from handlers.pictures import address
from tests.builders import TEAM
from tests.web.site import Site

PNG = b"\x89PNG\r\n\x1a\n"


def kept_at(site: Site, digest_id: str = "dg_1") -> str:
    picture = KeptPicture(digest_id, PNG, "Sales accepted 42 of 61.")
    site.desk.change(TEAM, lambda unit, _: unit.keep_picture(picture))
    with site.desk.read(TEAM) as view:
        return address("", digest_id, view.workspace())


def test_whoever_was_told_the_address_sees_the_picture(site: Site) -> None:
    answer = site.stranger.get(kept_at(site))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == PNG


@pytest.mark.parametrize("seal", ["0" * 32, "", "x", "é", "0" * 4000])
def test_a_guessed_address_leads_nowhere(site: Site, seal: str) -> None:
    path = kept_at(site).split("/")
    assert site.stranger.get("/".join([*path[:-1], f"{seal}.png"])).status_code == 404


def test_the_address_of_one_digest_does_not_open_another(site: Site) -> None:
    first, second = kept_at(site, "dg_1"), kept_at(site, "dg_2")
    assert site.stranger.get(first.replace("dg_1", "dg_2")).status_code == 404
    assert site.stranger.get(second).status_code == 200


def test_what_was_never_drawn_is_not_there(site: Site) -> None:
    with site.desk.read(TEAM) as view:
        path = address("", "dg_9", view.workspace())
    assert site.stranger.get(path).status_code == 404
