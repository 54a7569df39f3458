"""Adding: what becomes of a lead that somebody brings in by hand."""

from __future__ import annotations

from datetime import UTC, datetime

from slack_sdk.models.views import View

from core.desk import Desk
from core.domain.addition import Addition
from core.domain.lead import Identity, Profile
from core.domain.permission import Right
from core.errors import Invalid
from core.services.adding import add
from core.services.intake import Captured, parsed
from core.services.people import entitled_to
from handlers.slack.clues import Clues
from handlers.slack.payload import Place, Submission, remember
from handlers.slack.people import voice_for
from handlers.slack.views import adding as views
from handlers.slack.views import ids


def form_for(desk: Desk, place: Place, found: Clues, *, link: str = "", message: str = "") -> View:
    """The form, as far as it is known already who is meant. Raises Refused.

    Of a `message` (`channel:ts`, at that `link`) its text is what the lead did; of anything else
    what is left beside the clues is a name.
    """
    with desk.read(place.workspace) as view:
        entitled_to(place.user, Right.FOR_TEAMS, view.workspace().policy)
    known = views.Told(
        found.email,
        found.phone,
        name=None if message else found.rest,
        comment=found.text if message else None,
    )
    return views.form(voice_for(desk, place), told=known, remember=remember(link, place, message))


def added(desk: Desk, form: Submission) -> View | tuple[str, str]:
    """What the lead is now, or the field that cannot be used and why. Raises Refused, Busy."""
    try:
        taken = add(
            desk,
            form.place.workspace,
            _addition(form, now=desk.now()),
            by=form.place.user,
            key=form.key,
            message=form.message,
        )
    except Invalid as invalid:
        say = voice_for(desk, form.place)
        return views.problem(invalid.field, say, silent=not _says_who(form))
    return _told(desk, form.place, taken)


def _told(desk: Desk, place: Place, taken: Captured) -> View:
    with desk.read(place.workspace) as view:
        policy, definition = view.workspace().policy, parsed(view.definition().text)
    return views.became(taken, definition, voice_for(desk, place), policy=policy, now=desk.now())


def _says_who(form: Submission) -> bool:
    return any(form.fields.get(field, "").strip() for field in (ids.EMAIL, ids.PHONE))


def _addition(form: Submission, *, now: datetime) -> Addition:
    said = {field: text for field, text in form.fields.items() if text}
    return Addition(
        Identity(said.get(ids.EMAIL), said.get(ids.PHONE)),
        Profile(
            said.get(ids.NAME),
            said.get(ids.COMPANY),
            said.get(ids.TITLE),
            said.get(ids.COUNTRY),
            said.get(ids.SOURCE),
        ),
        seen_at=_written_at(form.message, now),
        comment=said.get(ids.COMMENT),
        link=form.subject or None,
    )


def _written_at(message: str, now: datetime) -> datetime:
    """When the message was written that tells of it; now where there is none."""
    ts = message.partition(":")[2]
    try:
        return min(datetime.fromtimestamp(float(ts), UTC), now)
    except (ValueError, OverflowError, OSError):
        return now
