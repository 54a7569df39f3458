"""Settings: the forms in which a workspace's settings are changed, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from babel.dates import get_day_names
from slack_sdk.models.blocks import Block, DatePickerElement, PlainTextInputElement
from slack_sdk.models.views import View

from core.domain.choice import Choice, Quiet
from core.domain.lead import Temperature
from core.domain.periods import Cadence
from core.domain.policy import LOCALES, Policy
from core.domain.reasons import CONSEQUENCES, LABEL_LIMIT, Reason, ReasonClass, reason_named
from core.domain.roles import is_group
from core.domain.routing import Mode, Plan, Rule
from core.domain.schedule import Schedule, schedule_named
from core.domain.settings import CHANNELS, ROLES, Amended, Flaw, Problem, Setting
from core.domain.settings_log import SettingRecord
from core.domain.stages import Verb
from core.services.settings import Book
from handlers.i18n import Say
from handlers.slack import conditions
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import context, plain_text, told
from handlers.slack.views.fields import (
    OPTIONS_MOST,
    channel,
    field,
    line,
    option,
    people,
    pick,
    picks,
    radio,
    ticks,
)
from handlers.slack.views.modals import TITLE_LIMIT
from handlers.slack.views.text import escape, lines, mention, when

_QUARTER = timedelta(minutes=15)
_SPANS = (Setting.RESPOND_WITHIN, Setting.TOUCH_WITHIN)
FLAGS = (
    Setting.CONFIRMS_BY_CALL,
    Setting.ANYONE_MAY_PURSUE,
    Setting.SHOWS_PEOPLE,
    Setting.GUESTS_MAY_DECIDE,
)
YES, NO = "yes", "no"
NEW = "new"
OTHERWISE = "otherwise"


class Section(StrEnum):
    """A part of the settings, with a form of its own, in the order in which they are shown."""

    CHANNELS = "channels"
    ROLES = "roles"
    TIMES = "times"
    HOURS = "hours"
    ROUTING = "routing"
    DIGESTS = "digests"
    REASONS = "reasons"
    GENERAL = "general"


_OF: Mapping[Section, tuple[Setting, ...]] = {
    Section.CHANNELS: CHANNELS,
    Section.ROLES: tuple(ROLES),
    Section.TIMES: (
        *_SPANS,
        Setting.RETURNS_UNTOUCHED_AFTER,
        Setting.REOFFERS_LATE,
        Setting.UNDO_WITHIN,
    ),
    Section.HOURS: (
        Setting.HOURS,
        Setting.HOLIDAYS,
        Setting.TIMEZONE,
        Setting.WEEK_STARTS_ON,
    ),
    Section.ROUTING: (Setting.ROUTING,),
    Section.DIGESTS: (Setting.DIGESTS,),
    Section.REASONS: (Setting.REASONS,),
    Section.GENERAL: (Setting.LOCALE, *FLAGS),
}


def menu(book: Book, say: Say, *, remember: str) -> View:
    """Which settings? Each is a form of its own."""
    options = [
        option(each, say(f"settings-{each}"), say(f"settings-{each}-about")) for each in Section
    ]
    return _form(
        ids.SETTINGS_FORM,
        say("settings-title"),
        say("settings-next"),
        [
            field(radio(ids.SECTION, options, Section.CHANNELS), say("settings-which")),
            *_last(book.last.values(), book.policy, say),
        ],
        say,
        remember,
    )


def form(
    section: Section,
    book: Book,
    say: Say,
    *,
    remember: str,
    groups: Mapping[str, str] | None = None,
) -> View:
    """One part of the settings. `groups` are the user groups by id; None: Slack does not tell."""
    policy = book.policy
    match section:
        case Section.ROLES:
            blocks = [*_roles(policy, groups, say)]
        case Section.DIGESTS | Section.REASONS | Section.ROUTING:
            blocks = [_which(section, policy, say)]
        case _:
            blocks = [*_FIELDS[section](policy, say)]
    records = (book.last.get(setting.value) for setting in _OF[section])
    is_list = section in (Section.DIGESTS, Section.REASONS, Section.ROUTING)
    return _form(
        ids.section_form(section),
        say(f"settings-{section}"),
        say("settings-next") if is_list else say("settings-save"),
        [*blocks, *_last(filter(None, records), policy, say)],
        say,
        remember,
    )


def _form(
    id: str, title: str, submit: str, blocks: Sequence[Block], say: Say, remember: str
) -> View:
    return View(
        type="modal",
        callback_id=id,
        title=plain_text(title, TITLE_LIMIT),
        submit=plain_text(submit, TITLE_LIMIT),
        close=plain_text(say("form-close"), TITLE_LIMIT),
        private_metadata=remember,
        blocks=list(blocks),
    )


def _last(records: Iterable[SettingRecord], policy: Policy, say: Say) -> Iterator[Block]:
    """Who changed anything of this last."""
    latest = max(records, key=lambda record: record.seq, default=None)
    if latest is not None:
        by = names.actor(latest.entry.actor, say)
        at = when(latest.entry.occurred_at, zone=policy.zone, say=say)
        yield context(say("settings-last", by=by, when=at))


# The parts


def _channels(policy: Policy, say: Say) -> Iterator[Block]:
    for setting in CHANNELS:
        chosen = str(getattr(policy, setting.value))
        hint = say(f"settings-{setting.value}-hint")
        yield field(channel(setting.value, chosen), _label(setting, say), hint)


def _roles(policy: Policy, groups: Mapping[str, str] | None, say: Say) -> Iterator[Block]:
    known = sorted((groups or {}).items(), key=lambda each: each[1])[:OPTIONS_MOST]
    for setting, role in ROLES.items():
        held = policy.people.get(role, frozenset())
        users = [id for id in held if not is_group(id)]
        label, hint = _label(setting, say), say(f"settings-{setting.value}-hint")
        yield field(people(setting.value, users), label, hint, optional=True)
        if known:
            names_of_groups = say("settings-groups-of", role=label)
            chosen = picks(ids.groups_of(setting.value), known, filter(is_group, held))
            yield field(chosen, names_of_groups, optional=True)
    if groups is None:
        yield context(say("settings-no-groups"))


def _times(policy: Policy, say: Say) -> Iterator[Block]:
    for setting in _SPANS:
        within: Mapping[Temperature, timedelta] = getattr(policy, setting.value)
        for temperature in Temperature:
            label = say(
                f"settings-{setting.value}-of", temperature=names.temperature(temperature, say)
            )
            name = ids.part(setting.value, temperature.value)
            yield field(line(name, span(within[temperature], say), most=40), label)
    after = policy.returns_untouched_after
    returns = line(Setting.RETURNS_UNTOUCHED_AFTER, span(after, say) if after else "", most=40)
    hint = say("settings-returns_untouched_after-hint")
    yield field(returns, _label(Setting.RETURNS_UNTOUCHED_AFTER, say), hint, optional=True)
    reoffers = pick(Setting.REOFFERS_LATE, _answers(say), YES if policy.reoffers_late else NO)
    yield field(reoffers, _label(Setting.REOFFERS_LATE, say))
    undo = line(Setting.UNDO_WITHIN.value, span(policy.undo_within, say), most=40)
    yield field(undo, _label(Setting.UNDO_WITHIN, say), say("settings-undo_within-hint"))
    yield context(say("settings-times-hint"))


def _hours(policy: Policy, say: Say) -> Iterator[Block]:
    hours = policy.hours
    for part, wall in (("start", hours.start), ("end", hours.end)):
        chosen = pick(ids.part(Setting.HOURS, part), _walls(wall), wall.isoformat("minutes"))
        yield field(chosen, say(f"settings-hours-{part}"))
    days = ticks(ids.part(Setting.HOURS, "days"), _days(say), map(str, hours.days))
    yield field(days, say("settings-hours-days"))
    holidays = line(Setting.HOLIDAYS, ", ".join(hours.holidays), placeholder="JP, DE-BY")
    hint = say("settings-holidays-hint")
    yield field(holidays, _label(Setting.HOLIDAYS, say), hint, optional=True)
    zone = line(Setting.TIMEZONE, policy.timezone, most=60, placeholder="Asia/Tokyo")
    yield field(zone, _label(Setting.TIMEZONE, say), say("settings-timezone-hint"))
    week = pick(Setting.WEEK_STARTS_ON, _days(say), str(policy.week_starts_on))
    yield field(week, _label(Setting.WEEK_STARTS_ON, say))


def _general(policy: Policy, say: Say) -> Iterator[Block]:
    yield field(pick(Setting.LOCALE, _languages(say), policy.locale), _label(Setting.LOCALE, say))
    for flag in FLAGS:
        chosen = YES if getattr(policy, flag.value) else NO
        yield field(pick(flag.value, _answers(say), chosen), _label(flag, say))


def _answers(say: Say) -> list[tuple[str, str]]:
    return [(YES, say("yes")), (NO, say("no"))]


_FIELDS: Mapping[Section, Callable[[Policy, Say], Iterator[Block]]] = {
    Section.CHANNELS: _channels,
    Section.TIMES: _times,
    Section.HOURS: _hours,
    Section.GENERAL: _general,
}


def _label(setting: Setting, say: Say) -> str:
    return say(f"settings-{setting.value}")


def _days(say: Say) -> list[tuple[str, str]]:
    days = get_day_names("wide", locale=say.locale)
    return [(str(number), str(days[number])) for number in range(7)]


def _languages(say: Say) -> list[tuple[str, str]]:
    return [(locale, say(f"language-{locale}")) for locale in LOCALES]


def _walls(*others: time) -> list[tuple[str, str]]:
    """Every quarter of an hour, and what is chosen already."""
    quarters = {f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)}
    named = sorted(quarters | {wall.isoformat("minutes") for wall in others})
    return [(wall, wall) for wall in named]


# Digests and reasons: first which, then the form of one


def _which(section: Section, policy: Policy, say: Say) -> Block:
    if section is Section.DIGESTS:
        known = [(each.id, digest_name(each, say)) for each in policy.digests]
    elif section is Section.ROUTING:
        rules = [(f"{ids.RULE}{each.id}", each.id) for each in policy.routing.rules]
        known = [(OTHERWISE, say("settings-routing-otherwise")), *rules]
    else:
        known = [(each.id, _reason_name(each, policy, say)) for each in policy.reasons]
    choices = [(NEW, say(f"settings-{section}-new")), *known[: OPTIONS_MOST - 1]]
    first = choices[1][0] if len(choices) > 1 else NEW
    return field(pick(ids.WHICH, choices, first), say(f"settings-{section}-which"))


def digest_name(schedule: Schedule, say: Say) -> str:
    """A digest as it stands in a list."""
    days = dict(_days(say))
    return say(
        f"settings-digest-{schedule.cadence.value}",
        weekday=days[str(schedule.weekday)],
        day=schedule.day,
        time=schedule.wall.isoformat("minutes"),
    )


def _reason_name(reason: Reason, policy: Policy, say: Say) -> str:
    known = say(
        "settings-reason-of",
        reason=names.reason(reason.id, say, policy.reasons),
        verb=names.verb(reason.verb, say),
    )
    return say("settings-reason-retired", reason=known) if reason.retired else known


def digest_form(id: str, book: Book, say: Say, *, remember: str) -> View:
    """When one digest goes out, and where to; NEW is one more."""
    known = schedule_named(book.policy.digests, id)
    it = known or Schedule(id, book.policy.marketing_channel)
    cadences = [(each.value, say(f"cadence-{each.value}")) for each in Cadence]
    languages = [("", say("settings-locale-usual")), *_languages(say)]
    keeps = [(YES, say("settings-digest-keep")), (NO, say("settings-digest-stop"))]
    walls = pick(ids.TIME, _walls(it.wall), it.wall.isoformat("minutes"))
    days = [(str(day), str(day)) for day in range(1, 32)]
    empty = [(YES, say("yes")), (NO, say("no"))]
    blocks = [
        field(channel(ids.CHANNEL, it.channel), say("settings-digest-channel")),
        field(pick(ids.CADENCE, cadences, it.cadence.value), say("settings-digest-cadence")),
        field(pick(ids.WEEKDAY, _days(say), str(it.weekday)), say("settings-digest-weekday")),
        field(
            pick(ids.DAY, days, str(it.day)),
            say("settings-digest-day"),
            say("settings-digest-day-hint"),
        ),
        field(walls, say("settings-digest-time")),
        field(
            line(ids.ZONE, it.timezone or "", most=60, placeholder=book.policy.timezone),
            say("settings-digest-zone"),
            optional=True,
        ),
        field(
            pick(ids.LANGUAGE, _some(languages), it.locale or _USUAL), say("settings-digest-locale")
        ),
        field(
            pick(ids.SKIPS, empty, YES if it.skips_when_empty else NO), say("settings-digest-skips")
        ),
        *([field(pick(ids.KEEP, keeps, YES), say("settings-digest-kept"))] if known else []),
    ]
    return _form(
        ids.DIGEST_FORM, say("settings-digests"), say("settings-save"), blocks, say, remember
    )


_USUAL = "-"


def _some(choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Slack takes no empty value."""
    return [(value or _USUAL, text) for value, text in choices]


def reason_form(id: str, book: Book, say: Say, *, remember: str) -> View:
    """One reason: its words, its class, what follows from it; NEW is one more."""
    known = reason_named(id, book.policy.reasons)
    verb = known.verb if known else Verb.REJECT
    verbs = [(each.value, names.verb(each, say)) for each in CONSEQUENCES]
    classes = [(each.value, names.reason_class(each, say)) for each in ReasonClass]
    follows = sorted(CONSEQUENCES[verb]) if known else _all_consequences()
    then = [(each, say(f"consequence-{each}")) for each in follows]
    keeps = [(YES, say("settings-reason-keep")), (NO, say("settings-reason-stop"))]
    comment = [(YES, say("yes")), (NO, say("no"))]
    words = known.labels if known else {}
    group, follows_on = (known.group.value, known.then.value) if known else (None, None)
    blocks = [
        *([] if known else [field(pick(ids.VERB, verbs, verb.value), say("settings-reason-verb"))]),
        *(
            field(
                line(ids.label(locale), words.get(locale, ""), most=LABEL_LIMIT),
                say("settings-reason-label", language=say(f"language-{locale}")),
                say("settings-reason-label-hint") if known else None,
                optional=True,
            )
            for locale in LOCALES
        ),
        field(
            pick(ids.CLASS, classes, group),
            say("settings-reason-class"),
        ),
        field(pick(ids.THEN, then, follows_on), say("settings-reason-then")),
        field(
            pick(ids.NEEDS, comment, YES if known and known.needs_comment else NO),
            say("settings-reason-comment"),
        ),
        *(
            [
                field(
                    pick(ids.KEEP, keeps, NO if known.retired else YES),
                    say("settings-reason-kept"),
                )
            ]
            if known
            else []
        ),
    ]
    return _form(
        ids.REASON_FORM, say("settings-reasons"), say("settings-save"), blocks, say, remember
    )


def route_form(
    id: str, book: Book, say: Say, *, remember: str, groups: Mapping[str, str] | None = None
) -> View:
    """Who is asked to take the leads of one rule; OTHERWISE is all other leads, NEW one more."""
    routing = book.policy.routing
    rule = next((each for each in routing.rules if f"{ids.RULE}{each.id}" == id), None)
    plan = routing.otherwise if id == OTHERWISE else rule.plan if rule else Plan()
    seats = [seat.person for seat in plan.seats]
    capacity = next((str(seat.capacity) for seat in plan.seats if seat.capacity), "")
    modes = [(each.value, say(f"routing-{each.value}")) for each in Mode if each is not Mode.AGAIN]
    known = sorted((groups or {}).items(), key=lambda each: each[1])[:OPTIONS_MOST]
    keeps = [(YES, say("settings-routing-keep")), (NO, say("settings-routing-stop"))]
    blocks = [
        *(_condition(rule, say) if id != OTHERWISE else ()),
        field(pick(ids.MODE, modes, plan.mode.value), say("settings-routing-mode")),
        field(
            people(ids.SEATS, [each for each in seats if not is_group(each)]),
            say("settings-routing-seats"),
            optional=True,
        ),
        *(
            [
                field(
                    picks(ids.groups_of(ids.SEATS), known, filter(is_group, seats)),
                    say("settings-routing-groups"),
                    optional=True,
                )
            ]
            if known
            else []
        ),
        field(
            line(ids.CAPACITY, capacity, most=6),
            say("settings-routing-capacity"),
            say("settings-routing-capacity-hint"),
            optional=True,
        ),
        *([field(pick(ids.KEEP, keeps, YES), say("settings-routing-kept"))] if rule else []),
        *([context(say("settings-routing-weights"))] if plan.mode is Mode.WEIGHTED else []),
    ]
    return _form(
        ids.ROUTE_FORM, say("settings-routing"), say("settings-save"), blocks, say, remember
    )


def _condition(rule: Rule | None, say: Say) -> Iterator[Block]:
    tests = [(each.attribute, each.operator, each.value) for each in rule.when] if rule else []
    yield field(line(ids.NAME, rule.id if rule else "", most=60), say("settings-routing-name"))
    yield field(
        PlainTextInputElement(
            action_id=ids.WHEN,
            multiline=True,
            initial_value=conditions.shown(tests) or None,
            max_length=1000,
            placeholder=plain_text("country in DE, AT"),
        ),
        say("settings-routing-when"),
        say("settings-routing-when-hint"),
    )


def _all_consequences() -> list[str]:
    return sorted({each.value for group in CONSEQUENCES.values() for each in group})


# What became of it


def kept(amended: Sequence[Amended], policy: Policy, say: Say) -> View:
    """What was changed: each setting as it was and as it is."""
    changes = [
        say(
            "settings-change",
            setting=_label(each.setting, say),
            before=worded(each.setting, each.before, policy, say),
            after=worded(each.setting, each.after, policy, say),
        )
        for each in amended
    ]
    text = lines(changes, say) if changes else say("settings-nothing-changed")
    changed = {each.setting for each in amended}
    notes = [note for note, of in _NOTES.items() if changed & of]
    return _ending([told(text), *(context(say(f"settings-note-{note}")) for note in notes)], say)


_NOTES: Mapping[str, frozenset[Setting]] = {
    "open": frozenset(
        {Setting.RESPOND_WITHIN, Setting.TOUCH_WITHIN, Setting.HOURS, Setting.HOLIDAYS}
    ),
    "channels": frozenset(CHANNELS),
    "roles": frozenset(ROLES),
}


def changed_meanwhile(records: Sequence[SettingRecord], policy: Policy, say: Say) -> View:
    """Nothing was changed: somebody was faster, and this is what they did."""
    changes = [
        say(
            "settings-change-by",
            by=names.actor(record.entry.actor, say),
            setting=_label(Setting(record.entry.setting), say),
            before=worded(Setting(record.entry.setting), record.entry.before, policy, say),
            after=worded(Setting(record.entry.setting), record.entry.after, policy, say),
        )
        for record in records
    ]
    return _ending([told(say("settings-meanwhile")), told(lines(changes, say))], say)


def instead(text: str, say: Say) -> View:
    """Instead of a form: why nothing came of it, in marked text."""
    return _ending([told(text)], say)


def _ending(blocks: Sequence[Block], say: Say) -> View:
    return View(
        type="modal",
        callback_id=ids.DETAILS_VIEW,
        title=plain_text(say("settings-title"), TITLE_LIMIT),
        close=plain_text(say("details-close"), TITLE_LIMIT),
        blocks=list(blocks),
    )


def flaw(problem: Problem, say: Say, *, near: str | None = None) -> str:
    """What is wrong with a value, to be shown beside its field."""
    if problem.flaw is Flaw.GARBLED and problem.setting in (
        *_SPANS,
        Setting.UNDO_WITHIN,
        Setting.RETURNS_UNTOUCHED_AFTER,
    ):
        return say("flaw-span")
    if problem.flaw is Flaw.NO_ZONE and near:
        return say("flaw-no-zone-near", value=problem.value, near=near)
    if problem.setting is Setting.ROUTING and problem.flaw in (Flaw.GARBLED, Flaw.UNFIT_ROUTE):
        return say("flaw-route")
    if problem.flaw is Flaw.TOO_LONG:
        longest = timedelta(seconds=float(problem.value))
        return say("flaw-too-long", longest=span(longest, say))
    if problem.flaw is Flaw.UNFIT:
        return say(f"flaw-reason-{_UNFIT.get(problem.part.rpartition(':')[2], 'odd')}")
    return say(f"flaw-{problem.flaw.value}", value=problem.value)


_UNFIT = {
    "required": "required",
    "too_long": "long",
    "taken": "taken",
    "last": "last",
    "not_for_verb": "then",
    "too_many": "many",
}


# Values in words


def span(length: timedelta, say: Say) -> str:
    """A length of time as it may be typed, such as "1 h 30 min"."""
    hours, rest = map(str, divmod(round(length.total_seconds() / 60), 60))
    if hours == "0":
        return say("settings-span-minutes", minutes=rest)
    if rest == "0":
        return say("settings-span-hours", hours=hours)
    return say("settings-span-both", hours=hours, minutes=rest)


def worded(setting: Setting, text: str, policy: Policy, say: Say) -> str:
    """A setting that was written as JSON text, as a person reads it, in marked text."""
    value = json.loads(text)
    if value in ([], {}, None):
        return say("settings-none")
    match setting, value:
        case ((Setting.SALES_CHANNEL | Setting.MARKETING_CHANNEL), str()):
            return f"<#{escape(value)}>"
        case _, bool():
            return say("yes") if value else say("no")
        case ((Setting.RESPOND_WITHIN | Setting.TOUCH_WITHIN), dict()):
            return " · ".join(
                say(
                    "settings-named",
                    name=names.temperature(Temperature(name), say),
                    value=span(timedelta(seconds=seconds), say),
                )
                for name, seconds in sorted(value.items(), key=lambda each: _RANK[each[0]])
            )
        case ((Setting.UNDO_WITHIN | Setting.RETURNS_UNTOUCHED_AFTER), _):
            return span(timedelta(seconds=value), say)
        case Setting.HOURS, dict():
            days = dict(_days(say))
            return say(
                "settings-hours-value",
                start=value["start"],
                end=value["end"],
                days=", ".join(days[str(day)] for day in value["days"]),
            )
        case Setting.WEEK_STARTS_ON, _:
            return dict(_days(say))[str(value)]
        case Setting.LOCALE, str():
            return say(f"language-{value}")
        case Setting.ROUTING, dict():
            plans = [*((rule["id"], rule["plan"]) for rule in value["rules"])]
            plans.append((say("settings-routing-otherwise"), value["otherwise"]))
            return " · ".join(_plan(name, plan, say) for name, plan in plans)[:900]
        case ((Setting.DIGESTS | Setting.REASONS), list()):
            return escape(", ".join(str(each["id"]) for each in value), 300)
        case Setting.GROUPS, dict():
            return escape(", ".join(f"{id}: {len(ids)}" for id, ids in value.items()), 300)
        case _, list():
            return " ".join(map(mention, map(str, value)))[:600]
        case _:
            return escape(str(value))


def _plan(name: str, plan: Mapping[str, Any], say: Say) -> str:
    mode = say(f"routing-{plan['mode']}")
    asked = " ".join(mention(str(seat[0])) for seat in plan["seats"])
    return say("settings-routing-plan", name=escape(name), mode=mode, people=asked)


_RANK = {temperature.value: number for number, temperature in enumerate(Temperature)}


# One's own


def own(choice: Choice, say: Say, *, today: date, remember: str) -> View:
    """What somebody decides for themselves."""
    quiets = [option(each, say(f"quiet-{each}"), say(f"quiet-{each}-about")) for each in Quiet]
    languages = [("", say("settings-locale-own")), *_languages(say)]
    back = choice.back_on if choice.back_on and choice.back_on > today else None
    return _form(
        ids.OWN_FORM,
        say("own-title"),
        say("settings-save"),
        [
            field(radio(ids.QUIET, quiets, choice.quiet), say("own-quiet")),
            field(
                DatePickerElement(
                    action_id=ids.BACK_ON, initial_date=back.isoformat() if back else None
                ),
                say("own-back"),
                say("own-back-hint"),
                optional=True,
            ),
            field(pick(ids.LANGUAGE, _some(languages), choice.locale or _USUAL), say("own-locale")),
        ],
        say,
        remember,
    )


def usual(value: str) -> str | None:
    """A choice that may be none."""
    return None if value in ("", _USUAL) else value


def line_of(by: str, say: Say) -> str:
    """What is posted where Baton is told to post from now on: it shows that it can."""
    return say("settings-told-here", who=mention(by))
