"""Signing: what the buttons and the form of a proposed definition do."""

from __future__ import annotations

from slack_sdk.models.views import View

from core.desk import Desk
from core.domain.agreement import AlreadySigned, CommentNeeded, Settled, SignedForOther
from core.domain.log import Door
from core.domain.roles import Team
from core.domain.versions import State
from core.errors import NoVersion
from core.services import agreement
from core.services.agreement import Dossier, Signing
from handlers.slack import notes
from handlers.slack.payload import Click, Place, Submission, remember
from handlers.slack.people import voice_for
from handlers.slack.views import ids, proposal


def approve(desk: Desk, click: Click) -> None:
    """Somebody signs for their team."""
    signing = _signing(click.value, click.place, Door.BUTTON, click.key, click.message)
    outcome = agreement.approve(desk, signing)
    if isinstance(outcome, AlreadySigned | SignedForOther | Settled):
        notes.leave_about(desk, click.place, outcome)


def decline(desk: Desk, form: Submission) -> Settled | CommentNeeded | None:
    """Somebody declines for their team; why nothing came of it, if so."""
    signing = _signing(form.subject, form.place, Door.MODAL, form.key, form.message)
    outcome = agreement.decline(desk, signing, form.fields.get(ids.COMMENT))
    return outcome if isinstance(outcome, Settled | CommentNeeded) else None


def decline_form(desk: Desk, click: Click) -> View | None:
    """The form in which they say why; None where it no longer waits, and they were told so."""
    dossier = _dossier(desk, click)
    if dossier.version.state is not State.PROPOSED:
        notes.leave_about(desk, click.place, Settled(dossier.version))
        return None
    carried = remember(click.value, click.place, click.message)
    return proposal.decline_form(dossier, voice_for(desk, click.place), remember=carried)


def changes(desk: Desk, click: Click) -> View:
    """Everything behind a proposal."""
    return proposal.whole_proposal(_dossier(desk, click), voice_for(desk, click.place))


def _dossier(desk: Desk, click: Click) -> Dossier:
    number, _ = _meant(click.value)
    dossier = agreement.dossier(desk, click.place.workspace, number)
    if dossier is None:
        raise NoVersion(f"there is no version {number} of the definition")
    return dossier


def _signing(value: str, place: Place, door: Door, key: str | None, message: str) -> Signing:
    number, teams = _meant(value)
    return Signing(
        place.workspace,
        number,
        teams,
        place.user,
        door,
        channel=place.channel,
        key=key,
        in_person=True,
        message=message,
    )


def _meant(value: str) -> tuple[int, tuple[Team, ...]]:
    """The version and the teams that the value of a button names. Raises NoVersion."""
    number, _, names = value.partition(":")
    teams = tuple(team for team in Team if team.value in names.split("+"))
    if not number.isdecimal() or len(number) > _DIGITS or not teams:
        raise NoVersion("the button names no version of the definition")
    return int(number), teams


_DIGITS = 9
