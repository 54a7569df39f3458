"""What people do when they look into Slack: read what is there, and press what it offers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.gestures import words
from core.domain.roles import Role
from tests.company.cast import Worker
from tests.company.premises import MARKETING, SALES, Firm

JSON = dict[str, Any]

_NAME = re.compile(r"[A-Z][a-z]+ [A-Z][a-z]+[A-Z]\d{3}")
_SECRET_WORDS = "budget of Kanzler Palace"  # what people write must never get into a log


@dataclass
class Look:
    """One person, looking into Slack for a moment."""

    firm: Firm
    who: Worker
    dice: random.Random
    homes: bool = True

    def go(self) -> None:
        """Do what somebody of that role does."""
        match self.who.role:
            case Role.MARKETER:
                self._market()
            case Role.MANAGER:
                self._manage()
            case _:
                self._read_reminders()
                self._sell()
        if self.homes and self.who.temper.uses_home:
            self._at_home()

    # Sales

    def _sell(self) -> None:
        temper, done = self.who.temper, 0
        for card in self._cards():
            if done >= temper.most:
                return
            done += self._deal_with(card, offered(card))

    def _cards(self) -> Iterator[JSON]:
        """Cards in the channel, the newest first, as they are at that moment."""
        for message in self.firm.channel(SALES):
            if "thread_ts" not in message and "details" in offered(message):
                yield message

    def _deal_with(self, card: JSON, row: Mapping[str, tuple[str, ...]]) -> bool:
        temper, roll, mine = self.who.temper, self.dice.random(), self._is_mine(card)
        undo = next((name for name in row if name.startswith("undo:")), None)
        if "accept" in row:
            return self._answer(card, row, roll)
        if mine and undo and roll < temper.slips:
            self._press(card, undo)
        elif mine and "touch" in row and roll < temper.touches:
            self._press(card, "touch")
        elif mine and "advance" in row and "touch" not in row and roll < 0.3:
            self._press(card, "advance")
        elif mine and "win" in row and roll < 0.25:
            self._press(card, "win")
        elif mine and "lose" in row and roll < 0.35:
            self._press(card, "lose")
        elif mine and "more" in row and "touch" not in row and roll > 0.93:
            self._press(card, "more", self.dice.choice(row["more"]))
        else:
            return False
        return True

    def _answer(self, card: JSON, row: Mapping[str, tuple[str, ...]], roll: float) -> bool:
        temper = self.who.temper
        if self._is_for_another(card) and self.dice.random() < 0.9:
            return False
        if self.who.role is Role.INSIDE_SALES:
            if "confirm" in row and roll < 0.4:
                self._press(card, "confirm")
            elif roll > 0.95:
                self._press(card, "reject")
            return roll < 0.4 or roll > 0.95
        if roll < temper.accepts:
            self._accept(card)
        elif roll < temper.accepts + temper.rejects:
            self._press(card, "reject")
        else:
            return False
        return True

    def _accept(self, card: JSON) -> None:
        """Some click twice, and some click on what another one is just clicking on."""
        temper, at = self.who.temper, self.firm.moment()
        clicks = [partial(self.firm.click, self.who.id, card, "accept", at=at)]
        if temper.twice:
            clicks += clicks
        if temper.rival and self.dice.random() < 0.5:
            rivals = [w for w in self.firm.workers if w.role is Role.REP and w is not self.who]
            other = self.dice.choice(rivals).id
            clicks.append(partial(self.firm.click, other, card, "accept"))
        at_once(clicks)

    def _is_mine(self, message: JSON) -> bool:
        return f"<@{self.who.id}>" in words(message)

    def _is_for_another(self, card: JSON) -> bool:
        """Whether somebody else is asked there by name."""
        said = words(card)
        others = any(f"<@{w.id}>" in said for w in self.firm.workers if w.role is Role.REP)
        return self.who.role is Role.REP and others and not self._is_mine(card)

    def _press(self, card: JSON, action: str, option: str | None = None) -> None:
        self._fill(self.firm.click(self.who.id, card, action, option))

    # Forms

    def _fill(self, form: JSON | None) -> None:
        """Fill in what was opened, as the form asks for it, and send it."""
        if form is None or "submit" not in form:
            return
        answers = self._filled(form)
        complaint = self.firm.submit(self.who.id, form, answers)
        if complaint.get("response_action") == "errors":
            self.firm.submit(self.who.id, form, self._filled(form, dated=True, worded=True))

    def _filled(self, form: JSON, *, dated: bool = False, worded: bool = False) -> dict[str, str]:
        answers: dict[str, str] = {}
        for block in form["blocks"]:
            if block["type"] == "input":
                optional = block.get("optional", False)
                answer = self._field(block["element"], optional and not (dated or worded))
                if answer is not None:
                    answers[block["block_id"]] = answer
        return answers

    def _field(self, element: JSON, may_skip: bool) -> str | None:
        match element["type"]:
            case "static_select":
                groups = element.get("option_groups") or [element]
                values = [option["value"] for group in groups for option in group["options"]]
                # Always by the same roll, so that a form that is filled in again says the same.
                return str(values[int(self._roll() * len(values))])
            case "plain_text_input":
                return None if may_skip and self._roll() < 0.5 else _SECRET_WORDS
            case "datepicker":
                here = self.firm.clock.now.astimezone(ZoneInfo(self.who.zone)).date()
                later = here + timedelta(days=1 + int(self._roll() * 3))
                return None if may_skip and self._roll() < 0.5 else later.isoformat()
            case _:
                return None

    def _roll(self) -> float:
        return random.Random(f"{self.who.id}{self.firm.clock.now}").random()

    # Reminders

    def _read_reminders(self) -> None:
        for message in self.firm.channel(f"D{self.who.id}", 3):
            snoozes = sorted(name for name in offered(message) if name.startswith("snooze"))
            if snoozes and self.dice.random() < self.who.temper.snoozes:
                self.firm.click(self.who.id, message, self.dice.choice(snoozes))
                return

    # Home

    def _at_home(self) -> None:
        self.firm.open_home(self.who.id)
        view = self.firm.home(self.who.id)
        if view is None:
            return
        for action, value in _home_buttons(view):
            wanted = action in ("accept", "touch") and self.dice.random() < 0.2
            if wanted or (action.startswith("turn:") and self.dice.random() < 0.1):
                self.firm.click_home(self.who.id, view, action, value)
                return

    # Marketing

    def _market(self) -> None:
        """Take back an offer now and then, and look after what came back."""
        if self.dice.random() < 0.35:
            self._by_command(self._names(SALES), ("ask:withdraw",))
        self.firm.ask(self.who.id, self.dice.choice(("list nurturing", "digest", "mine", "help")))
        for name in self._names(MARKETING)[:1]:
            self.firm.ask(self.who.id, f"log {name}")
        for message in self.firm.channel(MARKETING, 12):
            row = [name for name in offered(message) if name not in ("details", "more")]
            if row and self.dice.random() < 0.25:
                self._press(message, self.dice.choice(row))
                return

    def _names(self, channel: str) -> list[str]:
        """Leads that somebody can read of there, the newest first."""
        said = (_NAME.search(words(message)) for message in self.firm.channel(channel, 60))
        return list(dict.fromkeys(found.group() for found in said if found))

    def _by_command(self, names: list[str], wanted: tuple[str, ...]) -> None:
        """Ask where a lead stands, and press a button of the answer."""
        if not names:
            return
        answer = self.firm.ask(self.who.id, f"status {self.dice.choice(names)}")
        for action in offered(answer):
            if action.startswith(wanted):
                self._fill(self.firm.click_answer(self.who.id, answer, action))
                return

    # Leading

    def _manage(self) -> None:
        """Look at what is late, take back what went wrong, and reopen what was closed."""
        self._read_reminders()
        self.firm.ask(self.who.id, "overdue")
        for _ in range(self.who.temper.most):
            roll = self.dice.random()
            wanted = ("ask:reopen",) if roll < 0.4 else ("ask:undo", "ask:reopen")
            self._by_command(self._names(SALES), wanted if roll < 0.7 else ("ask:accept",))


def offered(message: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The controls of a message, and what each menu has to choose from."""
    return {
        str(element["action_id"]): tuple(o["value"] for o in element.get("options", ()))
        for block in message.get("blocks") or ()
        for element in (*block.get("elements", ()), block.get("accessory") or {})
        if isinstance(element, dict) and element.get("action_id")
    }


def _home_buttons(view: JSON) -> list[tuple[str, str]]:
    return [
        (str(element["action_id"]), str(element.get("value")))
        for block in view["blocks"]
        for element in block.get("elements", ())
        if isinstance(element, dict) and element.get("type") == "button"
    ]


def at_once(acts: list[Callable[[], object]] | list[partial[Any]]) -> None:
    """Several hands in the same moment."""
    if len(acts) == 1:
        acts[0]()
        return
    with ThreadPoolExecutor(len(acts)) as hands:
        for done in [hands.submit(act) for act in acts]:
            done.result()
