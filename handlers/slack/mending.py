"""Mending: the form in which marketing corrects a lead that came back, and what becomes of it."""

from __future__ import annotations

from core.desk import Desk
from core.domain.handoff import Incomplete, OutOfPlace
from core.domain.log import Door
from core.domain.resubmission import FIELDS, Mending
from core.services import handoff
from core.services.handoff import Stimulus
from handlers.slack.payload import Submission
from handlers.slack.people import voice_for
from handlers.slack.views import ids
from handlers.slack.views import mending as views


def sent(desk: Desk, form: Submission) -> tuple[str, str] | OutOfPlace | None:
    """The field that cannot be used and why, or that the lead has moved on; None where it is done.

    Raises NotFound, Refused, Busy.
    """
    place = form.place
    # What was clicked is no card: the message stays in use.
    stimulus = Stimulus(
        place.workspace, form.subject, place.user, Door.MODAL, form.key, in_person=True
    )
    said = {field: form.fields.get(field) or None for field in FIELDS}
    mending = Mending(**said, comment=form.fields.get(ids.COMMENT) or None)
    outcome = handoff.resubmit(desk, stimulus, mending)
    match outcome:
        case Incomplete():
            return views.problem(outcome, mending, voice_for(desk, place))
        case OutOfPlace():
            return outcome
        case _:
            return None
