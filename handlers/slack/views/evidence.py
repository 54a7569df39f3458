"""The evidence: every figure behind a digest, in its thread, with what each leaves out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slack_sdk.models.blocks import Block

from core.domain.lead import Temperature
from core.domain.measures import (
    Ageing,
    Criticism,
    Duties,
    Group,
    Measures,
    Rejection,
    Velocity,
)
from core.domain.measures.figures import AGE_BOUNDS
from handlers.i18n import Say
from handlers.slack.views import figures, names
from handlers.slack.views.blocks import context, facts, told
from handlers.slack.views.digest import Telling
from handlers.slack.views.message import Message
from handlers.slack.views.text import day, escape, lines, span

_SHOWN = 8  # groups of a kind, the largest first
_CRITICISED = 3
_VERSIONS = 5


def evidence(telling: Telling, say: Say) -> Message:
    """The second message, for whoever asks how we know."""
    text = say("evidence-title", period=figures.period(telling.measures.window, telling.zone, say))
    parts = (
        (say("evidence-funnel"), _funnel(telling, say)),
        (say("evidence-clocks"), _clocks(telling.measures, say)),
        (say("evidence-rejections"), _rejections(telling, say)),
        (say("evidence-temperature"), _temperatures(telling.measures, say)),
        (say("evidence-source"), _groups(telling.measures.by_source, say)),
        (say("evidence-definition"), _criticism(telling, say)),
        (say("evidence-ageing"), _ageing(telling.measures.ageing, say)),
    )
    blocks: list[Block] = [told(say("heading", text=escape(text)))]
    for title, said in parts:
        found = [say("bullet", text=line) for line in said]
        if found:
            blocks.append(told(lines([say("heading", text=title), *found], say)))
    duties = facts(_duties(telling.measures.duties, say))
    return Message(
        text,
        [
            *blocks,
            told(say("heading", text=say("evidence-duties"))),
            *duties,
            context(*_remarks(telling, say)),
        ],
    )


def _funnel(telling: Telling, say: Say) -> Iterator[str]:
    """How far leads got, each rung from the latest period of which all had the time for it."""
    for cohort in (telling.measures.period.own, *telling.measures.cohorts):
        if cohort.whole:
            said = figures.cohort(cohort, say, telling.zone)
            skipped = say("cohort-skipped", count=cohort.skipped) if cohort.skipped else ""
            line = say("labelled", label=say(f"rung-{cohort.rung.value}"), text=said)
            yield say("with-note", line=line, note=skipped) if skipped else line


def _clocks(measures: Measures, say: Say) -> Iterator[str]:
    period = measures.period
    for name in ("decide", "touch", "wait"):
        clocks = getattr(period, name)
        line = say("labelled", label=say(f"clock-{name}"), text=figures.clocks(clocks, say))
        left_out = say("clock-left-out", count=clocks.left_out) if clocks.left_out else ""
        yield say("with-note", line=line, note=left_out) if left_out else line
    yield from (_velocity(each, say) for each in period.velocity if each.took.n)


def _velocity(velocity: Velocity, say: Say) -> str:
    move = say(
        "move", before=names.stage(velocity.start, say), after=names.stage(velocity.end, say)
    )
    return say("velocity", move=move, took=figures.spread(velocity.took, say))


def _rejections(telling: Telling, say: Say) -> Iterator[str]:
    """Each class with its reasons; they are shares of all rejections."""
    for group, share in telling.measures.refusals.by_class:
        given = (each for each in telling.measures.refusals.by_reason if each.group is group)
        reasons = [_given(each, telling, say) for each in given]
        label = names.reason_class(group, say)
        line = say("labelled", label=label, text=figures.share(share, say))
        yield say("with-note", line=line, note=say("list-separator").join(reasons))


def _given(of: Rejection, telling: Telling, say: Say) -> str:
    label = escape(names.reason(of.reason, say, telling.reasons))
    return say("reason-count", reason=label, count=of.share.part)


def _temperatures(measures: Measures, say: Say) -> Iterator[str]:
    groups = {group.key: group for group in measures.by_temperature}
    for warmth in Temperature:
        if found := groups.get(warmth.value):
            label = names.temperature(warmth, say)
            yield say("labelled", label=label, text=_group(found, say))


def _groups(groups: Sequence[Group], say: Say) -> Iterator[str]:
    groups = [group for group in groups if group.offered or group.acceptance.whole]
    largest = sorted(groups, key=lambda group: -group.offered)
    for group in largest[:_SHOWN]:
        yield say("labelled", label=_called(group, say), text=_group(group, say))
    if len(groups) > _SHOWN:
        yield say("more-groups", count=len(groups) - _SHOWN)


def _called(group: Group, say: Say) -> str:
    if group.others:
        return say("group-others")
    return escape(group.key, 60) if group.key is not None else say("group-unknown")


def _group(group: Group, say: Say) -> str:
    if not group.acceptance.whole:
        return say("group-undecided", count=group.offered)
    accepted = figures.ranged(group.acceptance, say)
    return say("group-line", count=group.offered, accepted=accepted)


def _criticism(telling: Telling, say: Say) -> Iterator[str]:
    found = [each for each in telling.measures.criticism if each.is_real][:_CRITICISED]
    for each in found:
        yield _refused(each, telling, say)
    if not found:
        yield say("criticism-none")


def _refused(of: Criticism, telling: Telling, say: Say) -> str:
    return say(
        "criticism",
        rule=escape(telling.rule(of.rule, say), 100),
        refused=figures.share(of.refused, say),
        elsewhere=figures.share(of.elsewhere, say),
    )


def _ageing(stages: Sequence[Ageing], say: Say) -> Iterator[str]:
    for each in stages:
        if each.n and each.p90 is not None and each.oldest is not None:
            over = sum(each.buckets[-2:])
            yield say(
                "ageing",
                stage=names.stage(each.stage, say),
                count=each.n,
                p90=span(each.p90, say=say),
                oldest=span(each.oldest, say=say),
                over=over,
                days=AGE_BOUNDS[-2],
            )


def _duties(duties: Duties, say: Say) -> list[tuple[str, str]]:
    """What each team owes the other: marketing's on the left, sales' on the right."""
    busiest = max(duties.by_day, key=lambda pair: pair[1], default=None)
    smooth = (
        say("duty-busiest", day=day(busiest[0], say=say), share=figures.share(duties.busiest, say))
        if busiest and busiest[1]
        else say("share-none")
    )
    return [
        (say("duty-complete"), figures.share(duties.complete, say)),
        (say("duty-decided"), figures.share(duties.decided_in_time, say)),
        (say("duty-triggered"), figures.share(duties.triggered, say)),
        (say("duty-touched"), figures.share(duties.touched_in_time, say)),
        (say("duty-smooth"), smooth),
    ]


def _remarks(telling: Telling, say: Say) -> Iterator[str]:
    """What is not to be trusted as it stands, and by which versions the leads qualified."""
    measures = telling.measures
    for each in measures.remarks:
        yield say(f"remark-{each.remark.value}", count=each.count, whole=each.of)
    if measures.definitions:
        shown = [escape(label, 60) for label in measures.definitions[:_VERSIONS]]
        yield say("definition", label=say("list-separator").join(shown))
    yield say("evidence-how")
