"""The audit after a week: what must hold, found out without asking the code that has to keep it."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.gestures import words
from core.domain.handoff import Handoff
from core.domain.intents import IntentKind
from core.domain.lead import Identity, Lead
from core.domain.log import Entry
from core.ports import Workspace
from core.services import home as homes
from core.services import reporting
from core.services.reporting import story_of
from handlers.i18n import speak
from handlers.slack.people import say_to
from handlers.slack.views import card, home, notices
from handlers.slack.views.message import Message
from storage import tables
from tests.company import naive
from tests.company.cast import BUSY, EVERYBODY, MOST, TOKYO
from tests.company.conduct import offered
from tests.company.naive import Ledger, Wall
from tests.company.premises import API_KEY, SALES, Firm, Premises
from tests.company.week import Week
from tests.slack.office import SECRET

JSON = dict[str, Any]

_UNDOABLE = (
    *("confirm", "accept", "reject", "rule_out", "withdraw", "touch"),
    *("advance", "win", "lose", "recycle", "disqualify", "reopen"),
)
_FOLLOWING = ("touch", "advance", "win", "lose", "recycle", "disqualify")
_UNDO_WITHIN = timedelta(minutes=10)
_HOURS = {"hot": 1, "warm": 4, "cold": 9}
_TOUCH_HOURS = {"hot": 4, "warm": 9, "cold": 18}
_MINUTES = timedelta(minutes=4)
_LATE = timedelta(minutes=1)


@dataclass
class Books:
    """All that is known of one company when the week is over."""

    week: Week
    firm: Firm

    @property
    def premises(self) -> Premises:
        return self.week.premises

    @cached_property
    def workspace(self) -> Workspace:
        with self.premises.desk.read(self.firm.id) as view:
            return view.workspace()

    @cached_property
    def entries(self) -> list[Entry]:
        with self.premises.desk.read(self.firm.id) as view:
            return [record.entry for record in view.chain()]

    @cached_property
    def ledger(self) -> Ledger:
        return naive.read(self.entries)

    @cached_property
    def leads(self) -> dict[str, Lead]:
        with self.premises.desk.read(self.firm.id) as view:
            return {id: lead for id in view.stages() if (lead := view.lead(id))}

    @cached_property
    def handoffs(self) -> dict[str, Handoff]:
        with self.premises.desk.read(self.firm.id) as view:
            return {id: found for id in self.ledger.handoffs if (found := view.handoff(id))}

    @cached_property
    def walls(self) -> dict[str, Wall]:
        zones = {self.workspace.policy.timezone, *(w.zone for w in self.firm.workers)}
        return {zone: Wall(zone, self.week.plan.span.off) for zone in zones}

    @property
    def wall(self) -> Wall:
        return self.walls[self.workspace.policy.timezone]

    def wall_of(self, person: str | None) -> Wall:
        """The wall where somebody is; that of the company where nobody is meant."""
        zones = (w.zone for w in self.firm.workers if w.id == person)
        return self.walls[next(zones, self.workspace.policy.timezone)]

    @cached_property
    def due(self) -> dict[str, datetime]:
        """When each handoff is due, by the clock on the wall.

        The buyer's clock runs on where a lead was for another. Who is given a lead by hand
        answers by when others would have.
        """
        due: dict[str, datetime] = {}
        for id, h in self.handoffs.items():
            told, hours = self.ledger.handoffs[id], timedelta(hours=_HOURS[temperature(h)])
            before = due.get(h.previous_id or "", h.opened_at)
            if told.given:
                due[id] = h.due_at
            elif told.rerouted:
                due[id] = before
            else:
                due[id] = self.wall_of(h.asked).after(h.opened_at, hours)
        return due

    @cached_property
    def messages(self) -> list[JSON]:
        with self.firm.team.lock:
            return [m for room in self.firm.team.rooms.values() for m in room.messages]

    def of_kind(self, kind: IntentKind) -> dict[str, list[JSON]]:
        """The messages of one kind by what they are about."""
        hanging: dict[str, list[JSON]] = defaultdict(list)
        for message in self.messages:
            mark = message.get("metadata") or {}
            if mark.get("event_type") == f"baton_{kind.value}":
                hanging[mark["event_payload"]["id"]].append(message)
        return hanging

    def rows(self, table: Any) -> list[Any]:
        """What a table has of this company."""
        with self.premises.engine.connect() as connection:
            ours = select(table).where(table.c.workspace == self.firm.id)
            return list(connection.execute(ours).mappings())


def temperature(handoff: Handoff) -> str:
    """How warm the lead was when it was offered."""
    return handoff.explanation.temperature.value


def findings(week: Week, said: Iterable[str]) -> list[str]:
    """Everything that is wrong; `said` is what the program has logged."""
    books = [Books(week, firm) for firm in week.premises.firms]
    found = [f"{each.firm.id}: {wrong}" for each in books for rule in RULES for wrong in rule(each)]
    return [*found, *_crossed(books), *_told_to_the_log(books, said), *_stuck(week.premises)]


# Leads and the log


def answered(books: Books) -> Iterator[str]:
    """Whoever clicked, asked or sent got an answer in time."""
    for what, status in books.firm.answers:
        if status not in (200, 201) and (what, status) != ("/v1/signals", 404):
            yield f"{what} was answered {status}"


def kept(books: Books) -> Iterator[str]:
    """No lead is missing that was answered 2xx."""
    captured = {entry.lead_id for entry in books.entries if entry.verb == "capture"}
    with books.premises.desk.read(books.firm.id) as view:
        for email in books.firm.acknowledged:
            lead = view.lead_known_by(Identity(email=email))
            if lead is None or lead.id not in captured:
                yield f"{email} was answered 2xx and is missing"


def logged(books: Books) -> Iterator[str]:
    """The log is whole, holds at most one decision for each handoff, and ends where leads stand."""
    for fault in reporting.verify(books.premises.desk, books.firm.id):
        yield f"log row {fault.seq}: {fault.problem}"
    yield from books.ledger.wrong
    for each in books.ledger.handoffs.values():
        if each.decisions > 1:
            yield f"{each.id} was decided {each.decisions} times"
    for id, lead in books.leads.items():
        if books.ledger.stages.get(id) != lead.stage:
            yield f"{id} is {lead.stage}, the log ends in {books.ledger.stages.get(id)}"
    ever = {entry.handoff_id for entry in books.entries if entry.verb in naive.DECIDES}
    reps = {w.id for w in books.firm.workers if w.role in ("rep", "manager")}
    for by, id in books.firm.accepted:
        if id not in ever and by in reps and books.handoffs[id].asked in (None, by):
            yield f"{by} clicked to accept {id}, and nobody ever decided"


def entitled(books: Books) -> Iterator[str]:
    """Nobody answers for whom another was asked, or goes on with what another follows."""
    roles = {worker.id: worker.role.value for worker in books.firm.workers}
    owners: dict[str, str | None] = {}
    asked: dict[str, str | None] = {}
    staffed = "manager" in roles.values()
    for entry in books.entries:
        role = roles.get(entry.actor)
        if entry.verb == "accept":
            owners[entry.lead_id] = entry.actor
        if entry.verb == "assign":
            asked[entry.handoff_id or ""] = owners[entry.lead_id] = entry.reason
        if role is None or role == "manager" or not staffed:
            continue
        handoff = books.handoffs.get(entry.handoff_id or "")
        if entry.verb in ("accept", "reject", "rule_out") and handoff:
            who = asked.get(handoff.id, handoff.asked)
            theirs = who in (None, entry.actor) or entry.occurred_at >= handoff.due_at
            if not theirs and (role != "inside_sales" or entry.verb == "accept"):
                yield f"{entry.actor} answered for {handoff.asked}: {entry.verb} of {handoff.id}"
        if entry.verb in _FOLLOWING and owners.get(entry.lead_id) != entry.actor:
            yield f"{entry.actor} took {entry.verb} with what others follow: {entry.lead_id}"


def asked(books: Books) -> Iterator[str]:
    """Only who is there, can take more, and is meant by the rules is asked to take a lead."""
    if not books.workspace.policy.routing.rules:
        return
    days: Counter[object] = Counter()
    back = {w.id: books.week.plan.span.first + timedelta(days=w.back_on) for w in EVERYBODY}
    for id, handoff in books.handoffs.items():
        told = books.ledger.handoffs[id]
        if handoff.asked is None or told.given or told.passed_on:
            continue  # people may name whom they want
        zone = ZoneInfo(next(w.zone for w in EVERYBODY if w.id == handoff.asked))
        day = handoff.opened_at.astimezone(zone).date()
        days[day] += handoff.asked == BUSY
        if day < back[handoff.asked]:
            yield f"{handoff.asked} was asked to take {id} while away"
        profile = books.leads[handoff.lead_id].profile
        if profile.country == "JP" and zone.key != TOKYO:
            yield f"{handoff.asked} was asked to take {id} from Japan"
        if profile.country != "JP" and profile.source == "fair":
            yield f"{handoff.asked} was asked to take {id} from the fair"
    yield from (f"{BUSY} was asked {n} times on {day}" for day, n in days.items() if n > MOST)


# What hangs in Slack


def hung(books: Books) -> Iterator[str]:
    """Everything hangs once, and each card says what the database says at this moment."""
    for kind in IntentKind:
        if kind is not IntentKind.ALARM:
            for subject, messages in books.of_kind(kind).items():
                if len(messages) > 1:
                    yield f"{kind} of {subject} hangs {len(messages)} times"
    for copy in books.messages:
        if is_kind(copy, "copy"):  # somebody clicked on it, and it was taken out of use
            yield f"a card hung twice since {moment(copy)}: {words(copy)}"
    for id in books.handoffs.keys() - books.of_kind(IntentKind.CARD).keys():
        yield f"card of {id} is missing"


def told(books: Books) -> Iterator[str]:
    """What hangs of a handoff says what the database says at this moment."""
    now, say = books.premises.clock.now, speak(books.workspace.policy.locale)
    with books.premises.desk.read(books.firm.id) as view:
        for kind, drawn in _DRAWN.items():
            for id, [message, *_] in books.of_kind(kind).items():
                lead = books.leads[books.handoffs[id].lead_id]
                fresh = drawn(story_of(view, lead, handoff_id=id, at=now), say, now=now).payload()
                if as_sent(fresh["blocks"]) != message["blocks"]:
                    yield f"{kind} of {id} is out of date: {difference(fresh['blocks'], message)}"


_DRAWN: Mapping[IntentKind, Callable[..., Message]] = {
    IntentKind.CARD: card.card,
    IntentKind.RETURNED: notices.returned,
}


def as_sent(blocks: object) -> object:
    """Blocks as they look once they have been sent."""
    return json.loads(json.dumps(blocks))


def difference(fresh: object, message: JSON) -> str:
    """The lines in which two messages differ."""
    one = words({"blocks": as_sent(fresh)}).splitlines()
    other = words(message).splitlines()
    return repr(
        [*(f"-{a}" for a in other if a not in one), *(f"+{a}" for a in one if a not in other)]
    )


def pressable(books: Books) -> Iterator[str]:
    """On each card stand exactly the buttons that the table and the policy allow."""
    now, confirms = books.premises.clock.now, books.workspace.policy.confirms_by_call
    for id, messages in books.of_kind(IntentKind.CARD).items():
        lead = books.leads[books.handoffs[id].lead_id]
        wanted = {"details"}
        if lead.handoff_id == id:
            moves = books.ledger.moves[lead.id]
            last = moves[-1]
            in_time = last.verb in _UNDOABLE and now < last.occurred_at + _UNDO_WITHIN
            undoable = last.verb if in_time else None
            wanted = naive.buttons(
                lead.stage,
                touched=any((m.verb, m.handoff_id) == ("touch", id) for m in moves),
                undoable=undoable,
                confirms=confirms,
            )
        shown = {name for message in messages for name in flat(offered(message))}
        if shown != wanted:
            yield f"card of {id} ({lead.stage}) offers {shown ^ wanted} wrongly"


def flat(row: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The controls of a message, the choices of its menu among them."""
    for name, choices in row.items():
        yield from (choice.partition(":")[0] for choice in choices)
        if name != "more":
            yield name


def at_home(books: Books) -> Iterator[str]:
    """What each Home shows is how things stand, whoever changed them.

    Only what a new week begins to count from nothing is left until somebody looks.
    """
    with books.premises.desk.read(books.firm.id) as view:
        for user, seen in books.firm.team.homes.items():
            at = painted(seen)
            shown = homes.home_of(view, user, at=at, pages={})
            fresh = home.home(shown, say_to(view, user), now=at).to_dict()["blocks"]
            if as_sent(fresh) != seen["blocks"]:
                yield f"the Home of {user} is out of date: {difference(fresh, seen)}"


def painted(seen: JSON) -> datetime:
    """When a Home was painted, as it says itself."""
    [stamp] = re.findall(r"<!date\^(\d+)\^", words(seen["blocks"][-1]))
    return datetime.fromtimestamp(int(stamp), UTC)


# Time


def clocked(books: Books) -> Iterator[str]:
    """What was promised until when, by a clock on the wall."""
    for id, handoff in books.handoffs.items():
        if handoff.due_at != books.due[id]:
            yield f"{id} is due {handoff.due_at}, by the wall {books.due[id]}"
        decision = handoff.decision
        if handoff.touch_due_at and decision and decision.outcome == "accepted":
            hours = timedelta(hours=_TOUCH_HOURS[temperature(handoff)])
            if handoff.touch_due_at != (
                wall := books.wall_of(decision.by).after(decision.at, hours)
            ):
                yield f"contact for {id} is due {handoff.touch_due_at}, by the wall {wall}"


def reminded(books: Books) -> Iterator[str]:
    """Nobody is reminded when they do not work, one by one, or twice of one thing."""
    for worker in books.firm.workers:
        told = [m for m in books.firm.channel(f"D{worker.id}", 999) if is_kind(m, "reminder")]
        times = sorted(moment(message) for message in told)
        here = ZoneInfo(worker.zone)
        back = books.week.plan.span.first + timedelta(days=worker.back_on)
        for at in times:
            if not books.walls[worker.zone].at_work(at) or at.astimezone(here).date() < back:
                yield f"{worker.id} was reminded at {at}"
        if not worker.temper.snoozes:
            for one, next_one in pairwise(times):
                if next_one - one < _MINUTES:
                    yield f"{worker.id} was reminded at {one} and again at {next_one}"
    for message in books.firm.channel(SALES, 99_999):
        if is_kind(message, "nudge") and not books.wall.at_work(moment(message)):
            yield f"the channel was reminded at {moment(message)}"


def is_kind(message: JSON, kind: str) -> bool:
    """Whether it is a message of ours of that kind."""
    return (message.get("metadata") or {}).get("event_type") == f"baton_{kind}"


def moment(message: JSON) -> datetime:
    """When a message was posted."""
    return datetime.fromtimestamp(float(message["ts"]), UTC)


def fired(books: Books) -> Iterator[str]:
    """What was late was told to whoever should hear it: once each, and nobody else.

    Leads with which something was taken back are left out: their clocks ran on.
    """
    undone = {entry.lead_id for entry in books.entries if entry.verb == "undo"}
    kept = Counter(
        (r["person"], r["handoff_id"], str(r["step"])) for r in books.rows(tables.reminder)
    )
    managers = [w.id for w in books.firm.workers if w.role == "manager"]
    for each in books.ledger.handoffs.values():
        handoff = books.handoffs[each.id]
        if handoff.lead_id not in undone and managers:
            late = _is_late(books, each.decision, books.due[each.id])
            for manager in managers:
                count = kept[manager, each.id, "answer_late"]
                if late is not None and count != late:
                    yield f"{manager} heard {count} times that {each.id} was late"


def _is_late(books: Books, decision: Entry | None, due: datetime) -> bool | None:
    """Whether nobody decided in time; None where it was a matter of seconds."""
    at = min(decision.occurred_at if decision else books.week.end, books.week.end)
    return None if abs(at - due) < _LATE else at > due


# Figures


def counted(books: Books) -> Iterator[str]:
    """What the digests say is what can be counted in the log."""
    rows = books.rows(tables.digest)
    if not rows:
        yield "no digest was kept"
    for row in rows:
        as_of, numbers = row["as_of"], json.loads(row["numbers"])
        ledger = naive.read(books.entries[: row["log_end"]])
        here = f"the digest of {row['starts_at']}"
        for half in ("period", "before"):
            start, end = period(numbers[half])
            wanted = naive.recount(ledger, books.due, start, end, as_of)
            for name, figure in wanted.items():
                if figure != (told := _figure(numbers[half][name])):
                    yield f"{here} ({half}): {name} is {told}, not {figure}"
        reasons = {
            each["reason"]: each["share"]["part"] for each in numbers["refusals"]["by_reason"]
        }
        if reasons != (given := naive.refusals(ledger, *period(numbers["period"]))):
            yield f"{here}: the reasons are {reasons}, not {given}"
        left = numbers["backlog"]["open"], numbers["backlog"]["overdue"]
        if left != (waiting := naive.backlog(ledger, books.due, as_of)):
            yield f"{here}: {left} are open and overdue, not {waiting}"


def period(said: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """From when to when some figures are."""
    start, end = (datetime.fromisoformat(said["window"][end]) for end in ("start", "end"))
    return start, end


def _figure(said: Any) -> object:
    if isinstance(said, dict) and "whole" in said:
        return said["part"], said["whole"]
    return (
        {name: count for name, count in said.items() if count} if isinstance(said, dict) else said
    )


# The whole house


def _crossed(books: Sequence[Books]) -> Iterator[str]:
    """Nothing of one company is seen in the other."""
    for ours in books:
        seen = json.dumps([ours.messages, ours.firm.team.homes, ours.firm.team.views])
        for theirs in books:
            if theirs is not ours:
                own = set(ours.firm.acknowledged.values())
                for name in set(theirs.firm.acknowledged.values()) - own:
                    if name in seen:
                        yield f"{name} of {theirs.firm.id} is seen in {ours.firm.id}"
                ids = ours.leads.keys() & theirs.leads.keys()
                yield from (f"{id} is in both companies" for id in ids)


def _told_to_the_log(books: Sequence[Books], said: Iterable[str]) -> Iterator[str]:
    """No token, no secret and nothing personal stands in a line of the program's log."""
    everything = "\n".join(said).lower()
    private = {API_KEY, SECRET, "kanzler palace", "buyer.example"}
    for each in books:
        private |= {each.firm.token, each.workspace.secret, *each.firm.acknowledged.values()}
        private |= {worker.name for worker in each.firm.workers}
    yield from (f"the log has {word!r}" for word in private if word.lower() in everything)


def _stuck(premises: Premises) -> Iterator[str]:
    """Nothing is left that should have been told or done by now."""
    at = premises.clock.now
    with premises.engine.connect() as connection:
        for row in connection.execute(select(tables.outbox)).mappings():
            if row["state"] != "sent":
                yield f"{row['kind']} of {row['subject']} is {row['state']}: {row['problem']}"
        for row in connection.execute(select(tables.timer)).mappings():
            if row["due_at"] < at:  # what is due at this very moment is for the next round
                yield f"the timer {row['kind']} of {row['subject']} has not fired"


RULES: tuple[Callable[[Books], Iterator[str]], ...] = (
    answered,
    kept,
    logged,
    entitled,
    asked,
    hung,
    told,
    pressable,
    at_home,
    clocked,
    reminded,
    fired,
    counted,
)
