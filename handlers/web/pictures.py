"""Pictures over HTTP: Slack fetches what a digest shows, under an address that only it was told."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Response

from core.desk import Desk
from core.errors import NotFound
from handlers.pictures import PATH, is_sealed

_KEPT_BY_OTHERS = "private, max-age=31536000, immutable"


def picture_routes(desk: Desk, workspace: Callable[[], str]) -> APIRouter:
    """`GET /pictures/…`: not for people, so it is no part of the documented API."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    def picture(digest_id: str, seal: str) -> Response:
        with desk.read(workspace()) as view:
            known = is_sealed(digest_id, seal, view.workspace())
            kept = view.picture(digest_id) if known else None
        if kept is None:
            raise NotFound("there is no such picture")
        return Response(
            kept.content, media_type="image/png", headers={"Cache-Control": _KEPT_BY_OTHERS}
        )

    return routes
