"""The rehearsal: the whole journey of a lead, played without a person and seen in the Slack."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import click

from bot.company import MARKETING, SALES, Prospect
from bot.demo import Show, opened
from bot.gestures import JSON, words
from core.domain.reminder import Snooze
from core.domain.stages import Verb
from core.services import reporting
from handlers.slack.views import ids

_COMMENT = "No budget before spring"
_MET = "hana.kato@lantern.example"
_LATER = "They move offices first"
_UNDO = ids.step(Verb.UNDO, Verb.ACCEPT)


class Missed(Exception):
    """A step of the journey was not seen."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was seen, in one line."""

    name: str
    seen: str


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody stands and watches: the channel of the cards, seconds to wait for a step."""

    show: Show
    cards: str
    patience: float


def check(
    *,
    locale: str,
    program: str | None,
    socket: bool = False,
    cards: str = SALES,
    patience: float = 15.0,
) -> int:
    """Play the journey, a line for each step as it is seen; 0 only if all of them were.

    `cards` is the channel where they are looked for, each for `patience` seconds.
    """
    started = time.monotonic()
    count = 0
    try:
        with opened(locale, program=program, cool_off="1s", socket=socket) as show:
            for step in _journey(Stand(show, cards, patience)):
                count += 1
                click.echo(f"  ok  {count:2}. {step.name}: {step.seen}")
    except (Missed, TimeoutError, LookupError) as missed:
        click.echo(f"FAIL  {count + 1:2}. {missed}", err=True)
        return 1
    click.echo(f"{count} steps seen in {time.monotonic() - started:.1f} s.")
    return 0


def _journey(stand: Stand) -> Iterator[Step]:
    jane, victor = stand.show.cast.prospects[13], stand.show.cast.prospects[14]
    yield from _reminded(stand)
    yield from _by_hand(stand)
    yield from _one_accepts(stand, jane)
    yield from _one_rejects(stand, victor)
    yield from _offered_again(stand, victor)
    yield from _won(stand, jane)
    yield from _given_back(stand, victor)
    yield from _asked_about(stand, victor)
    yield from _both_sign(stand)
    faults = reporting.verify(stand.show.baton.desk, stand.show.cast.workspace.id)
    _insist(not faults, f"the logs do not hold: {faults}")
    yield Step("verify", "both logs hold")


def _reminded(stand: Stand) -> Iterator[Step]:
    """Who has kept two leads waiting hears of both in one message, and puts it off."""
    slack, snooze = stand.show.slack, ids.snooze(Snooze.HOUR)
    waits = [message for message in slack.direct_messages("U01") if _offers(message, snooze)]
    _insist(len(waits) == 1, "nobody was reminded of leads that wait, or more than once")
    [told] = waits
    details = [block for block in told["blocks"] if block.get("accessory")]
    _insist(len(details) == 2, "the reminder does not tell of two leads")
    yield Step("reminder", _first_line(told))
    slack.click(told["channel"], told["ts"], snooze, user="U01")
    rests = slack.await_message(
        told["channel"], lambda m: m["ts"] == told["ts"] and not _offers(m, snooze)
    )
    yield Step("put off", _first_line(rests))


def _by_hand(stand: Stand) -> Iterator[Step]:
    """A rep met somebody: the definition judges them like anybody else."""
    slack = stand.show.slack
    slack.command(SALES, f"add {_MET}", user="U01")
    complaints = slack.submit_view({ids.EMAIL: _MET, ids.COMMENT: "Met at the fair"}, user="U01")
    _insist(not complaints, f"the lead could not be brought in: {complaints}")
    stage = stand.show.send(f"/v1/leads/{_MET}")["stage"]
    _insist(stage == "new", f"{_MET} is {stage}, not new")
    yield Step("add", f"{_MET} is {stage}")


def _one_accepts(stand: Stand, lead: Prospect) -> Iterator[Step]:
    answer = stand.show.capture(lead)
    _insist(answer["stage"] == "mql", f"{lead.email} is {answer['stage']}, not mql")
    yield Step("capture", f"{lead.email} is mql, {answer['temperature']}")
    card = _card(stand, lead, ids.ACCEPT)
    yield Step("card", _first_line(card))
    accept = _button(card, ids.ACCEPT)
    taken = _insistently(stand, card, accept, user="U01", until=_UNDO)
    _insist("<@U01>" in words(taken), "the card does not say who accepted")
    yield Step("accept", _first_line(taken))
    briefing = stand.show.slack.await_message(
        stand.cards, lambda m: m.get("thread_ts") == card["ts"]
    )
    _insist(lead.email in words(briefing), "the thread does not say how to reach the lead")
    yield Step("thread", "timeline and contact")
    stand.show.slack.interact(stand.cards, card["ts"], accept, user="U02")
    told = stand.show.slack.await_message(stand.cards, _only_for("U02"))
    _insist("<@U01>" in words(told), "the second rep is not told who was first")
    yield Step("too late", words(told))


def _one_rejects(stand: Stand, lead: Prospect) -> Iterator[Step]:
    stand.show.capture(lead)
    card = _card(stand, lead, ids.REJECT)
    stand.show.slack.click(stand.cards, card["ts"], ids.REJECT, user="U03")
    complaints = stand.show.slack.submit_view({ids.REASON: "other"}, user="U03")
    _insist(ids.COMMENT in complaints, "a reason of 'other' was taken without a comment")
    yield Step("reject", f"asked for a comment: {complaints[ids.COMMENT]}")
    stand.show.slack.submit_view({ids.REASON: "no_need", ids.COMMENT: _COMMENT}, user="U03")
    heard = stand.show.slack.await_message(MARKETING, lambda m: _COMMENT in words(m))
    _insist("<@U03>" in words(heard), "marketing does not hear who rejected")
    yield Step("marketing hears", _first_line(heard))
    stage = stand.show.send(f"/v1/leads/{lead.email}")["stage"]
    _insist(stage == "nurturing", f"{lead.email} is {stage}, not nurturing")
    yield Step("nurturing", lead.email)


def _offered_again(stand: Stand, lead: Prospect) -> Iterator[Step]:
    time.sleep(1.2)
    stand.show.come_back(lead)
    card = _card(stand, lead, ids.ACCEPT)
    said = words(card)
    _insist("<@U03>" in said and _COMMENT in said, "the card does not say who declined and why")
    yield Step("re-qualified", _first_line(card))
    stand.show.slack.click(stand.cards, card["ts"], ids.ACCEPT, user="U02")
    stand.show.slack.click(stand.cards, _repainted(stand, card, _UNDO)["ts"], _UNDO, user="U02")
    yield Step("undo", _first_line(_repainted(stand, card, ids.ACCEPT)))
    stand.show.slack.click(stand.cards, card["ts"], ids.ACCEPT, user="U01")
    yield Step("accept", _first_line(_repainted(stand, card, _UNDO)))
    owner = stand.show.send(f"/v1/leads/{lead.email}")["owner"]
    _insist(owner == "U01", f"{owner} owns the lead, not U01")


def _won(stand: Stand, lead: Prospect) -> Iterator[Step]:
    card = _card(stand, lead, Verb.TOUCH)
    for verb in (Verb.TOUCH, Verb.ADVANCE, Verb.WIN):
        stand.show.slack.click(stand.cards, card["ts"], ids.step(verb), user="U01")
        card = _repainted(stand, card, ids.step(Verb.UNDO, verb))
        yield Step(verb.value, _first_line(card))
    stage = stand.show.send(f"/v1/leads/{lead.email}")["stage"]
    _insist(stage == "customer", f"{lead.email} is {stage}, not customer")
    _insist(not _offers(card, ids.step(Verb.WIN)), "a lead that was won can be won again")


def _given_back(stand: Stand, lead: Prospect) -> Iterator[Step]:
    card, slack = _card(stand, lead, Verb.TOUCH), stand.show.slack
    handoff = _button(card, Verb.TOUCH)["value"]
    choice = ids.choice(Verb.RECYCLE, handoff)
    slack.click(stand.cards, card["ts"], ids.MORE, user="U01", option=choice)
    complaints = slack.submit_view({ids.REASON: "not_now"}, user="U01")
    _insist(ids.WAKE_ON in complaints, "a lead was given back for later without a date")
    yield Step("recycle", f"asked for a date: {complaints[ids.WAKE_ON]}")
    in_a_month = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    answers = {ids.REASON: "not_now", ids.COMMENT: _LATER, ids.WAKE_ON: in_a_month}
    slack.submit_view(answers, user="U01")
    heard = slack.await_message(MARKETING, lambda m: _LATER in words(m))
    _insist("<@U01>" in words(heard), "marketing does not hear who gave the lead back")
    yield Step("marketing hears", _first_line(heard))
    undo = ids.step(Verb.UNDO, Verb.RECYCLE)
    _insist(_LATER in words(_repainted(stand, card, undo)), "the card does not say why")
    stage = stand.show.send(f"/v1/leads/{lead.email}")["stage"]
    _insist(stage == "nurturing", f"{lead.email} is {stage}, not nurturing")


def _asked_about(stand: Stand, lead: Prospect) -> Iterator[Step]:
    yield _asked(stand, f"log {lead.email}", expected=_COMMENT)
    yield _asked(stand, "digest", expected="%")


def _both_sign(stand: Stand) -> Iterator[Step]:
    """The proposal that waits in both channels is signed by a rep and by a marketer."""
    for team, channel, user in (("sales", SALES, "U02"), ("marketing", MARKETING, "U05")):
        proposal = _proposal(stand, channel, ids.approve(team))
        yield Step(f"proposal for {team}", _first_line(proposal))
        stand.show.slack.click(channel, proposal["ts"], ids.approve(team), user=user)
    in_force = stand.show.slack.await_message(
        SALES, lambda m: _offers(m, ids.CHANGES) and not _offers(m, ids.DECLINE)
    )
    said = words(in_force)
    _insist("<@U02>" in said and "<@U05>" in said, "the message does not say who signed")
    yield Step("in force", _first_line(in_force))
    yield _asked(stand, "definition", expected="<@U05>")


def _proposal(stand: Stand, channel: str, action: str) -> JSON:
    return stand.show.slack.await_message(
        channel, lambda m: _offers(m, action), seconds=stand.patience
    )


def _asked(stand: Stand, text: str, *, expected: str) -> Step:
    stand.show.slack.command(MARKETING, text, user="U04")
    answer = stand.show.slack.await_message(
        MARKETING, lambda m: m.get("ephemeral_to") == "U04" and expected in words(m)
    )
    return Step(f"/lead {text}", _first_line(answer))


def _card(stand: Stand, lead: Prospect, action: str) -> JSON:
    return stand.show.slack.await_message(
        stand.cards, lambda m: lead.name in words(m) and _offers(m, action), seconds=stand.patience
    )


def _insistently(stand: Stand, card: JSON, button: JSON, *, user: str, until: str) -> JSON:
    """Click as a person does who is asked to click again, at the worst three times."""
    for patience in (stand.patience / 5, stand.patience / 5, stand.patience):
        stand.show.slack.interact(stand.cards, card["ts"], button, user=user)
        try:
            return _repainted(replace(stand, patience=patience), card, until)
        except TimeoutError:
            continue
    raise TimeoutError("the card stayed as it was, however often it was clicked")


def _repainted(stand: Stand, card: JSON, action: str) -> JSON:
    return stand.show.slack.await_message(
        stand.cards, lambda m: m["ts"] == card["ts"] and _offers(m, action), seconds=stand.patience
    )


def _only_for(user: str) -> Callable[[JSON], bool]:
    return lambda message: message.get("ephemeral_to") == user


def _offers(message: JSON, action: str) -> bool:
    return any(
        element.get("action_id") == action
        for block in message.get("blocks") or []
        for element in block.get("elements", [])
    )


def _button(message: JSON, action: str) -> JSON:
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == action:
                return {
                    "type": "button",
                    "action_id": action,
                    "block_id": block["block_id"],
                    "value": element["value"],
                }
    raise Missed(f"no {action} button on the card")


def _first_line(message: JSON) -> str:
    return str(message["text"]).splitlines()[0]


def _insist(seen: bool, otherwise: str) -> None:
    if not seen:
        raise Missed(otherwise)
