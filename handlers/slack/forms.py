"""Forms: what happens when somebody sends one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from slack_sdk import WebClient

from core.desk import Desk
from core.domain.agreement import CommentNeeded, Settled
from core.domain.handoff import AlreadyTaken, Incomplete
from core.domain.log import Door
from core.services import handoff
from core.services.handoff import Rejection, Stimulus
from handlers.slack import signing
from handlers.slack.mishaps import Mishap, attempt, voice
from handlers.slack.payload import Submission
from handlers.slack.people import acquainted, at_home
from handlers.slack.views import ids, modals, proposal

Reply = dict[str, Any]

_CLOSE: Reply = {}


def submitted(desk: Desk, client: WebClient, form: Submission) -> Reply:
    """Do what the form asks; the reply closes it, corrects it, or says what stood in the way."""
    send = _FORMS.get(form.form)
    if send is None:
        return _outdated(desk, form)
    reply = attempt(desk, form.place, form.form, lambda: _done(desk, client, form, send))
    if isinstance(reply, Mishap):
        return _correct(_FIRST_FIELD[form.form], reply.message(voice(desk, form.place)).text)
    return reply


def _done(
    desk: Desk, client: WebClient, form: Submission, send: Callable[[Desk, Submission], Reply]
) -> Reply:
    at_home(form.place, form.home)
    return acquainted(desk, client, form.place, lambda: send(desk, form))


def _reject(desk: Desk, form: Submission) -> Reply:
    place = form.place
    stimulus = Stimulus(
        place.workspace,
        form.subject,
        place.user,
        Door.MODAL,
        form.key,
        in_person=True,
        message=form.message,
    )
    outcome = handoff.reject(desk, stimulus, _rejection(form.fields))
    match outcome:
        case Incomplete(field):
            return _correct(field, modals.problem(outcome, voice(desk, place)))
        case AlreadyTaken():
            return _instead(desk, form, outcome)
        case _:
            return _CLOSE


def _decline(desk: Desk, form: Submission) -> Reply:
    match signing.decline(desk, form):
        case CommentNeeded() as needed:
            problem = proposal.comment_problem(needed, voice(desk, form.place))
            return _correct(ids.COMMENT, problem)
        case Settled(version):
            view = proposal.over(voice(desk, form.place), version)
            return {"response_action": "update", "view": view.to_dict()}
        case _:
            return _CLOSE


def _rejection(fields: Mapping[str, str]) -> Rejection:
    return Rejection(
        fields.get(ids.REASON, ""),
        fields.get(ids.COMMENT) or None,
        _date(fields.get(ids.WAKE_ON, "")),
    )


def _date(picked: str) -> date | None:
    try:
        return date.fromisoformat(picked)
    except ValueError:  # none picked: the business says whether one is needed
        return None


def _instead(desk: Desk, form: Submission, first: AlreadyTaken) -> Reply:
    """Nothing was lost, but somebody was faster: it is said where the person is looking."""
    with desk.read(form.place.workspace) as view:
        policy = view.workspace().policy
    return {
        "response_action": "update",
        "view": modals.taken(voice(desk, form.place), first, policy=policy).to_dict(),
    }


def _outdated(desk: Desk, form: Submission) -> Reply:
    """A form of another version of Baton: nothing can be done with it, and that is said in it."""
    view = modals.outdated(voice(desk, form.place))
    return {"response_action": "update", "view": view.to_dict()}


def _correct(field: str, problem: str) -> Reply:
    return {"response_action": "errors", "errors": {field: problem}}


_FIRST_FIELD = {ids.REJECT_FORM: ids.REASON, ids.DECLINE_FORM: ids.COMMENT}
_FORMS: Mapping[str, Callable[[Desk, Submission], Reply]] = {
    ids.REJECT_FORM: _reject,
    ids.DECLINE_FORM: _decline,
}
