"""Forms: what happens when somebody sends one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from slack_sdk import WebClient
from slack_sdk.models.views import View

from core.desk import Desk
from core.domain.agreement import CommentNeeded, Settled
from core.domain.handoff import AlreadyTaken, Incomplete, NothingToUndo, OutOfPlace, TooLate
from core.domain.log import Door
from core.domain.permission import RIGHTS
from core.domain.pursuit import Because
from core.domain.stages import Verb
from core.services import handoff
from core.services.handoff import Stimulus
from handlers.i18n import Say
from handlers.slack import adding, assigning, mending, settings, signing, waking
from handlers.slack.mishaps import Mishap, attempt, voice
from handlers.slack.payload import Submission
from handlers.slack.people import acquainted, at_home
from handlers.slack.replies import CLEAR, CLOSE, Reply, errors, update
from handlers.slack.views import ids, modals, notices, proposal
from handlers.slack.views import settings as settings_views


def submitted(desk: Desk, client: WebClient, form: Submission) -> Reply:
    """Do what the form asks; the reply closes it, corrects it, or says what stood in the way."""
    send = _sender(client, form)
    if send is None:
        return _outdated(desk, form)
    reply = attempt(desk, form.place, form.form, lambda: _done(desk, client, form, send))
    if isinstance(reply, Mishap) and settings.is_settings_form(form.form):
        say = voice(desk, form.place)
        return update(settings_views.instead(reply.message(say).text, say))
    if isinstance(reply, Mishap):
        return _excused(form, reply, voice(desk, form.place))
    return reply


def _sender(client: WebClient, form: Submission) -> Callable[[Desk, Submission], Reply] | None:
    if settings.is_settings_form(form.form):
        return lambda desk, form: settings.submitted(desk, client, form)
    if form.form in _OTHERS:
        return _OTHERS[form.form]
    verb, undoing = ids.meant(form.form)
    if verb not in _STEPS:
        return None
    return lambda desk, form: _sent(desk, form, verb, undoing)


def _done(
    desk: Desk, client: WebClient, form: Submission, send: Callable[[Desk, Submission], Reply]
) -> Reply:
    at_home(form.place, form.home)
    return acquainted(desk, client, form.place, lambda: send(desk, form))


def _sent(desk: Desk, form: Submission, verb: Verb, undoing: Verb | None) -> Reply:
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
    because = _because(form.fields)
    outcome = handoff.carry_out(desk, stimulus, verb, because, undoing=undoing)
    match outcome:
        case Incomplete(field):
            return _correct(field, modals.problem(outcome, voice(desk, place)))
        case AlreadyTaken() | OutOfPlace() | TooLate() | NothingToUndo():
            return _instead(desk, form, verb, outcome)
        case _:
            return CLEAR if form.stacked else CLOSE


def _decline(desk: Desk, form: Submission) -> Reply:
    match signing.decline(desk, form):
        case CommentNeeded() as needed:
            problem = proposal.comment_problem(needed, voice(desk, form.place))
            return _correct(ids.COMMENT, problem)
        case Settled(version):
            return update(proposal.over(voice(desk, form.place), version))
        case _:
            return CLOSE


def _add(desk: Desk, form: Submission) -> Reply:
    return _answered(adding.added(desk, form))


def _wake(desk: Desk, form: Submission) -> Reply:
    return _answered(waking.sent(desk, form))


def _mend(desk: Desk, form: Submission) -> Reply:
    answer = mending.sent(desk, form)
    match answer:
        case OutOfPlace():
            return _instead(desk, form, Verb.RESUBMIT, answer)
        case (field, problem):
            return _correct(field, problem)
        case None:
            return CLEAR if form.stacked else CLOSE


def _assign(desk: Desk, form: Submission) -> Reply:
    return _answered(assigning.sent(desk, form))


def _answered(answer: View | tuple[str, str]) -> Reply:
    """What stands in place of the form, or what is wrong in which field."""
    match answer:
        case View():
            return update(answer)
        case (field, problem):
            return _correct(field, problem)


def _because(fields: Mapping[str, str]) -> Because:
    return Because(
        fields.get(ids.REASON) or None,
        fields.get(ids.COMMENT) or None,
        _date(fields.get(ids.WAKE_ON, "")),
        fields.get(ids.BELONGS_TO) or None,
        fields.get(ids.TO) or None,
    )


def _date(picked: str) -> date | None:
    try:
        return date.fromisoformat(picked)
    except ValueError:  # none picked: the business says whether one is needed
        return None


def _instead(
    desk: Desk,
    form: Submission,
    verb: Verb,
    outcome: AlreadyTaken | OutOfPlace | TooLate | NothingToUndo,
) -> Reply:
    """Nothing was lost, but somebody was faster: it is said where the person is looking."""
    with desk.read(form.place.workspace) as view:
        zone = view.workspace().policy.zone
    say = voice(desk, form.place)
    text = notices.nothing_done(say, outcome, zone=zone).text
    return update(modals.instead(say, verb, text))


def _excused(form: Submission, mishap: Mishap, say: Say) -> Reply:
    """What went wrong, beside the first field; a form without fields makes room for it."""
    text = mishap.message(say).text
    field = next((name for name in _FIRST if name in form.fields), None)
    verb, _ = ids.meant(form.form)
    if field is None and verb is not None:
        return update(modals.instead(say, verb, text))
    return _correct(field or ids.COMMENT, text)


def _outdated(desk: Desk, form: Submission) -> Reply:
    """A form of another version of Baton: nothing can be done with it, and that is said in it."""
    return update(modals.outdated(voice(desk, form.place)))


def _correct(field: str, problem: str) -> Reply:
    return errors({field: problem})


_FIRST = (ids.REASON, ids.EMAIL, ids.COMMENT, ids.WAKE_ON, ids.TO)
_OTHERS: Mapping[str, Callable[[Desk, Submission], Reply]] = {
    ids.DECLINE_FORM: _decline,
    ids.ADD_FORM: _add,
    ids.WAKE_FORM: _wake,
    ids.ASSIGN_FORM: _assign,
    ids.form(Verb.RESUBMIT): _mend,
}
_STEPS = frozenset(RIGHTS) - {Verb.RULE_OUT} | {Verb.UNDO}
