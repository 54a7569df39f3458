"""Change a workspace's settings, whoever asks, and what follows from it; keep a log of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from core.desk import Desk
from core.domain.choice import USUAL, Choice
from core.domain.intents import Intent, IntentKind
from core.domain.log import Door
from core.domain.permission import Right, holds
from core.domain.policy import Policy
from core.domain.settings import Amended, Change, Problem, Setting, change
from core.domain.settings_log import SettingAct, SettingRecord
from core.domain.timers import Timer, TimerKind
from core.errors import Refused
from core.ports import Unit, View, Workspace
from core.services import home
from core.services.people import admitted, inquiries

log = logging.getLogger(__name__)

GROUPS = "groups"
MACHINE = "baton"
_DAILY = timedelta(days=1)
Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Amending:
    """Who asks to change which settings, each written as the policy writes it.

    `seen` is the number of the settings log up to which they know it; None: they take things as
    they come. `key` is what Slack sent it under: the same key again is the same form and does
    nothing. Who comes `in_person` must be known to us as somebody whom we let in, and have the
    right.
    """

    workspace: str
    by: str
    door: Door
    wanted: Mapping[Setting, object]
    seen: int | None = None
    key: str | None = None
    in_person: bool = False
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The settings are as wanted; `amended` is what had to be changed for it."""

    policy: Policy
    amended: tuple[Amended, ...]


@dataclass(frozen=True, slots=True)
class Faulty:
    """Nothing was changed: this is wrong."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ChangedMeanwhile:
    """Nothing was changed: somebody else changed the same since it was looked at."""

    records: tuple[SettingRecord, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """The very same form was here before; what it did stands."""


def amend(desk: Desk, amending: Amending) -> Kept | Faulty | ChangedMeanwhile | Repeated:
    """Change settings: all that is wanted, or nothing. Raises Refused, Unacquainted, Busy."""

    def within(unit: Unit, at: datetime) -> Kept | Faulty | ChangedMeanwhile | Repeated:
        workspace = unit.workspace()
        if amending.in_person:
            person = admitted(unit, amending.by, workspace.policy, at=at)
            may_set(amending.by, workspace.policy)
            unit.enqueue(inquiries(person, amending.by, at=at), at=at)
        outcome = change(workspace.policy, amending.wanted)
        if not isinstance(outcome, Change):
            return Faulty(outcome)
        meanwhile = _meanwhile(unit, amending, outcome)
        if meanwhile:
            return ChangedMeanwhile(meanwhile)
        if amending.key and not unit.first_time(amending.key, at=at):
            return Repeated()
        _keep(unit, workspace, outcome, amending, at=at)
        return Kept(outcome.policy, outcome.amended)

    outcome = desk.change(amending.workspace, within)
    names = [each.setting.value for each in outcome.amended] if isinstance(outcome, Kept) else []
    log.info(
        "settings: by=%s door=%s outcome=%s changed=%s",
        amending.by,
        amending.door.value,
        type(outcome).__name__,
        ",".join(names),
    )
    return outcome


def may_set(person: str, policy: Policy) -> None:
    """Raises Refused where settings are not for them to change."""
    if not holds(person, Right.FOR_ADMINS, policy):
        raise Refused(code=Right.FOR_ADMINS.value)


def _meanwhile(unit: Unit, amending: Amending, change: Change) -> tuple[SettingRecord, ...]:
    """What somebody did, since it was looked at, with the settings that are to be changed."""
    if amending.seen is None:
        return ()
    touched = {each.setting.value for each in change.amended}
    since = unit.setting_acts(behind=amending.seen)
    return tuple(record for record in since if record.entry.setting in touched)


def _keep(
    unit: Unit, known: Workspace, change: Change, amending: Amending, *, at: datetime
) -> None:
    """`known` is what the change was made from: to read it again could hide somebody else's."""
    if not change.amended:
        return
    acts = [
        SettingAct(
            each.setting.value,
            each.before,
            each.after,
            amending.by,
            amending.door,
            at,
            amending.comment,
        )
        for each in change.amended
    ]
    if unit.change_policy(change.policy, acts, revision=known.revision, at=at):
        _follow(unit, change, known.policy, at=at)


def _follow(unit: Unit, change: Change, before: Policy, *, at: datetime) -> None:
    """What a change brings about: dates are set anew, Homes painted, groups looked up."""
    policy, changed = change.policy, {each.setting for each in change.amended}
    if changed & {Setting.TIMEZONE, Setting.DIGESTS}:
        unit.set_timers(policy.digest_timers(at, before=before))
    unit.set_timers([grouping(policy, at + _DAILY)])
    home.paint_all(unit, at=at)


def grouping(policy: Policy, at: datetime) -> Timer:
    """When to ask Slack next who is in the user groups; never, where none has a role."""
    return Timer(TimerKind.GROUPS, GROUPS, at if policy.groups_named else None)


def look_up_groups(unit: Unit, *, at: datetime) -> None:
    """Promise to ask Slack who is in the user groups that have a role, and again tomorrow."""
    policy = unit.workspace().policy
    if policy.groups_named:
        unit.enqueue([Intent(IntentKind.GROUPS, GROUPS, lane=GROUPS)], at=at)
    unit.set_timers([grouping(policy, at + _DAILY)])


def keep_groups(desk: Desk, workspace: str, members: Mapping[str, Sequence[str]]) -> None:
    """Keep who is in user groups, as Slack says it. Raises Busy."""
    wanted = {Setting.GROUPS: {id: list(people) for id, people in members.items()}}
    amend(desk, Amending(workspace, MACHINE, Door.TIMER, wanted))


def choose(
    desk: Desk,
    workspace: str,
    person: str,
    decide: Callable[[Choice], Choice],
    *,
    key: str | None = None,
) -> Choice:
    """Somebody changes their own settings. Raises Refused, Unacquainted, Busy.

    They stand in no log: when people are away is nobody's business for ever.
    """

    def within(unit: Unit, at: datetime) -> Choice:
        known = unit.workspace()
        admitted(unit, person, known.policy, at=at)
        before = known.policy.choice_of(person)
        after = decide(before)
        if after == before or (key and not unit.first_time(key, at=at)):
            return before
        others = {id: each for id, each in known.policy.choices.items() if id != person}
        mine = {} if after == USUAL else {person: after}
        policy = replace(known.policy, choices={**others, **mine})
        if unit.change_policy(policy, (), revision=known.revision, at=at):
            unit.enqueue([home.to_paint(person)], at=at)
        return after

    return desk.change(workspace, within)


@dataclass(frozen=True, slots=True)
class Book:
    """The settings as somebody looks at them, and who changed each last; `seen` goes back with
    what they want changed.
    """

    policy: Policy
    seen: int
    last: Mapping[str, SettingRecord]


def book_of(view: View) -> Book:
    """The settings as they stand."""
    records = view.setting_acts()
    last = {record.entry.setting: record for record in records}
    return Book(view.workspace().policy, view.setting_chain_end().seq, last)
