"""Every view that Baton can show, drawn from stories: name → how it is drawn in a language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from slack_sdk.models.views import View

from core.domain.agreement import AlreadySigned, Version
from core.domain.behind import DIMENSIONS
from core.domain.chain import GENESIS, seal
from core.domain.choice import Choice, Quiet
from core.domain.course import Course
from core.domain.definition import default, load
from core.domain.handoff import AlreadyTaken, Case, Incomplete, Outcome, OutOfPlace, TooLate
from core.domain.log import Door
from core.domain.measures import Fact
from core.domain.periods import Cadence
from core.domain.permission import RIGHTS, Right
from core.domain.policy import Policy
from core.domain.reminder import Step
from core.domain.roles import Role, Team
from core.domain.routing import Criterion, Mode, Plan, Routing, Rule, Seat
from core.domain.routing_text import routing_tree
from core.domain.scoring import score
from core.domain.settings import Amended, Change, Setting, change
from core.domain.settings_log import SettingAct
from core.domain.stages import Stage, Verb
from core.domain.versions import State
from core.ports import Load
from core.services.agreement import Dossier
from core.services.home import SHELVES, Age, Home, Section, Shelf
from core.services.intake import Captured
from core.services.looking import Looked
from core.services.reporting import Page, Story
from core.services.settings import Book
from handlers.i18n import Say
from handlers.slack.numbers import Numbers
from handlers.slack.views import (
    adding,
    answers,
    assigning,
    definition,
    digest,
    evidence,
    home,
    insight,
    mending,
    modals,
    notices,
    proposal,
    reminders,
    settings,
    waking,
)
from handlers.slack.views.card import briefing, card
from handlers.slack.views.digest import Telling
from handlers.slack.views.insight import Scene
from handlers.slack.views.message import Message
from handlers.slack.views.overdue import overdue
from handlers.slack.views.story import handoff_of
from tests.slack import dossiers, stories, weeks
from tests.slack.stories import NOW, POLICY

Drawing = Callable[[Say], Message | View]
_FACT = Fact("ho_2", "ld_jane", None, "v7 a1b2c3d", NOW, NOW, NOW)
_LOOKED = Looked(
    "because:bad_timing",
    [
        (_FACT, stories.JANE),
        (_FACT._replace(outcome=Outcome.REJECTED, reason="spam"), None),
    ],
    2,
    35,
)
LINK = "https://acme.slack.example/archives/C0SALES/p1763947800000100"
WAITING = [
    (stories.OVERDUE, Step.ANSWER_LATE),
    (stories.TAKEN, Step.TOUCH_SOON),
    (stories.TAKEN, Step.TOUCH_LATE),
]
_OF_ASKING = [
    (stories.ASKED, Step.ANSWER_SOON),
    (stories.ASKED_LATE, Step.ANSWER_LATE),
    (stories.UNASKED, Step.UNASKED),
    (stories.ASKED, Step.GIVEN),
    (stories.GIVEN_AWAY, Step.GIVEN),
    (stories.GIVEN_BACK, Step.RETURNED),
    (stories.LAPSED, Step.LAPSED),
]
GROUPED = replace(
    stories.TAKEN, policy=replace(POLICY, people={Role.MANAGER: frozenset({"S01BOSS", "U09MGR"})})
)
TODAY = date(2025, 11, 24)
LATER = NOW + timedelta(minutes=30)


def drawn_of(story: Story) -> Mapping[str, Drawing]:
    """Whatever can be drawn of one story."""
    drawn: dict[str, Drawing] = {
        "details": lambda say: modals.details(story, say, now=NOW),
        "status": lambda say: answers.status(story, say, now=NOW, link=LINK),
        "log": lambda say: answers.log(story, say, now=NOW),
        "wake-form": lambda say: waking.form(story.lead, say, today=TODAY, on=TODAY, remember=""),
        "wake-set": lambda say: waking.resting(story.lead, say),
        "assign-form": lambda say: assigning.form(
            story.lead, say, takers={"U1": "<x>" * 99}, to=None, remember=""
        ),
        "added": lambda say: _added(taken_in(story), say),
        "noted": lambda say: answers.noted(story.lead, say),
        "choice": lambda say: answers.choice([story.lead] * 12, say, "status"),
        "list": lambda say: answers.leads(Page([story.lead] * 10, 2, 40), say, "list", now=NOW),
    }
    if story.handoff is not None:
        drawn |= {
            "card": lambda say: card(story, say, now=NOW),
            "briefing": lambda say: briefing(story, say, now=NOW),
            "returned": lambda say: notices.returned(story, say, now=NOW),
            "home": lambda say: home.home(home_showing([story] * 5), say, now=NOW),
            "overdue": lambda say: overdue(
                Shelf(Section.LATE, cases_of([story] * 5), 2, 17), say, now=NOW
            ),
            "nudge": lambda say: reminders.nudge(story, Step.ANSWER_LATE, say),
            "reminder": lambda say: reminders.reminder(
                [(story, step) for step in Step] * 3, say, to=stories.RIN, id="rm_1"
            ),
            "reject-form": lambda say: modals.form(story, Verb.REJECT, say, today=TODAY),
        }
    return drawn


def proposed(dossier: Dossier, *teams: Team) -> Drawing:
    """A proposal as it hangs in the channel of these teams, sales unless said."""
    return lambda say: proposal.proposal(dossier, say, teams=teams or (Team.SALES,))


def whole(dossier: Dossier) -> Drawing:
    """Everything behind a proposal."""
    return lambda say: proposal.whole_proposal(dossier, say)


def ruled(version: Version, *waiting: Version) -> Drawing:
    """The answer to the question what counts as hot."""
    links = [(each, LINK) for each in waiting]
    return lambda say: definition.definition(version, links, say, policy=POLICY)


def _scene(by: str | None = None, week: str = "good") -> Scene:
    telling = weeks.TELLINGS[week]
    groups = telling.measures.by(by or "source")
    asked = Numbers("2025-W47", by, None if by else "because:bad_timing", 2)
    shown = groups[:1] if by == "rep" else groups
    return Scene(asked, telling, shown, hidden=len(groups) - len(shown), shares=True)


def _by(dimension: str, week: str = "good") -> Drawing:
    return lambda say: insight.by_groups(_scene(dimension, week), say)


def _digest(told: Telling) -> Drawing:
    return lambda say: digest.digest(told, say)


def _evidence(told: Telling) -> Drawing:
    return lambda say: evidence.evidence(told, say)


_SIGNED = AlreadySigned(Team.SALES, stories.RIN, NOW)


def cases_of(told: Sequence[Story]) -> tuple[Case, ...]:
    return tuple(
        Case(
            replace(story.lead, handoff_id=f"ho_{place}"),
            replace(handoff_of(story), id=f"ho_{place}"),
            story.policy,
        )
        for place, story in enumerate(told)
    )


def home_showing(
    told: Sequence[Story],
    sections: Collection[Section] = SHELVES,
    *,
    loads: Mapping[str, Load] | None = None,
    number: int = 1,
    total: int | None = None,
) -> Home:
    """A Home with the same stories in each of its parts."""
    cases = cases_of(told)
    many = len(cases) if total is None else total
    counts = dict.fromkeys(Outcome, 0) | {Outcome.ACCEPTED: 4, Outcome.REJECTED: 1}
    return Home(
        stories.RIN,
        tuple(Shelf(section, cases, number, many) for section in SHELVES if section in sections),
        counts if Section.OPEN in sections else None,
        counts if Section.RETURNED in sections else None,
        loads,
        POLICY,
        courses={case.lead.id: course for case, course in _sent(cases, told)},
        ages={Age.DAY: 1, Age.WEEK: 0, Age.MONTH: 4, Age.LONGER: 2},
        waiting=3,
    )


def _sent(cases: Sequence[Case], told: Sequence[Story]) -> Iterator[tuple[Case, Course]]:
    for case, story in zip(cases, told, strict=True):
        if story.course is not None:
            yield case, story.course


_LOADS = {stories.BOB: Load(3, 0), stories.RIN: Load(7, 2)}
_FOLLOWED = replace(
    stories.TAKEN, handoff=replace(handoff_of(stories.TAKEN), touch_due_at=NOW + timedelta(hours=4))
)
_CONTACTED = replace(_FOLLOWED, handoff=replace(handoff_of(_FOLLOWED), touched_at=NOW))
_NEGLECTED = replace(
    _FOLLOWED, handoff=replace(handoff_of(_FOLLOWED), touch_due_at=NOW - timedelta(hours=3))
)
_TAKEN = AlreadyTaken(stories.RIN, NOW, Outcome.ACCEPTED)
_SUPERSEDED = replace(stories.RETURNED, lead=replace(stories.RETURNED.lead, handoff_id="ho_3"))
_FULL_PAGE = Page(stories.PAGE_OF_MANY.leads, 2, 35)

HOSTILE: Mapping[str, Drawing] = {
    "proposal": proposed(dossiers.HOSTILE, *Team),
    "proposal-details": whole(dossiers.HOSTILE),
    "definition": ruled(dossiers.HOSTILE_ACTIVE, dossiers.HOSTILE.version),
}


_TAKERS = {stories.BOB: "Bob Brown", stories.RIN: "Rin Ito"}
_TOLD = adding.Told("jane@acme.example", "03-1234-5678", comment="Jane wants a demo & a quote")
_RULES = load(default())


def taken_in(story: Story, *, created: bool = True) -> Captured:
    """The lead of a story, as somebody just brought it in."""
    lead, handoff = story.lead, story.handoff
    explanation = handoff.explanation if handoff else score(_RULES, lead.facts(), (), as_of=NOW)
    return Captured(lead, explanation, handoff, created, 1)


def _added(taken: Captured, say: Say) -> View:
    return adding.became(taken, _RULES, say, policy=POLICY, now=NOW)


_FORMS = sorted({*RIGHTS, Verb.UNDO} - {Verb.RULE_OUT})


def _form(verb: Verb) -> Drawing:
    undone = Verb.ACCEPT if verb is Verb.UNDO else None
    return lambda say: modals.form(stories.OFFERED, verb, say, today=TODAY, undoing=undone)


def _refusal(right: Right) -> Drawing:
    return lambda say: notices.sorry(say, right.value)


_ACT = SettingAct("locale", '"ja"', '"en"', stories.RIN, Door.MODAL, NOW)
_CHANGED = seal(_ACT, seq=7, recorded_at=NOW, remark=None, previous=GENESIS)
_LED = replace(
    POLICY,
    people={
        Role.ADMIN: frozenset({stories.RIN}),
        Role.REP: frozenset({stories.BOB, "S01REPS"}),
        Role.MARKETER: frozenset({"U04MIA"}),
    },
)
_BOOK = Book(_LED, 7, {"locale": _CHANGED})
_ROUTED = replace(
    _BOOK,
    policy=replace(
        _LED,
        routing=Routing(
            (
                Rule(
                    "DACH",
                    (Criterion("country", "in", ("DE", "AT")),),
                    Plan(Mode.WEIGHTED, (Seat(stories.BOB, 2, 5), Seat("S01REPS"))),
                ),
            )
        ),
    ),
)
_GROUPS = {"S01REPS": "Sales reps", "S02ALL": "Everybody <!channel>"}
_WANTED: Mapping[Setting, object] = {
    Setting.SALES_CHANNEL: "C0NEW",
    Setting.REPS: [stories.BOB],
    Setting.GROUPS: {"S01REPS": [stories.BOB]},
    Setting.RESPOND_WITHIN: {"hot": 1800, "warm": 5400},
    Setting.UNDO_WITHIN: 3660,
    Setting.HOURS: {"start": "08:30", "days": [0, 1, 6]},
    Setting.HOLIDAYS: ["JP", "DE-BY"],
    Setting.WEEK_STARTS_ON: 6,
    Setting.TIMEZONE: "Asia/Tokyo",
    Setting.LOCALE: "ja",
    Setting.DIGESTS: [],
    Setting.GUESTS_MAY_DECIDE: True,
    Setting.ROUTING: routing_tree(_ROUTED.policy.routing),
    Setting.RETURNS_UNTOUCHED_AFTER: None,
}


def _amended(policy: Policy) -> tuple[Amended, ...]:
    outcome = change(policy, _WANTED)
    assert isinstance(outcome, Change)
    return outcome.amended


_AMENDED = _amended(POLICY)


def _section(section: settings.Section) -> Drawing:
    return lambda say: settings.form(section, _BOOK, say, remember="", groups=_GROUPS)


VIEWS: Mapping[str, Drawing] = {
    "card-open": lambda say: card(stories.OFFERED, say, now=NOW),
    "card-overdue": lambda say: card(stories.OVERDUE, say, now=NOW),
    "card-asked": lambda say: card(stories.ASKED, say, now=NOW),
    "card-asked-late": lambda say: card(stories.ASKED_LATE, say, now=NOW),
    "card-unasked": lambda say: card(stories.UNASKED, say, now=NOW),
    "card-sent-on": lambda say: card(stories.SENT_ON, say, now=NOW),
    "card-passed-on": lambda say: card(stories.PASSED_ON, say, now=NOW),
    "card-lapsed": lambda say: card(stories.LAPSED, say, now=NOW),
    "card-given-back": lambda say: card(stories.GIVEN_BACK, say, now=NOW),
    "card-given-away": lambda say: card(stories.GIVEN_AWAY, say, now=NOW),
    "log-passed-on": lambda say: answers.log(stories.PASSED_ON, say, now=NOW),
    "log-lapsed": lambda say: answers.log(stories.LAPSED, say, now=NOW),
    "card-again": lambda say: card(stories.AGAIN, say, now=NOW),
    "card-as-asked": lambda say: card(stories.AS_ASKED, say, now=NOW),
    "card-accepted": lambda say: card(stories.TAKEN, say, now=NOW),
    "card-accepted-for-good": lambda say: card(stories.TAKEN, say, now=LATER),
    "card-rejected": lambda say: card(stories.RETURNED, say, now=NOW),
    "card-superseded": lambda say: card(_SUPERSEDED, say, now=NOW),
    "card-sparse": lambda say: card(stories.SPARSE_OFFER, say, now=NOW),
    "card-to-confirm": lambda say: card(stories.TO_CONFIRM, say, now=NOW),
    "card-confirmed": lambda say: card(stories.CONFIRMED, say, now=NOW),
    "card-promised": lambda say: card(stories.WORKED, say, now=NOW),
    "card-contact-overdue": lambda say: card(stories.LATE, say, now=NOW),
    "card-contacted": lambda say: card(stories.REACHED, say, now=NOW),
    "card-advanced": lambda say: card(stories.ADVANCED, say, now=NOW),
    "card-advanced-for-good": lambda say: card(stories.ADVANCED, say, now=LATER),
    "card-won": lambda say: card(stories.WON, say, now=NOW),
    "card-lost": lambda say: card(stories.LOST, say, now=NOW),
    "card-recycled": lambda say: card(stories.RECYCLED, say, now=NOW),
    "card-disqualified": lambda say: card(stories.DISQUALIFIED, say, now=NOW),
    "card-reopened": lambda say: card(stories.REOPENED, say, now=LATER),
    "returned-recycled": lambda say: notices.returned(stories.RECYCLED, say, now=NOW),
    "returned-disqualified": lambda say: notices.returned(stories.DISQUALIFIED, say, now=NOW),
    "briefing": lambda say: briefing(stories.TAKEN, say, now=NOW),
    "briefing-undone": lambda say: briefing(stories.OFFERED, say, now=NOW),
    "reminder": lambda say: reminders.reminder(WAITING, say, to=stories.RIN, id="rm_1"),
    "reminder-many": lambda say: reminders.reminder(WAITING * 5, say, to=stories.BOB, id="rm_1"),
    "reminder-put-off": lambda say: reminders.put_off(LATER, say, zone=POLICY.zone),
    "nudge-soon": lambda say: reminders.nudge(stories.OFFERED, Step.ANSWER_SOON, say),
    "nudge-asked-soon": lambda say: reminders.nudge(stories.ASKED, Step.ANSWER_SOON, say),
    "nudge-asked-late": lambda say: reminders.nudge(stories.ASKED_LATE, Step.ANSWER_LATE, say),
    "nudge-unasked": lambda say: reminders.nudge(stories.UNASKED, Step.UNASKED, say),
    "reminder-asked": lambda say: reminders.reminder(_OF_ASKING, say, to=stories.RIN, id="rm_1"),
    "reminder-asking": lambda say: reminders.reminder(_OF_ASKING, say, to="U09MGR", id="rm_1"),
    "nudge-late": lambda say: reminders.nudge(stories.OVERDUE, Step.ANSWER_LATE, say),
    "nudge-untouched": lambda say: reminders.nudge(GROUPED, Step.TOUCH_LATE, say),
    "returned-on-track": lambda say: notices.returned(stories.ON_TRACK, say, now=NOW),
    "returned-sent-all": lambda say: notices.returned(stories.SENT_ALL, say, now=NOW),
    "status-on-track": lambda say: answers.status(stories.ON_TRACK, say, now=NOW),
    "details-on-track": lambda say: modals.details(stories.ON_TRACK, say, now=NOW),
    "returned-waking": lambda say: notices.returned(stories.RETURNED, say, now=NOW),
    "returned-ruled-out": lambda say: notices.returned(stories.RULED_OUT, say, now=NOW),
    "returned-to-mend": lambda say: notices.returned(stories.TO_MEND, say, now=NOW),
    "form-reject-sales": lambda say: modals.form(
        stories.OFFERED, Verb.REJECT, say, today=TODAY, takers=stories.TAKERS
    ),
    "form-resubmit": lambda say: mending.form(stories.TO_MEND, say, remember="{}"),
    "card-mended": lambda say: card(stories.MENDED, say, now=NOW),
    "returned-attached": lambda say: notices.returned(stories.ATTACHED, say, now=NOW),
    "returned-attached-elsewhere": lambda say: notices.returned(
        stories.ATTACHED_ELSEWHERE, say, now=NOW
    ),
    "card-attached": lambda say: card(stories.ATTACHED, say, now=NOW),
    "reminder-attached": lambda say: reminders.reminder(
        [(stories.ATTACHED, Step.ATTACHED)], say, to=stories.RIN, id="rm_1"
    ),
    "reminder-attached-too": lambda say: reminders.reminder(
        [*WAITING[:1], (stories.ATTACHED, Step.ATTACHED)], say, to=stories.BOB, id="rm_1"
    ),
    "returned-reopened": lambda say: notices.returned(stories.REOPENED, say, now=NOW),
    "returned-undone": lambda say: notices.returned(stories.OFFERED, say, now=NOW),
    "overdue": lambda say: overdue(
        Shelf(Section.LATE, cases_of([stories.OVERDUE, _NEGLECTED]), 2, 17), say, now=NOW
    ),
    "overdue-none": lambda say: overdue(Shelf(Section.LATE, (), 1, 0), say, now=NOW),
    "noted": lambda say: answers.noted(stories.JANE, say),
    "noted-nowhere": lambda say: answers.not_noted(say, answers.nobody(say, "Jane")),
    "note-empty": lambda say: answers.note_lacks(Incomplete("comment", "required"), say),
    "note-too-long": lambda say: answers.note_lacks(Incomplete("comment", "too_long"), say),
    "note-by-hand": answers.note_by_hand,
    "assign-form": lambda say: assigning.form(
        stories.TAKEN.lead, say, takers=_TAKERS, to=stories.RIN, remember=""
    ),
    "assign-form-anybody": lambda say: assigning.form(
        stories.TAKEN.lead, say, takers={}, to=None, remember=""
    ),
    "assign-given": lambda say: assigning.instead(
        say, assigning.given(stories.TAKEN.lead, stories.RIN, say)
    ),
    "assign-already": lambda say: assigning.instead(
        say, assigning.already(stories.TAKEN.lead, stories.RIN, say)
    ),
    "assign-cannot": lambda say: assigning.instead(say, assigning.cannot_take(stories.RIN, say)),
    "assign-elsewhere": lambda say: assigning.instead(
        say, assigning.out_of_place(say, OutOfPlace(Stage.CUSTOMER))
    ),
    "wake-form": lambda say: waking.form(
        stories.RETURNED.lead, say, today=TODAY, on=None, remember=""
    ),
    "wake-set": lambda say: waking.resting(stories.RETURNED.lead, say),
    "wake-elsewhere": lambda say: waking.instead(
        say, waking.out_of_place(say, OutOfPlace(Stage.SQL))
    ),
    "status-nurturing": lambda say: answers.status(
        stories.RETURNED, say, now=NOW, reader=stories.RIN
    ),
    "add-form": lambda say: adding.form(say, told=adding.Told(), remember=""),
    "add-form-told": lambda say: adding.form(say, told=_TOLD, remember=LINK),
    "added-offered": lambda say: _added(taken_in(stories.OFFERED), say),
    "added-not-yet": lambda say: _added(taken_in(stories.SPARSE), say),
    "added-resting": lambda say: _added(taken_in(stories.RETURNED, created=False), say),
    "added-known": lambda say: _added(taken_in(stories.TAKEN, created=False), say),
    "added-lost": lambda say: _added(taken_in(stories.LOST, created=False), say),
    "settings-menu": lambda say: settings.menu(_BOOK, say, remember=""),
    **{f"settings-{section}": _section(section) for section in settings.Section},
    "settings-no-groups": lambda say: settings.form(
        settings.Section.ROLES, _BOOK, say, remember="", groups=None
    ),
    "settings-digest": lambda say: settings.digest_form("weekly", _BOOK, say, remember=""),
    "settings-digest-new": lambda say: settings.digest_form(settings.NEW, _BOOK, say, remember=""),
    "settings-route": lambda say: settings.route_form(
        "rule:DACH", _ROUTED, say, remember="", groups=_GROUPS
    ),
    "settings-route-new": lambda say: settings.route_form(
        settings.NEW, _ROUTED, say, remember="", groups=_GROUPS
    ),
    "settings-route-otherwise": lambda say: settings.route_form(
        settings.OTHERWISE, _ROUTED, say, remember=""
    ),
    "settings-reason": lambda say: settings.reason_form("bad_timing", _BOOK, say, remember=""),
    "settings-reason-new": lambda say: settings.reason_form(settings.NEW, _BOOK, say, remember=""),
    "settings-kept": lambda say: settings.kept(_AMENDED, POLICY, say),
    "settings-unchanged": lambda say: settings.kept((), POLICY, say),
    "settings-meanwhile": lambda say: settings.changed_meanwhile([_CHANGED], POLICY, say),
    "settings-refused": lambda say: settings.instead(notices.sorry(say, "for-admins").text, say),
    "settings-own": lambda say: settings.own(
        Choice(Quiet.OVERDUE, date(2025, 12, 24), "ja"), say, today=TODAY, remember=""
    ),
    "home-admin": lambda say: home.home(
        replace(home_showing([], loads={}), policy=_LED, person=stories.RIN), say, now=NOW
    ),
    "type-it": lambda say: answers.type_it(say, "add"),
    "whoami": lambda say: answers.whoami(
        stories.BOB, {Role.REP, Role.MANAGER}, Load(7, 2), say, given=True
    ),
    "whoami-no-role": lambda say: answers.whoami(stories.BOB, (), Load(0, 0), say, given=True),
    "whoami-no-roles": lambda say: answers.whoami(stories.BOB, (), Load(1, 0), say, given=False),
    "home-rep": lambda say: home.home(
        home_showing([stories.OFFERED, stories.OVERDUE], [Section.OPEN], number=2, total=17),
        say,
        now=NOW,
    ),
    "home-following": lambda say: home.home(
        home_showing([_FOLLOWED, _CONTACTED, _NEGLECTED], [Section.MINE]), say, now=NOW
    ),
    "home-manager": lambda say: home.home(
        home_showing([stories.OVERDUE, _NEGLECTED], [Section.LATE], loads=_LOADS), say, now=NOW
    ),
    "home-marketer": lambda say: home.home(
        home_showing([stories.ON_TRACK, stories.RETURNED, stories.RULED_OUT], [Section.RETURNED]),
        say,
        now=NOW,
    ),
    "home-empty": lambda say: home.home(home_showing([], loads={}), say, now=NOW),
    "home-closed": lambda say: home.closed(say, "guest"),
    **{f"form-{verb}": _form(verb) for verb in _FORMS},
    "taken": lambda say: modals.instead(
        say, Verb.REJECT, notices.taken_by(say, _TAKEN, zone=POLICY.zone)
    ),
    "details": lambda say: modals.details(stories.TAKEN, say, now=NOW),
    "details-to-do": lambda say: modals.details(
        stories.REACHED, say, now=NOW, reader=stories.BOB, remember=""
    ),
    "details-graded": lambda say: modals.details(stories.GRADED, say, now=NOW),
    "details-asked": lambda say: modals.details(stories.ASKED, say, now=NOW),
    "details-unasked": lambda say: modals.details(stories.UNASKED, say, now=NOW),
    "details-sparse": lambda say: modals.details(stories.SPARSE, say, now=NOW),
    "notice-accepted": lambda say: notices.already_taken(say, _TAKEN, zone=POLICY.zone),
    "notice-rejected": lambda say: notices.already_taken(
        say, replace(_TAKEN, outcome=Outcome.REJECTED), zone=POLICY.zone
    ),
    "notice-withdrawn": lambda say: notices.already_taken(
        say, replace(_TAKEN, outcome=Outcome.WITHDRAWN), zone=POLICY.zone
    ),
    "notice-expired": lambda say: notices.already_taken(
        say, replace(_TAKEN, outcome=Outcome.EXPIRED), zone=POLICY.zone
    ),
    "notice-moved-on": lambda say: notices.moved_on(say, Stage.SQL),
    **{f"notice-{right}": _refusal(right) for right in Right},
    "notice-not-asked": lambda say: notices.sorry(say, "not-asked", owner=stories.RIN),
    "notice-too-late": lambda say: notices.too_late(say, TooLate(NOW), zone=POLICY.zone),
    "notice-nothing-to-undo": notices.nothing_to_undo,
    "notice-form-lost": notices.form_lost,
    "notice-unknown-button": notices.unknown_button,
    "notice-busy": lambda say: notices.sorry(say, "busy"),
    "notice-bug": lambda say: notices.sorry(say, "error", "e_4f2a"),
    "notice-repeat": lambda say: notices.possibly_repeated(notices.form_lost(say), say),
    "notice-signed": lambda say: proposal.already_signed(say, _SIGNED, zone=POLICY.zone),
    "notice-signed-for-other": lambda say: proposal.signed_for_other(say, Team.SALES),
    "notice-settled": lambda say: proposal.settled(say, label="v2 a1b2c3d", state=State.SUPERSEDED),
    "proposal-open": proposed(dossiers.OPEN),
    "proposal-half": proposed(dossiers.HALF),
    "proposal-shared": proposed(dossiers.HALF, *Team),
    "proposal-untried": proposed(dossiers.UNTRIED),
    "proposal-too-few": proposed(dossiers.TOO_FEW),
    "proposal-active": proposed(dossiers.ACTIVE),
    "proposal-retired": proposed(dossiers.RETIRED),
    "proposal-declined": proposed(dossiers.DECLINED),
    "proposal-withdrawn": proposed(dossiers.WITHDRAWN),
    "proposal-superseded": proposed(dossiers.SUPERSEDED),
    "proposal-details": whole(dossiers.OPEN),
    "proposal-details-declined": whole(dossiers.DECLINED),
    "decline-form": lambda say: proposal.decline_form(dossiers.OPEN, say, remember="2:sales"),
    "decline-over": lambda say: proposal.over(say, dossiers.WITHDRAWN.version),
    "definition": ruled(dossiers.ACTIVE.version),
    "definition-nurturing": ruled(dossiers.NURTURING),
    "proposal-nurturing": whole(dossiers.NURTURED),
    "definition-shipped": ruled(dossiers.SHIPPED, dossiers.HALF.version),
    "help": answers.help,
    "unknown": lambda say: answers.unknown(say, "xyz", None),
    "unknown-nearest": lambda say: answers.unknown(say, "stauts", "status jane@acme.example"),
    "nobody": lambda say: answers.nobody(say, "nobody@acme.example"),
    "status-open": lambda say: answers.status(stories.OFFERED, say, now=NOW, link=LINK),
    "status-overdue": lambda say: answers.status(stories.OVERDUE, say, now=NOW, link=None),
    "status-accepted": lambda say: answers.status(stories.TAKEN, say, now=NOW, link=None),
    "status-to-do": lambda say: answers.status(stories.REACHED, say, now=NOW, reader=stories.RIN),
    "status-asked": lambda say: answers.status(stories.ASKED, say, now=NOW, link=None),
    "status-sparse": lambda say: answers.status(stories.SPARSE, say, now=NOW, link=None),
    "choice": lambda say: answers.choice(_FULL_PAGE.leads[:2], say, "log"),
    "list": lambda say: answers.leads(_FULL_PAGE, say, "list mql", now=NOW),
    "list-empty": lambda say: answers.leads(Page([], 1, 0), say, "list", now=NOW),
    "log": lambda say: answers.log(stories.RETURNED, say, now=NOW),
    "log-late": lambda say: answers.log(stories.SPARSE, say, now=NOW),
    **{f"digest-{name}": _digest(told) for name, told in weeks.TELLINGS.items()},
    **{f"evidence-{name}": _evidence(told) for name, told in weeks.TELLINGS.items()},
    **{f"insight-{by}": _by(by) for by in DIMENSIONS},
    "insight-bad": _by("source", "bad"),
    "insight-nothing": _by("source", "empty"),
    "insight-controls": lambda say: Message(
        say("insight-table"), insight.controls(replace(_scene("source"), asked=Numbers()), say)
    ),
    "insight-leads": lambda say: insight.looked(_LOOKED, _scene(), say),
    "insight-shared": lambda say: insight.shared(
        insight.by_groups(_scene("source"), say), stories.BOB, say
    ),
    "insight-no-period": lambda say: insight.sentence(
        say, "insight-no-period", detail="has not begun"
    ),
    "digest-skipped": lambda say: digest.skipped(weeks.TELLINGS["empty"], say),
    "digest-daily": _digest(replace(weeks.TELLINGS["good"], cadence=Cadence.DAILY)),
}
