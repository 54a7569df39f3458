"""Settings: what happens when somebody opens the settings, or sends a form of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from slack_sdk import WebClient
from slack_sdk.models.views import View

from core.desk import Desk
from core.domain.choice import Choice, Quiet
from core.domain.lead import Temperature
from core.domain.log import Door
from core.domain.periods import Cadence
from core.domain.policy import LOCALES, Policy
from core.domain.reasons import new_id, reason_named
from core.domain.roles import Role, is_group
from core.domain.routing import Plan
from core.domain.routing_text import routing_tree
from core.domain.schedule import free_id, schedule_named
from core.domain.settings import CHANNELS, ROLES, Change, Flaw, Problem, Setting, change, written
from core.ports import View as Reading
from core.services import settings
from core.services.people import admitted
from core.services.settings import Amending, Book, ChangedMeanwhile, Faulty, Kept
from handlers.i18n import Say, speak
from handlers.slack import conditions, groups, replies, trying
from handlers.slack.calls import Trouble
from handlers.slack.payload import Place, Submission, remember
from handlers.slack.people import voice_for
from handlers.slack.replies import Reply
from handlers.slack.spans import seconds
from handlers.slack.views import ids
from handlers.slack.views import settings as views
from handlers.slack.views.settings import NEW, NO, OTHERWISE, YES, Section

Wanted = Mapping[Setting, object]
_NAMES = 3


@dataclass(frozen=True, slots=True)
class _Sent:
    """A form of settings, with what the person may do and what they looked at."""

    desk: Desk
    client: WebClient
    form: Submission
    book: Book
    say: Say

    @property
    def subject(self) -> tuple[int, str]:
        """The number of the log up to which the form knew it, and what it is about."""
        seen, _, about = self.form.subject.partition(":")
        return int(seen) if seen.isdecimal() and len(seen) < 10 else 0, about

    def field(self, name: str) -> str:
        return self.form.fields.get(name, "")


def menu(desk: Desk, place: Place) -> View:
    """Which settings? Raises Refused where they are not for this person to change."""
    book = _book(desk, place)
    return views.menu(book, voice_for(desk, place), remember=_carried(place, book.seen))


def own(desk: Desk, place: Place) -> View:
    """What this person decides for themselves."""
    with desk.read(place.workspace) as view:
        policy, person = view.workspace().policy, view.person(place.user)
    zone = policy.zone_of(person.timezone if person else None)
    return views.own(
        policy.choice_of(place.user),
        voice_for(desk, place),
        today=desk.now().astimezone(zone).date(),
        remember=_carried(place, 0),
    )


def is_settings_form(name: str) -> bool:
    """Whether this is one of our forms."""
    form, _, section = name.partition(":")
    return name in _FORMS or (form == ids.SETTINGS_FORM and section in _SECTIONS)


def submitted(desk: Desk, client: WebClient, form: Submission) -> Reply:
    """Do what a form of settings asks. Raises Refused, Unacquainted, Busy."""
    if form.form == ids.OWN_FORM:
        return _chosen(desk, form)
    book = _book(desk, form.place)
    sent = _Sent(desk, client, form, book, voice_for(desk, form.place))
    _, _, name = form.form.partition(":")
    if name in _SECTIONS:
        return _SECTIONS[Section(name)](sent)
    return _FORMS[form.form](sent)


def _book(desk: Desk, place: Place) -> Book:
    with desk.read(place.workspace) as view:
        _must_lead(view, desk, place)
        return settings.book_of(view)


def _must_lead(view: Reading, desk: Desk, place: Place) -> None:
    policy = view.workspace().policy
    admitted(view, place.user, policy, at=desk.now())
    settings.may_set(place.user, policy)


def _carried(place: Place, seen: int, about: str = "") -> str:
    return remember(f"{seen}:{about}", place)


# From one form to the next


def _picked(sent: _Sent) -> Reply:
    name = sent.field(ids.SECTION)
    if name not in Section._value2member_map_:
        return replies.errors({ids.SECTION: sent.say("form-reason-choose")})
    section, book = Section(name), sent.book
    known = _named_groups(sent.client) if section is Section.ROLES else None
    carried = _carried(sent.form.place, book.seen)
    return replies.push(
        views.form(section, book, sent.say, remember=carried, groups=known),
    )


def _named_groups(client: WebClient) -> Mapping[str, str] | None:
    try:
        return groups.named(client)
    except Trouble:
        return None


def _one_of(
    draw: Callable[..., View], is_known: Callable[[Policy, str], bool]
) -> Callable[[_Sent], Reply]:
    def pushed(sent: _Sent) -> Reply:
        id = sent.field(ids.WHICH)
        if id != NEW and not is_known(sent.book.policy, id):
            return replies.errors({ids.WHICH: sent.say("form-reason-choose")})
        carried = _carried(sent.form.place, sent.book.seen, id)
        return replies.push(draw(id, sent.book, sent.say, remember=carried))

    return pushed


def _one_route(sent: _Sent) -> Reply:
    id, book = sent.field(ids.WHICH), sent.book
    known = {OTHERWISE, NEW, *(f"{ids.RULE}{rule.id}" for rule in book.policy.routing.rules)}
    if id not in known:
        return replies.errors({ids.WHICH: sent.say("form-reason-choose")})
    carried = _carried(sent.form.place, book.seen, id)
    named = _named_groups(sent.client)
    return replies.push(views.route_form(id, book, sent.say, remember=carried, groups=named))


# What is kept


def _amend(sent: _Sent, wanted: Wanted) -> Reply:
    """Keep what is wanted, once it is sure that we can post where we are to."""
    form, place = sent.form, sent.form.place
    planned = change(sent.book.policy, wanted)
    if not isinstance(planned, Change):
        return _flawed(sent, planned)
    posted = _tried(sent, planned)
    if isinstance(posted, trying.Refusal):
        field = _channel_field(form, posted.channel)
        return replies.errors({field: sent.say(f"settings-channel-{posted.why}")})
    amending = Amending(
        place.workspace,
        place.user,
        Door.MODAL,
        wanted,
        seen=sent.subject[0],
        key=form.key,
        in_person=True,
    )
    outcome = settings.amend(sent.desk, amending)
    if not isinstance(outcome, Kept):
        trying.take_back(sent.client, posted)
    match outcome:
        case Kept(policy, amended):
            return replies.update(views.kept(amended, policy, sent.say))
        case ChangedMeanwhile(records):
            view = views.changed_meanwhile(records, sent.book.policy, sent.say)
            return replies.update(view)
        case Faulty(problems):
            return _flawed(sent, problems)
        case _:
            return replies.CLOSE


def _tried(sent: _Sent, planned: Change) -> tuple[trying.Posted, ...] | trying.Refusal:
    before, after = _channels(sent.book.policy), _channels(planned.policy)
    news = [channel for channel in after if channel not in before]
    line = views.line_of(sent.form.place.user, speak(planned.policy.locale))
    return trying.post_all(sent.client, news, line)


def _channels(policy: Policy) -> tuple[str, ...]:
    named = (policy.sales_channel, policy.marketing_channel, *policy.digest_channels)
    return tuple(dict.fromkeys(named))


def _channel_field(form: Submission, channel: str) -> str:
    return next((name for name, value in form.fields.items() if value == channel), ids.CHANNEL)


def _flawed(sent: _Sent, problems: tuple[Problem, ...]) -> Reply:
    beside: dict[str, str] = {}
    for problem in problems:
        near = _near(problem.value) if problem.flaw is Flaw.NO_ZONE else None
        said = views.flaw(problem, sent.say, near=near)
        beside.setdefault(_field_of(problem, sent.form.fields), said)
    return replies.errors(beside)


def _field_of(problem: Problem, fields: Mapping[str, str]) -> str:
    """The field that a problem belongs to."""
    part = problem.part.rpartition(".")[2]
    named = (
        ids.part(problem.setting, problem.part),
        problem.setting.value,
        _PARTS.get(part, part),
        problem.part.partition(":")[0],
    )
    return next((name for name in named if name in fields), next(iter(fields), ids.SECTION))


_PARTS: Mapping[str, str] = {
    "time": ids.TIME,
    "channel": ids.CHANNEL,
    "cadence": ids.CADENCE,
    "id": ids.NAME,
    "plan": ids.MODE,
    "otherwise": ids.MODE,
}


def _near(name: str) -> str | None:
    """The time zone that was meant, where one is spelt alike."""
    zones = available_timezones()
    cities = {zone.rpartition("/")[2].lower(): zone for zone in sorted(zones)}
    typed = name.strip().replace(" ", "_").lower()
    lower = {zone.lower(): zone for zone in zones}
    for known in (lower, cities):
        if near := get_close_matches(typed.rpartition("/")[2], known, n=1, cutoff=0.75):
            return known[near[0]]
    return None


# The parts


def _set_channels(sent: _Sent) -> Reply:
    return _amend(sent, {each: sent.field(each) for each in CHANNELS if sent.field(each)})


def _set_roles(sent: _Sent) -> Reply:
    wanted: dict[Setting, object] = {}
    for setting, role in ROLES.items():
        if setting.value in sent.form.fields:
            wanted[setting] = [*_listed(sent.field(setting)), *_groups_for(sent, setting, role)]
    named = [id for ids_of in wanted.values() for id in _strings(ids_of)]
    refused = _resolved(sent, named, wanted)
    return refused or _amend(sent, wanted)


def _resolved(sent: _Sent, named: list[str], wanted: dict[Setting, object]) -> Reply | None:
    """Ask who is in the groups that are new; a reply where Slack does not say."""
    found: dict[str, list[str]] = {}
    for group in sorted(set(filter(is_group, named)) - sent.book.policy.groups.keys()):
        try:
            found[group] = groups.members(sent.client, group)
        except Trouble:
            field = _group_field(sent, group)
            return replies.errors({field: sent.say("settings-group-unknown")})
    if found:
        wanted[Setting.GROUPS] = found
    return None


def _groups_for(sent: _Sent, setting: Setting, role: Role) -> list[str]:
    """The groups of a role; those that it has, where the form could not offer any."""
    name = ids.groups_of(setting.value)
    if name in sent.form.fields:
        return _listed(sent.field(name))
    return sorted(filter(is_group, sent.book.policy.people.get(role, ())))


def _group_field(sent: _Sent, group: str) -> str:
    return next(
        (name for name, value in sent.form.fields.items() if group in _listed(value)), Setting.REPS
    )


def _set_times(sent: _Sent) -> Reply:
    wanted: dict[Setting, object] = {}
    for setting in (Setting.RESPOND_WITHIN, Setting.TOUCH_WITHIN):
        names = {each.value: ids.part(setting, each.value) for each in Temperature}
        wanted[setting] = {
            temperature: _seconds(sent.field(name))
            for temperature, name in names.items()
            if sent.field(name)
        }
    if undo := sent.field(Setting.UNDO_WITHIN):
        wanted[Setting.UNDO_WITHIN] = _seconds(undo)
    if Setting.RETURNS_UNTOUCHED_AFTER in sent.form.fields:
        returns = sent.field(Setting.RETURNS_UNTOUCHED_AFTER).strip()
        wanted[Setting.RETURNS_UNTOUCHED_AFTER] = _seconds(returns) if returns else None
    if answer := sent.field(Setting.REOFFERS_LATE):
        wanted[Setting.REOFFERS_LATE] = answer == YES
    return _amend(sent, wanted)


def _seconds(typed: str) -> object:
    found = seconds(typed)
    return typed if found is None else found


def _set_hours(sent: _Sent) -> Reply:
    hours: dict[str, object] = {
        part: sent.field(ids.part(Setting.HOURS, part))
        for part in ("start", "end")
        if sent.field(ids.part(Setting.HOURS, part))
    }
    days = ids.part(Setting.HOURS, "days")
    if days in sent.form.fields:
        hours["days"] = [int(day) for day in _listed(sent.field(days)) if day.isdecimal()]
    wanted: dict[Setting, object] = {Setting.HOURS: hours}
    if Setting.HOLIDAYS in sent.form.fields:
        wanted[Setting.HOLIDAYS] = _listed(sent.field(Setting.HOLIDAYS).replace("、", ","))
    if zone := sent.field(Setting.TIMEZONE):
        wanted[Setting.TIMEZONE] = zone.strip()
    if week := sent.field(Setting.WEEK_STARTS_ON):
        wanted[Setting.WEEK_STARTS_ON] = int(week) if week.isdecimal() else week
    return _amend(sent, wanted)


def _set_general(sent: _Sent) -> Reply:
    wanted: dict[Setting, object] = {}
    if locale := sent.field(Setting.LOCALE):
        wanted[Setting.LOCALE] = locale
    for flag in views.FLAGS:
        if answer := sent.field(flag):
            wanted[flag] = answer == YES
    return _amend(sent, wanted)


def _set_digest(sent: _Sent) -> Reply:
    policy, id = sent.book.policy, sent.subject[1]
    known = schedule_named(policy.digests, id)
    cadence = sent.field(ids.CADENCE) or Cadence.WEEKLY.value
    if known is None and cadence in Cadence._value2member_map_:
        id = free_id(policy.digests, Cadence(cadence))
    before = [tree for tree in _trees(policy, Setting.DIGESTS) if tree["id"] == id]
    tree: dict[str, object] = {**(before[0] if before else {}), "id": id, "cadence": cadence}
    for name, key in ((ids.CHANNEL, "channel"), (ids.TIME, "time")):
        if sent.field(name):
            tree[key] = sent.field(name)
    for name in (ids.WEEKDAY, ids.DAY):
        if sent.field(name).isdecimal():
            tree[name] = int(sent.field(name))
    if ids.ZONE in sent.form.fields:
        tree["timezone"] = sent.field(ids.ZONE).strip() or None
    if sent.field(ids.LANGUAGE):
        tree["locale"] = views.usual(sent.field(ids.LANGUAGE))
    if sent.field(ids.SKIPS):
        tree["skips_when_empty"] = sent.field(ids.SKIPS) == YES
    if not tree.get("channel"):
        return replies.errors({ids.CHANNEL: sent.say("flaw-no-channel", value="")})
    stops = sent.field(ids.KEEP) == NO
    return _amend(sent, {Setting.DIGESTS: _replaced(policy, Setting.DIGESTS, tree, stops=stops)})


def _set_route(sent: _Sent) -> Reply:
    about, routing = sent.subject[1], sent.book.policy.routing
    tree = routing_tree(routing) or {"rules": [], "otherwise": {"mode": "pool", "seats": []}}
    rules, before = list(tree["rules"]), routing.otherwise if about == OTHERWISE else Plan()
    place = len(rules)
    for number, rule in enumerate(routing.rules):
        if f"{ids.RULE}{rule.id}" == about:
            place, before = number, rule.plan
    plan = _plan(sent, before)
    if isinstance(plan, str):
        return replies.errors({ids.CAPACITY: plan})
    if about == OTHERWISE:
        tree["otherwise"] = plan
    elif sent.field(ids.KEEP) == NO:
        del rules[place : place + 1]
    else:
        tests = conditions.typed(sent.field(ids.WHEN))
        if isinstance(tests, str) or not tests:
            return replies.errors({ids.WHEN: sent.say("flaw-condition", line=str(tests or ""))})
        name = sent.field(ids.NAME).strip()
        rules[place : place + 1] = [{"id": name, "when": tests, "plan": plan}]
    wanted: dict[Setting, object] = {Setting.ROUTING: {**tree, "rules": rules}}
    refused = _resolved(sent, [str(seat[0]) for seat in plan["seats"]], wanted)
    return refused or _amend(sent, wanted)


def _plan(sent: _Sent, before: Plan) -> dict[str, Any] | str:
    """Who takes turns; weights stay as they were. A text is what is wrong with the capacity."""
    groups_field = ids.groups_of(ids.SEATS)
    people = _listed(sent.field(ids.SEATS))
    if groups_field in sent.form.fields:
        people += _listed(sent.field(groups_field))
    else:
        people += [seat.person for seat in before.seats if is_group(seat.person)]
    capacity = unicodedata.normalize("NFKC", sent.field(ids.CAPACITY)).strip()
    if capacity and not (capacity.isdecimal() and int(capacity) > 0):
        return sent.say("flaw-capacity")
    weights = {seat.person: seat.weight for seat in before.seats}
    most = int(capacity) if capacity else None
    seats = [[person, weights.get(person, 1), most] for person in dict.fromkeys(people)]
    return {"mode": sent.field(ids.MODE) or before.mode.value, "seats": seats}


def _set_reason(sent: _Sent) -> Reply:
    policy, id = sent.book.policy, sent.subject[1]
    known = reason_named(id, policy.reasons)
    labels = {each: sent.field(ids.label(each)).strip() for each in LOCALES}
    if known is None:
        id = new_id(labels["en"], policy.reasons)
    tree: dict[str, object] = {
        "id": id,
        "verb": known.verb.value if known else sent.field(ids.VERB),
        "group": sent.field(ids.CLASS) or (known.group.value if known else ""),
        "then": sent.field(ids.THEN) or (known.then.value if known else ""),
        "needs_comment": sent.field(ids.NEEDS) == YES,
        "labels": {locale: text for locale, text in labels.items() if text},
        "retired": sent.field(ids.KEEP) == NO,
    }
    return _amend(sent, {Setting.REASONS: _replaced(policy, Setting.REASONS, tree)})


def _trees(policy: Policy, setting: Setting) -> list[dict[str, object]]:
    held = written(policy, setting)
    trees = held if isinstance(held, list) else []
    return [dict(tree) for tree in trees if isinstance(tree, Mapping)]


def _replaced(
    policy: Policy, setting: Setting, tree: dict[str, object], *, stops: bool = False
) -> list[dict[str, object]]:
    """The list with this one in its place, or at the end; without it where it `stops`."""
    held = _trees(policy, setting)
    if stops:
        return [each for each in held if each["id"] != tree["id"]]
    if all(each["id"] != tree["id"] for each in held):
        return [*held, tree]
    return [tree if each["id"] == tree["id"] else each for each in held]


def _strings(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


# One's own


def _chosen(desk: Desk, form: Submission) -> Reply:
    """Somebody changes their own settings."""
    quiet, back = form.fields.get(ids.QUIET, ""), form.fields.get(ids.BACK_ON, "")
    locale = views.usual(form.fields.get(ids.LANGUAGE, ""))

    def decided(before: Choice) -> Choice:
        return replace(
            before,
            quiet=Quiet(quiet) if quiet in Quiet._value2member_map_ else before.quiet,
            back_on=_day(back),
            locale=locale if locale in LOCALES else None,
        )

    settings.choose(desk, form.place.workspace, form.place.user, decided, key=form.key)
    return replies.CLOSE


def _day(picked: str) -> date | None:
    try:
        return date.fromisoformat(picked)
    except ValueError:
        return None


_SECTIONS: Mapping[Section, Callable[[_Sent], Reply]] = {
    Section.CHANNELS: _set_channels,
    Section.ROLES: _set_roles,
    Section.TIMES: _set_times,
    Section.HOURS: _set_hours,
    Section.ROUTING: _one_route,
    Section.DIGESTS: _one_of(
        views.digest_form, lambda policy, id: schedule_named(policy.digests, id) is not None
    ),
    Section.REASONS: _one_of(
        views.reason_form, lambda policy, id: reason_named(id, policy.reasons) is not None
    ),
    Section.GENERAL: _set_general,
}
_FORMS: Mapping[str, Callable[[_Sent], Reply]] = {
    ids.SETTINGS_FORM: _picked,
    ids.DIGEST_FORM: _set_digest,
    ids.REASON_FORM: _set_reason,
    ids.ROUTE_FORM: _set_route,
    ids.OWN_FORM: _picked,
}
