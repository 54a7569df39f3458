"""Waking: when a lead in nurturing is looked at again, as somebody asks for it in Slack."""

from __future__ import annotations

from datetime import date

from slack_sdk.models.views import View

from core.desk import Desk
from core.domain.handoff import Incomplete, OutOfPlace
from core.domain.lead import Lead
from core.domain.log import Door
from core.domain.stages import Stage
from core.errors import NotFound
from core.services import reporting
from core.services.waking import entitled_to_wake, wake
from handlers.slack.days import reckoned
from handlers.slack.grammar import Wake
from handlers.slack.payload import Place, Submission, remember
from handlers.slack.people import voice_for
from handlers.slack.views import answers, ids
from handlers.slack.views import waking as views
from handlers.slack.views.message import Message


def asked(desk: Desk, wanted: Wake, place: Place) -> Message | View:
    """Set the date, or ask for it where it was not said. Raises Refused, Busy."""
    say = voice_for(desk, place)
    match list(reporting.find(desk, place.workspace, wanted.lead)):
        case []:
            return answers.nobody(say, wanted.lead)
        case [lead]:
            on = _date(desk, wanted, place)
            return _set(desk, lead, on, place) if on else form_for(desk, lead, place)
        case several:
            on = _date(desk, wanted, place)
            return answers.choice(several, say, "wake", then=on.isoformat() if on else "")


def window(desk: Desk, wanted: Wake, place: Place) -> View:
    """The form, from a button: a button sets no date by itself. Raises NotFound, Refused."""
    match list(reporting.find(desk, place.workspace, wanted.lead)):
        case [lead]:
            return form_for(desk, lead, place, on=_date(desk, wanted, place))
        case _:
            raise NotFound("no such lead in this workspace")


def form_for(desk: Desk, lead: Lead, place: Place, *, on: date | None = None) -> View:
    """The form that asks for the date. Raises Refused."""
    say = voice_for(desk, place)
    with desk.read(place.workspace) as view:
        zone = view.workspace().policy.zone
        entitled_to_wake(view, lead, place.user)
    if lead.stage is not Stage.NURTURING:
        return views.instead(say, views.out_of_place(say, OutOfPlace(lead.stage)))
    today = desk.now().astimezone(zone).date()
    return views.form(lead, say, today=today, on=on, remember=remember(lead.id, place))


def sent(desk: Desk, form: Submission) -> View | tuple[str, str]:
    """What becomes of the form, or its field and what is wrong there. Raises Refused, Busy."""
    say, on = voice_for(desk, form.place), _iso(form.fields.get(ids.WAKE_ON, ""))
    outcome = wake(
        desk, form.place.workspace, form.subject, on, by=form.place.user, door=Door.MODAL
    )
    match outcome:
        case Incomplete():
            return ids.WAKE_ON, views.problem(outcome, say)
        case OutOfPlace():
            return views.instead(say, views.out_of_place(say, outcome))
        case _:
            return views.instead(say, views.resting(_lead(desk, form), say).text)


def _set(desk: Desk, lead: Lead, on: date, place: Place) -> Message:
    say = voice_for(desk, place)
    outcome = wake(desk, place.workspace, lead.id, on, by=place.user, door=Door.COMMAND)
    match outcome:
        case Incomplete():
            return views.not_set(views.problem(outcome, say))
        case OutOfPlace():
            return views.not_set(views.out_of_place(say, outcome))
        case _:
            return views.resting(_again(desk, place, lead.id), say)


def _date(desk: Desk, wanted: Wake, place: Place) -> date | None:
    if wanted.on is None:
        return None
    with desk.read(place.workspace) as view:
        zone = view.workspace().policy.zone
    return reckoned(wanted.on, today=desk.now().astimezone(zone).date())


def _iso(picked: str) -> date | None:
    try:
        return date.fromisoformat(picked)
    except ValueError:  # none picked: the business says that one is needed
        return None


def _lead(desk: Desk, form: Submission) -> Lead:
    return _again(desk, form.place, form.subject)


def _again(desk: Desk, place: Place, id: str) -> Lead:
    with desk.read(place.workspace) as view:
        lead = view.lead(id)
    if lead is None:
        raise NotFound("no such lead in this workspace")
    return lead
