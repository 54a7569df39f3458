"""Assigning: a lead is given to a colleague, as somebody asks for it in Slack."""

from __future__ import annotations

from slack_sdk.models.views import View

from core.desk import Desk
from core.domain.handoff import Case, OutOfPlace
from core.domain.lead import Lead
from core.domain.log import Door
from core.domain.passing import AlreadyTheirs
from core.domain.permission import Right, holds
from core.domain.stages import Verb, after
from core.errors import NotFound
from core.ports import View as Look
from core.services import handoff, reporting
from core.services.handoff import Stimulus
from core.services.passing import CannotTake
from core.services.people import entitled_to_assign
from handlers.slack.grammar import Assign
from handlers.slack.payload import Place, Submission, remember
from handlers.slack.people import voice_for
from handlers.slack.views import answers, ids
from handlers.slack.views import assigning as views
from handlers.slack.views.message import Message


def asked(desk: Desk, wanted: Assign, place: Place) -> Message | View:
    """Give the lead away, or ask to whom where it was not said. Raises Refused, Busy."""
    say = voice_for(desk, place)
    match list(reporting.find(desk, place.workspace, wanted.lead)):
        case []:
            return answers.nobody(say, wanted.lead)
        case [lead]:
            if wanted.to is None:
                return form_for(desk, lead, place)
            return Message(text := _given(desk, lead, wanted.to, place), views.told_of(text))
        case several:
            return answers.choice(several, say, "assign", then=views.named(wanted.to))


def window(desk: Desk, wanted: Assign, place: Place) -> View:
    """The form, from a button: a button gives nothing away by itself. Raises NotFound, Refused."""
    match list(reporting.find(desk, place.workspace, wanted.lead)):
        case [lead]:
            return form_for(desk, lead, place, to=wanted.to)
        case _:
            raise NotFound("no such lead in this workspace")


def form_for(desk: Desk, lead: Lead, place: Place, *, to: str | None = None) -> View:
    """The form that asks to whom. Raises Refused."""
    say = voice_for(desk, place)
    with desk.read(place.workspace) as view:
        case = view.case(lead.handoff_id) if lead.handoff_id else None
        if case is None or after(lead.stage, Verb.ASSIGN) is None:
            return views.instead(say, views.out_of_place(say, OutOfPlace(lead.stage)))
        entitled_to_assign(place.user, case)
        takers = _takers(view, case)
    return views.form(lead, say, takers=takers, to=to, remember=remember(lead.id, place))


def sent(desk: Desk, form: Submission) -> View | tuple[str, str]:
    """What becomes of the form, or its field and what is wrong there. Raises Refused, Busy."""
    say, to = voice_for(desk, form.place), form.fields.get(ids.TO, "")
    if not to:
        return ids.TO, say("assign-whom")
    with desk.read(form.place.workspace) as view:
        lead = view.lead(form.subject)
    if lead is None:
        raise NotFound("no such lead in this workspace")
    return views.instead(say, _given(desk, lead, to, form.place, form))


def _given(desk: Desk, lead: Lead, to: str, place: Place, form: Submission | None = None) -> str:
    """What is answered, in marked text."""
    say = voice_for(desk, place)
    if lead.handoff_id is None:
        return views.out_of_place(say, OutOfPlace(lead.stage))
    stimulus = Stimulus(
        place.workspace,
        lead.handoff_id,
        place.user,
        Door.MODAL if form else Door.COMMAND,
        form.key if form else None,
        in_person=True,
    )
    match handoff.assign(desk, stimulus, to):
        case AlreadyTheirs(person):
            return views.already(lead, person, say)
        case CannotTake(person):
            return views.cannot_take(person, say)
        case OutOfPlace() as outcome:
            return views.out_of_place(say, outcome)
        case _:
            return views.given(lead, to, say)


def _takers(view: Look, case: Case) -> dict[str, str]:
    """Who may accept leads, by id with their names; empty where that may be anybody."""
    named = {each for people in case.policy.staff.values() for each in people}
    able = sorted(each for each in named if holds(each, Right.FOR_REPS, case.policy))
    known = ((each, view.person(each)) for each in able)
    return {each: person.name if person else each for each, person in known}
