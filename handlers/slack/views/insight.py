"""Insight: a period by its groups, and the leads behind a figure, for whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from types import MappingProxyType

from slack_sdk.models.blocks import (
    Block,
    ButtonElement,
    InteractiveElement,
    Option,
    StaticSelectElement,
)

from core.domain.behind import FIGURES, because, of_cohort, of_group
from core.domain.lead import Lead
from core.domain.measures import Fact, Group, Measures
from core.services.looking import PAGE, Looked
from handlers.i18n import Say, Value
from handlers.slack.numbers import Numbers
from handlers.slack.views import figures, ids, names
from handlers.slack.views.blocks import actions, button, context, header, plain_text, told
from handlers.slack.views.digest import Telling
from handlers.slack.views.message import Message
from handlers.slack.views.text import escape, lines, plain, when

_VALUE_LIMIT = 75  # characters of a choice, by which it is known again
_MOST_CHOICES = 100
People = Mapping[str, str]
_STAGES = ("mql", "sal", "sql", "customer")


@dataclass(frozen=True, slots=True)
class Scene:
    """What was asked, the figures that answer it, and what the asker may read.

    Of `hidden` groups the asker may not read the figures; it `shares` where a channel may. `people`
    are the names of those whose figures are told, by id.
    """

    asked: Numbers
    telling: Telling
    groups: tuple[Group, ...] = ()
    people: People = field(default_factory=dict)
    hidden: int = 0
    shares: bool = False

    @property
    def measures(self) -> Measures:
        return self.telling.measures


# The figures that can be looked into


def figure(name: str, say: Say, telling: Telling, people: People = MappingProxyType({})) -> str:
    """What a figure is called, plain text; `people` are names by id."""
    if name in _STAGES:
        return say("figure-reached", stage=say(f"stage-{name}"))
    if name in FIGURES:
        return say(f"figure-{name}")
    if name.startswith("because:"):
        label = names.reason(name.partition(":")[2], say, telling.reasons)
        return say("figure-because", reason=label)
    if name.startswith("cohort:"):
        rung, _, part = name.partition(":")[2].partition(".")
        said = "figure-reached-in-time" if part else "figure-set-out"
        return say(said, rung=say(f"rung-{rung}"))
    dimension, _, rest = name.partition("~")
    part = rest.partition(".")[2]
    key = _key(name, telling.measures)
    group = _called(people.get(key or "", key), dimension, say, telling)
    return say("figure-group", group=group, part=say(f"figure-{part or 'offered'}"))


def _key(name: str, measures: Measures) -> str | None:
    dimension = name.partition("~")[0]
    short = name.partition(".")[0]
    groups = (each for each in measures.by(dimension) if not each.others)
    return next((each.key for each in groups if of_group(dimension, each.key) == short), None)


def _called(key: str | None, dimension: str, say: Say, telling: Telling) -> str:
    """What a group is called, plain text; what strangers named is as they wrote it."""
    if key is None:
        return say("group-unknown")
    match dimension:
        case "temperature":
            return say(f"temperature-{key}")
        case "rule":
            return plain(telling.rule(key, say), 60)
        case _:
            return plain(key, 60)


def behind_figures(period: str, telling: Telling, say: Say, *, aside: bool = False) -> Block | None:
    """A menu of every figure that counts somebody: choosing one shows the leads behind it.

    `aside` leaves the message that it stands in as it is.
    """
    counted = list(_counted(telling, say))
    options = [
        _option(f"{label} ({count})", Numbers(period, figure=name).text)
        for name, label, count in counted
        if count and len(Numbers(period, figure=name).text) <= _VALUE_LIMIT
    ]
    return _menu(options, say, aside=aside)


def _counted(telling: Telling, say: Say) -> Iterator[tuple[str, str, int]]:
    for name, known in FIGURES.items():
        yield name, figure(name, say, telling), known.read(telling.measures)
    for rejection in telling.measures.refusals.by_reason:
        name = because(rejection.reason)
        yield name, figure(name, say, telling), rejection.share.part
    for cohort in telling.measures.cohorts:
        for reached, count in ((False, cohort.whole), (True, cohort.reached)):
            name = of_cohort(cohort.rung, reached=reached)
            yield name, figure(name, say, telling), count


def _menu(options: Sequence[Option], say: Say, *, aside: bool) -> Block | None:
    if not options:
        return None
    select = StaticSelectElement(
        action_id=ids.ASIDE if aside else ids.run(90),
        placeholder=plain_text(say("button-behind"), 75),
        options=list(options[:_MOST_CHOICES]),
    )
    return actions("behind", [select])


def _option(text: str, value: str) -> Option:
    return Option(text=plain_text(text, 75), value=value)


# Answers


def controls(scene: Scene, say: Say) -> list[Block]:
    """What else can be asked of the same period, and where it can be told."""
    asked = scene.asked
    also: list[InteractiveElement] = [
        button(say(f"button-by-{name}"), ids.run(91 + number), Numbers(asked.period, name).text)
        for number, name in enumerate(("source", "temperature", "rep"))
        if name != asked.by
    ]
    told_to: list[InteractiveElement] = []
    if scene.shares:
        told_to.append(button(say("button-share"), ids.SHARE, asked.text))
    told_to.append(button(say("button-table"), ids.TABLE, asked.text))
    menu = (
        behind_figures(asked.period, scene.telling, say) if not asked.by else _of_groups(scene, say)
    )
    return [*([menu] if menu else []), actions("by", also), actions("told", told_to)]


def _of_groups(scene: Scene, say: Say) -> Block | None:
    dimension = scene.asked.by or ""
    options = [
        _option(
            f"{figure(name, say, scene.telling, scene.people)} ({count})",
            Numbers(scene.asked.period, figure=name).text,
        )
        for group in scene.groups
        if not group.others
        for name, count in _parts(dimension, group)
        if count and len(Numbers(scene.asked.period, figure=name).text) <= _VALUE_LIMIT
    ]
    return _menu(options, say, aside=False)


def _parts(dimension: str, group: Group) -> Iterable[tuple[str, int]]:
    accepted = group.acceptance
    if dimension != "rep":
        yield of_group(dimension, group.key), group.offered
    yield of_group(dimension, group.key, "accepted"), accepted.part
    yield of_group(dimension, group.key, "rejected"), accepted.whole - accepted.part


def by_groups(scene: Scene, say: Say) -> Message:
    """The rates of each group of a period, the largest first."""
    telling, dimension = scene.telling, scene.asked.by or "source"
    period = figures.period(telling.measures.window, telling.zone, say)
    title = say("insight-by", dimension=say(f"dimension-{dimension}"), period=period)
    rows = [_group(group, dimension, say, telling) for group in scene.groups]
    if scene.hidden:
        whole = figures.share(telling.measures.period.acceptance, say)
        rows.append(say("insight-hidden", count=scene.hidden, whole=escape(whole)))
    body = lines(rows, say) if rows else say("insight-nothing")
    counted = when(telling.measures.as_of, zone=telling.zone, say=say)
    blocks = [header(title), told(body), context(say("insight-as-of", when=counted))]
    return Message(f"{escape(title)}", blocks)


def _group(group: Group, dimension: str, say: Say, telling: Telling) -> str:
    if group.others:
        called = escape(say("group-others"))
    elif dimension == "rep" and group.key:
        called = names.actor(group.key, say)
    else:
        called = escape(_called(group.key, dimension, say, telling))
    values: dict[str, Value] = {
        "offered": group.offered,
        "accepted": escape(figures.ranged(group.acceptance, say)),
        "in_time": escape(figures.promise(group.in_time, say)),
    }
    line = "insight-rep" if dimension == "rep" else "insight-group"
    return say("bullet", text=say(line, called=say("heading", text=called), **values))


def looked(found: Looked, scene: Scene, say: Say) -> Message:
    """One page of the leads that a figure counts."""
    telling, asked = scene.telling, scene.asked
    period = figures.period(telling.measures.window, telling.zone, say)
    called = figure(found.figure, say, telling, scene.people)
    text = say("insight-leads", figure=escape(called), period=escape(period), count=found.total)
    rows = [
        _row(number, fact, lead, say, telling.zone)
        for number, (fact, lead) in enumerate(found.rows)
    ]
    counted = when(telling.measures.as_of, zone=telling.zone, say=say)
    turns = [*_turns(found, asked, say)]
    back = button(say("button-back-to-digest"), ids.run(PAGE + 2), Numbers(asked.period).text)
    table = button(say("button-table"), ids.TABLE, asked.text)
    return Message(
        text,
        [
            told(say("heading", text=text)),
            *rows,
            context(say("insight-as-of", when=counted)),
            actions("pages", [*turns, back, table]),
        ],
    )


def _row(number: int, fact: Fact, lead: Lead | None, say: Say, zone: tzinfo) -> Block:
    opened = when(fact.opened_at, zone=zone, say=say)
    outcome = say(f"outcome-{fact.outcome.value}") if fact.outcome else say("outcome-open")
    line = say("insight-row", opened=opened, outcome=escape(outcome))
    if lead is None:
        return told(f"{say('insight-gone')}\n{line}")
    who = names.who(lead, say)
    hears = say("hears-show", who=names.called(lead, say))
    show = button(say("button-show"), ids.run(number), f"status {lead.id}", hears=hears)
    return told(f"{say('heading', text=escape(who))}\n{line}", button=show)


def _turns(found: Looked, asked: Numbers, say: Say) -> Iterator[ButtonElement]:
    if found.number > 1:
        yield button(say("button-back"), ids.run(PAGE), f"{asked.text} page {found.number - 1}")
    if found.number < found.last:
        yield button(say("button-next"), ids.run(PAGE + 1), f"{asked.text} page {found.number + 1}")


def sentence(say: Say, key: str, **values: str) -> Message:
    """Why there is nothing to show."""
    text = say(key, **{name: escape(value) for name, value in values.items()})
    return Message(text, [told(text)])


def shared(message: Message, by: str, say: Say) -> Message:
    """The same for a channel, with who wanted it to be seen."""
    note = context(say("insight-shared", who=names.actor(by, say)))
    return Message(message.text, [*message.blocks, note])
