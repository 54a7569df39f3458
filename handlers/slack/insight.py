"""Answers to /lead digest: a period in figures, by groups, and the leads behind a figure."""

from __future__ import annotations

from dataclasses import replace

from core.desk import Desk
from core.domain.measures import Measures
from core.domain.periods import period_asked
from core.domain.permission import may_see_person
from core.domain.schedule import Schedule
from core.errors import Invalid, NotFound, Refused
from core.ports import View
from core.services import looking
from core.services.digests import counted_now, schedule_of
from core.services.looking import Question, of_kept, of_period
from core.services.reporting import measures_of
from handlers.i18n import Say
from handlers.slack.digests import telling_of
from handlers.slack.numbers import Numbers
from handlers.slack.payload import Place
from handlers.slack.views import digest, insight
from handlers.slack.views.evidence import evidence
from handlers.slack.views.insight import Scene
from handlers.slack.views.message import Message


def answer(desk: Desk, asked: Numbers, place: Place, say: Say, *, shares: bool = True) -> Message:
    """What a person reads on asking this; never an error, but a sentence that says what is wrong.

    Where it is told to all of a channel there is nothing to press.
    """
    with desk.read(place.workspace) as view:
        try:
            return _answered(desk, view, asked, place, say, shares=shares)
        except Invalid:
            return insight.sentence(say, "insight-no-period")
        except NotFound:
            return insight.sentence(say, "insight-no-figure")
        except Refused:
            return insight.sentence(say, "error-personal")


def _answered(
    desk: Desk, view: View, asked: Numbers, place: Place, say: Say, *, shares: bool
) -> Message:
    measures, schedule, question = figures_asked(view, desk, asked)
    scene = Scene(asked, telling_of(view, measures, schedule))
    if asked.figure:
        found = looking.look(view, question, asked.figure, reader=place.user, page=asked.page)
        return insight.looked(found, replace(scene, people=_people(view, measures)), say)
    if asked.by:
        scene = grouped(view, scene, place.user)
        message = insight.by_groups(scene, say)
    else:
        short, whole = digest.digest(scene.telling, say), evidence(scene.telling, say)
        message = Message(short.text, [*short.blocks, *whole.blocks])
    if not shares:
        return message
    return Message(
        message.text, [*message.blocks, *insight.controls(_shareable(view, scene, place), say)]
    )


def figures_asked(view: View, desk: Desk, asked: Numbers) -> tuple[Measures, Schedule, Question]:
    """The figures of the period or digest that is meant. Raises Invalid, NotFound."""
    policy = view.workspace().policy
    if asked.period.startswith("dg_"):
        kept = view.digest(asked.period)
        measures = measures_of(kept) if kept else None
        if kept is None or measures is None:
            raise NotFound("no such digest")
        return measures, schedule_of(kept, kept.policy or policy), of_kept(kept, policy)
    now = desk.now()
    cadence, window = period_asked(
        asked.period, at=now, zone=policy.zone, starts_on=policy.week_starts_on
    )
    question = of_period(cadence, window, policy, at=now)
    return counted_now(view, cadence, window, at=now), question.schedule, question


def grouped(view: View, scene: Scene, reader: str) -> Scene:
    """With the groups that were asked for; of people only those whose figures one may read."""
    groups, policy = scene.measures.by(scene.asked.by or "source"), view.workspace().policy
    if scene.asked.by != "rep":
        return replace(scene, groups=groups)
    allowed = tuple(
        group for group in groups if group.key and may_see_person(reader, group.key, policy)
    )
    hidden = len(groups) - len(allowed)
    return replace(scene, groups=allowed, people=_people(view, scene.measures), hidden=hidden)


def _people(view: View, measures: Measures) -> dict[str, str]:
    """The names of all whose figures there are."""
    known = (view.person(group.key) for group in measures.by_rep if group.key)
    return {person.id: person.name for person in known if person}


def may_be_shared(view: View, asked: Numbers) -> bool:
    """Whether a whole channel may read it: figures of single people and lists of leads stay."""
    if asked.figure:
        return False
    return asked.by != "rep" or view.workspace().policy.shows_people


def _shareable(view: View, scene: Scene, place: Place) -> Scene:
    shares = bool(place.channel) and may_be_shared(view, scene.asked)
    return replace(scene, shares=shares)
