"""The course: what a lead in nurturing is to be sent, for whoever looks after it."""

from __future__ import annotations

from slack_sdk.models.blocks import ButtonElement

from core.domain.course import Course
from core.domain.definition import worded
from core.domain.nurturing import Offer
from core.domain.stages import Stage
from core.services.reporting import Story
from handlers.i18n import Say
from handlers.slack.views import ids, names
from handlers.slack.views.blocks import button
from handlers.slack.views.text import day, escape, linked, plain

_SHOWN = 150  # characters


def course_lines(story: Story, say: Say) -> list[str]:
    """On which track a lead is, what is next and when it wakes, each in a line of marked text."""
    wakes = story.lead.wake_on if story.lead.stage is Stage.NURTURING else None
    return [
        *track_lines(story.course, say),
        *([say("course-wakes", day=day(wakes, say=say))] if wakes else []),
    ]


def track_lines(course: Course | None, say: Say) -> list[str]:
    """On which track a lead is and what is next; nothing where it is on none."""
    if course is None:
        return []
    track = worded(course.track.name, say.locale) or course.track.id
    phase = escape(names.phase(course.phase, say), _SHOWN) if course.phase else ""
    key = "course-track-phase" if phase else "course-track"
    return [
        say(key, track=escape(track, _SHOWN), phase=phase),
        say("course-next", offer=_offer(course.next, say)) if course.next else say("course-done"),
    ]


def _offer(offer: Offer, say: Say) -> str:
    name = called(offer, say)
    return linked(offer.link, name) if offer.link else escape(name, _SHOWN)


def called(offer: Offer, say: Say) -> str:
    """What an offer is called, in plain text."""
    return plain(worded(offer.name, say.locale) or offer.id, _SHOWN)


def sent_buttons(story: Story, say: Say) -> list[ButtonElement]:
    """The button that says that the next offer was sent; none where there is none to send."""
    offer = story.course.next if story.course else None
    if offer is None or story.handoff is None:
        return []
    hears = say("hears-sent", offer=called(offer, say), who=names.called(story.lead, say))
    value = ids.sending(story.handoff.id, offer.id)
    return [button(say("button-sent"), ids.SENT, value, hears=hears)]
