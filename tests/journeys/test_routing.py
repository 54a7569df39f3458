"""Who is asked, at a real screen, in both languages: in turn, refused to others, given and told."""

from __future__ import annotations

from dataclasses import replace

from bot.company import SALES
from bot.demo import Show
from bot.gestures import words
from core.domain.log import Door
from core.domain.roles import Role
from core.domain.routing import Criterion, Mode, Plan, Routing, Rule, Seat
from core.ports import Unit
from core.services import handoff
from core.services.handoff import Stimulus
from handlers.i18n import Say
from handlers.slack.views import ids
from tests.browser import Browser
from tests.journeys.test_consequences import (
    BOB,
    RIN,
    browser,
    card,
    offered,
    prospect,
    say,
    seen,
    show,
    stage,
)

__all__ = ["browser", "say", "show"]
BOSS = "U05"
ROUTING = Routing(
    (Rule("vip", (Criterion("country", "eq", "nowhere"),), Plan()),),
    Plan(Mode.WEIGHTED, (Seat(BOB, 1, capacity=1), Seat(RIN, 1))),
)


def routed(unit: Unit) -> None:
    policy = unit.workspace().policy
    people = {Role.REP: frozenset({BOB, RIN}), Role.MANAGER: frozenset({BOSS})}
    unit.keep_policy(replace(policy, people=people, routing=ROUTING))


def test_leads_are_for_somebody_and_nobody_else_answers_for_them(
    show: Show, say: Say, browser: Browser
) -> None:
    workspace = show.cast.workspace.id
    show.baton.desk.change(workspace, lambda unit, _: routed(unit))
    first, second, third = (prospect(show) for _ in range(3))
    cards = [offered(show, lead) for lead in (first, second, third)]
    for person, message in zip((BOB, RIN, RIN), cards, strict=True):
        assert say("card-asked", who=f"<@{person}>") in words(message)
    browser.screenshot(f"asked-{say.locale}", seen(show, browser, SALES, cards[0], BOB))

    show.slack.click(SALES, cards[0]["ts"], ids.ACCEPT, user=RIN)
    assert stage(show, first) == "mql"
    show.slack.click(SALES, cards[2]["ts"], ids.DETAILS, user=RIN)
    browser.as_user({person.id: person.real_name for person in show.cast.workspace.people}[RIN])
    browser.modal.wait_for()
    assert say("receipt-full") in browser.modal.inner_text()
    browser.screenshot(f"receipt-{say.locale}", browser.modal)
    browser.modal.get_by_role("button", name=say("details-close")).last.click()

    handoff_id = next(
        element["value"]
        for row in cards[0]["blocks"]
        if row["type"] == "actions"
        for element in row["elements"]
        if element["action_id"] == ids.ACCEPT
    )
    boss = Stimulus(workspace, handoff_id, BOSS, Door.COMMAND)
    handoff.assign(show.baton.desk, boss, RIN)
    given = show.slack.await_message(
        SALES, lambda m: first.name in words(m) and say("card-asked", who=f"<@{RIN}>") in words(m)
    )
    show.slack.click(SALES, given["ts"], ids.ACCEPT, user=RIN)
    taken = card(show, first, "undo:accept")
    assert f"<@{RIN}>" in words(taken)
    assert stage(show, first) == "sal"


def test_a_lead_for_somebody_else_shows_where_it_came_from(
    show: Show, say: Say, browser: Browser
) -> None:
    workspace = show.cast.workspace.id
    show.baton.desk.change(workspace, lambda unit, _: routed(unit))
    lead = prospect(show)
    message = offered(show, lead)
    for_bob = say("card-asked", who=f"<@{BOB}>") in words(message)
    asked, other = (BOB, RIN) if for_bob else (RIN, BOB)
    show.slack.click(SALES, message["ts"], ids.REJECT, user=asked)
    assert show.slack.submit_view({ids.REASON: "wrong_territory"}, user=asked) == {}
    passed_on = say("card-passed-on", last="").strip()
    anew = show.slack.await_message(
        SALES, lambda m: lead.name in words(m) and passed_on in words(m)
    )
    assert say("card-asked", who=f"<@{other}>") in words(anew)
    assert anew["ts"] != message["ts"]
    browser.screenshot(f"passed-on-{say.locale}", seen(show, browser, SALES, anew, BOB))
    old = show.slack.await_message(SALES, lambda m: m["ts"] == message["ts"] and "↪️" in words(m))
    browser.screenshot(f"went-on-{say.locale}", seen(show, browser, SALES, old, BOB))
