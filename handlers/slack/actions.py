"""Clicks: what each button does."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from threading import Semaphore

from slack_sdk import WebClient
from slack_sdk.models.views import View

from core.desk import Desk
from core.domain.course import AlreadySent
from core.domain.handoff import AlreadyTaken, NothingToUndo, OutOfPlace, TooLate
from core.domain.intents import Intent, IntentKind
from core.domain.log import Door
from core.domain.reminder import Snooze
from core.domain.stages import Verb
from core.errors import NotFound, Refused
from core.ports import Person, Unit
from core.services import handoff, reminding, reporting
from core.services.handoff import Stimulus
from core.services.people import entitled, entitled_to_undo, takers
from core.services.reporting import Story
from core.services.sending import Sending, sent
from handlers.slack import notes, sharing, signing
from handlers.slack.commands import Windowed, window
from handlers.slack.grammar import parse
from handlers.slack.mishaps import FORGED, Mishap, attempt, tell
from handlers.slack.opening import is_opened, one_of
from handlers.slack.payload import Click, remember
from handlers.slack.people import acquainted, at_home, let_in, look_again, voice_for
from handlers.slack.turning import turn
from handlers.slack.views import ids, mending, modals
from handlers.slack.views.steps import slip_of, steps
from handlers.slack.views.story import case_of

log = logging.getLogger(__name__)

_SNOOZES = {ids.snooze(until): until for until in Snooze}


def clicked(desk: Desk, client: WebClient, click: Click, windows: Semaphore) -> None:
    """Do what the button says; whatever stands in the way, the person hears of it.

    `windows` are how many may wait at the same time for Slack to open one.
    """
    mishap = attempt(desk, click.place, click.action, lambda: _done(desk, client, click, windows))
    if isinstance(mishap, Mishap):
        tell(desk, client, click.place, mishap)


def _done(desk: Desk, client: WebClient, click: Click, windows: Semaphore) -> None:
    at_home(click.place, click.home)
    click = _chosen(click)
    name = click.action.partition(":")[0]
    if decide := _DECISIONS.get(name):
        _must_be_shown(click, click.shows_value)
        acquainted(desk, client, click.place, lambda: decide(desk, click))
    elif answer := _QUESTIONS.get(name):
        _must_be_shown(click, click.shows_value or click.shows_nothing)
        with one_of(windows):
            person = let_in(desk, client, click.place)
            answer(desk, client, click)
        look_again(desk, click.place, person)
    else:
        notes.leave(desk, click.place, notes.UNKNOWN_BUTTON)


def _chosen(click: Click) -> Click:
    """A choice in a card's menu is as good as a button, once the menu is seen to have it."""
    if click.action != ids.MORE:
        return click
    _must_be_shown(click, click.shows_value)
    step, _, handoff_id = click.value.partition(":")
    return replace(click, action=step, value=handoff_id)


def _must_be_shown(click: Click, is_shown: bool) -> None:
    """A button means what it meant where it stands: nothing else can be decided through it."""
    if not is_shown:
        raise Refused("the value is none of this message's", code=FORGED)


def _stimulus(click: Click) -> Stimulus:
    place = click.place
    return Stimulus(
        place.workspace,
        click.value,
        place.user,
        Door.BUTTON,
        click.key,
        in_person=True,
        message=click.message,
    )


def _step(desk: Desk, click: Click) -> None:
    verb, undoing = ids.meant(click.action)
    if verb is not None:
        outcome = handoff.carry_out(desk, _stimulus(click), verb, undoing=undoing)
        if isinstance(outcome, AlreadyTaken | TooLate | NothingToUndo | OutOfPlace):
            notes.leave_about(desk, click.place, outcome)


def _snooze(desk: Desk, click: Click) -> None:
    until, place = _SNOOZES.get(click.action), click.place
    if until is None:
        notes.leave(desk, place, notes.UNKNOWN_BUTTON)
        return
    reminding.snooze(desk, place.workspace, click.value, by=place.user, until=until, key=click.key)


def _sent(desk: Desk, click: Click) -> None:
    place, (handoff_id, _, offer) = click.place, click.value.partition(":")
    sending = Sending(place.workspace, handoff_id, offer, place.user, Door.BUTTON, click.key)
    outcome = sent(desk, sending)
    if isinstance(outcome, AlreadySent | OutOfPlace):
        notes.leave_about(desk, place, outcome)


def _ask(desk: Desk, client: WebClient, click: Click) -> None:
    """Open the form of a step, unless the lead has moved while this card was on the screen."""
    verb, undoing = ids.meant(click.action.removeprefix(f"{ids.ASK}:"))
    if verb is None:
        notes.leave(desk, click.place, notes.UNKNOWN_BUTTON)
        return
    story = _story(desk, click)
    if verb not in steps(story, click.place.user, now=desk.now()):
        _refuse(desk, click, story, verb)
        return
    carried = remember(click.value, click.place, click.message, stacked=click.in_modal)
    say = voice_for(desk, click.place)
    if verb is Verb.RESUBMIT:
        _open(desk, client, click, mending.form(story, say, remember=carried))
        return
    form = modals.form(
        story,
        verb,
        say,
        today=desk.now().astimezone(story.policy.zone).date(),
        remember=carried,
        undoing=undoing,
        takers=_takers(desk, click, story) if verb is Verb.REJECT else (),
    )
    _open(desk, client, click, form)


def _takers(desk: Desk, click: Click, story: Story) -> Sequence[Person]:
    """Who could take a lead that is not for this person."""
    with desk.read(click.place.workspace) as view:
        return takers(view, story.policy, but=click.place.user)


def _refuse(desk: Desk, click: Click, story: Story, verb: Verb) -> None:
    """Say what stands in the way of a step. Raises Refused where it is not for this person."""
    entitled(click.place.user, verb, case_of(story), at=desk.now())
    decision = story.handoff.decision if story.handoff else None
    if verb is Verb.UNDO:
        notes.leave_about(desk, click.place, _not_undone(click, story, at=desk.now()))
    elif decision is not None and verb in (Verb.ACCEPT, Verb.REJECT, Verb.CONFIRM, Verb.WITHDRAW):
        first = AlreadyTaken(decision.by, decision.at, decision.outcome)
        notes.leave_about(desk, click.place, first)
    else:
        notes.leave_about(desk, click.place, OutOfPlace(story.lead.stage))


def _not_undone(click: Click, story: Story, *, at: datetime) -> TooLate | NothingToUndo:
    slip = slip_of(story)
    if slip is None:
        return NothingToUndo()
    entitled_to_undo(click.place.user, slip, case_of(story), at=at)
    return TooLate(slip.ends_at)


def _show(desk: Desk, client: WebClient, click: Click) -> None:
    story = _story(desk, click)
    details = modals.details(
        story,
        voice_for(desk, click.place),
        now=desk.now(),
        reader=click.place.user,
        remember=remember(click.value, click.place),
    )
    _open(desk, client, click, details)


def _ask_why_not(desk: Desk, client: WebClient, click: Click) -> None:
    form = signing.decline_form(desk, click)
    if form is not None:
        _open(desk, client, click, form)


def _show_changes(desk: Desk, client: WebClient, click: Click) -> None:
    _open(desk, client, click, signing.changes(desk, click))


def _open(desk: Desk, client: WebClient, click: Click, view: View) -> None:
    """Open a view, or tell why there is none to see."""
    if not is_opened(client, click.trigger, view, above=click.in_modal):
        notes.leave(desk, click.place, notes.FORM_LOST)


def _run(desk: Desk, client: WebClient, click: Click) -> None:
    """A button that asks a question: it is answered in place of the message that it stands in.

    What a form is needed for opens it instead.
    """
    command = parse(click.value)
    if isinstance(command, Windowed):
        _open(desk, client, click, window(desk, command, click.place))
        return
    name = desk.new_id("an")
    details = {
        **notes.whom(click.place),
        "command": click.value,
        "response_url": click.response_url,
        "team_domain": click.team_domain,
        **({"aside": "yes"} if click.action == ids.ASIDE else {}),
    }
    intent = Intent(IntentKind.ANSWER, name, name, details)

    def once(unit: Unit, at: datetime) -> None:
        if click.key is None or unit.first_time(click.key, at=at):
            unit.enqueue([intent], at=at)

    desk.change(click.place.workspace, once)


def _story(desk: Desk, click: Click) -> Story:
    story = reporting.handoff_story(desk, click.place.workspace, click.value)
    if story is None:
        raise NotFound("no such handoff in this workspace")
    return story


_DECISIONS: Mapping[str, Callable[[Desk, Click], None]] = {
    **{
        verb.value: _step
        for verb in (
            Verb.ACCEPT,
            Verb.CONFIRM,
            Verb.TOUCH,
            Verb.ADVANCE,
            Verb.WIN,
            Verb.UNDO,
        )
    },
    ids.SNOOZE: _snooze,
    ids.SENT: _sent,
    ids.APPROVE: signing.approve,
}
_ASKED = (Verb.REJECT, Verb.LOSE, Verb.RECYCLE, Verb.DISQUALIFY, Verb.RESUBMIT)
_QUESTIONS: Mapping[str, Callable[[Desk, WebClient, Click], None]] = {
    **{verb.value: _ask for verb in _ASKED},
    ids.ASK: _ask,
    ids.DETAILS: _show,
    ids.DECLINE: _ask_why_not,
    ids.CHANGES: _show_changes,
    ids.RUN: _run,
    ids.ASIDE: _run,
    ids.SHARE: sharing.share,
    ids.TABLE: sharing.make_table,
    ids.TURN: turn,
}
