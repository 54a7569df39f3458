"""Stories of one lead at each turn of its life, and the same told by somebody who means harm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.domain.course import Course
from core.domain.definition import GroupKind
from core.domain.explanation import Explanation, GroupScore, HotHit, RuleScore, SetBack
from core.domain.handoff import Decision, Handoff, Outcome
from core.domain.intents import IntentKind, Posting
from core.domain.lead import Identity, Lead, Profile, Signal, SignalKind, Temperature
from core.domain.log import GENESIS, Door, Entry, Record, seal
from core.domain.nurturing import Offer, Track
from core.domain.policy import Policy
from core.domain.routing import Considered, Mode, Receipt, Skip
from core.domain.schedule import weekly
from core.domain.stages import Stage, Verb
from core.ports import Person
from core.services.reporting import Page, Story

NOW = datetime(2025, 11, 24, 1, 30, tzinfo=UTC)  # Monday 10:30 in Tokyo
OPENED = NOW - timedelta(minutes=20)
POLICY = Policy("C0SALES", "C0MARKETING", weekly("C0DIGEST"), timezone="Asia/Tokyo", locale="ja")
LABEL = "v3 a1b2c3d"
BOB, RIN = "U01BOB", "U02RIN"

PRICING = {"en": "pricing page 3 times in 7 days", "ja": "7日間に料金ページを3回閲覧"}
SIZE = {"en": "200 or more employees", "ja": "従業員200名以上"}
WHITEPAPER = {"en": "downloaded a document", "ja": "資料をダウンロード"}
CAREERS = {"en": "careers page", "ja": "採用ページを閲覧"}

_ATTRIBUTES = {"employees": 250, "newsletter": True}
JANE = Lead(
    id="ld_jane",
    workspace="T01",
    version=3,
    stage=Stage.MQL,
    identity=Identity("jane@acme.example", "+81312345678", "crm-4711"),
    profile=Profile(
        "Jane Doe",
        "Acme",
        "CTO",
        "Japan",
        "Webinar",
        "Autumn 2025",
        {"employees": 250, "newsletter": True},
    ),
    owner=None,
    handoff_id="ho_2",
    temperature=Temperature.HOT,
    score=81.25,
    created_at=NOW - timedelta(days=40),
    entered_stage_at=OPENED,
)


def _signal(number: int, kind: SignalKind, ago: timedelta, **properties: str) -> Signal:
    return Signal(f"sg_{number}", "api", kind, NOW - ago, properties=properties)


SIGNALS = (
    _signal(1, SignalKind.DOWNLOAD, timedelta(days=9), document="ROI guide"),
    _signal(2, SignalKind.PAGE, timedelta(days=5), path="/pricing", title="Pricing"),
    _signal(3, SignalKind.ATTENDED, timedelta(days=3), name="Autumn webinar"),
    _signal(4, SignalKind.EMAIL_CLICK, timedelta(days=3), campaign="Autumn 2025"),
    _signal(5, SignalKind.PAGE, timedelta(days=2), path="/pricing"),
    _signal(6, SignalKind.FORM, timedelta(hours=3), form="demo"),
    _signal(7, SignalKind.CUSTOM, timedelta(hours=2), name="chat"),
    _signal(8, SignalKind.PAGE, timedelta(minutes=21), path="/pricing", title="Pricing"),
)

EXPLAINED = Explanation(
    total=81.25,
    temperature=Temperature.HOT,
    hot=True,
    qualified=True,
    excluded=None,
    excluded_because={},
    groups=(
        GroupScore("fit", GroupKind.FIT, 15.0, 15.0),
        GroupScore("engagement", GroupKind.ENGAGEMENT, 71.5, 60.0),
    ),
    rules=(
        RuleScore("fit.size", "fit", SIZE, 25.0, 1.0, 25.0, (), False),
        RuleScore("fit.careers", "fit", CAREERS, -10.0, 1.0, -10.0, ("sg_0",), False),
        RuleScore("eng.pricing", "engagement", PRICING, 75.0, 0.83, 62.0, ("sg_2", "sg_5"), True),
        RuleScore("eng.paper", "engagement", WHITEPAPER, 15.0, 0.633, 9.5, ("sg_1",), False),
    ),
    hot_criteria=(HotHit("price-3-in-7d", PRICING, ("sg_2", "sg_5", "sg_8")),),
    missing=None,
    phase="consideration",
    as_of=OPENED,
)
EXPLAINED_BEFORE = replace(
    EXPLAINED,
    total=45.0,
    temperature=Temperature.WARM,
    hot=False,
    groups=(GroupScore("fit", GroupKind.FIT, 25.0, 25.0),),
    rules=EXPLAINED.rules[:1],
    hot_criteria=(),
    missing=25.0,
    phase=None,
)

REJECTED = Decision(
    Outcome.REJECTED,
    BOB,
    NOW - timedelta(minutes=5),
    Door.MODAL,
    "bad_timing",
    "Budget is decided in spring, they asked us to call back then.",
    date(2026, 3, 2),
)
ACCEPTED = Decision(Outcome.ACCEPTED, RIN, NOW - timedelta(minutes=4), Door.BUTTON)
OPEN = Handoff(
    "ho_2", "T01", "ld_jane", 1, OPENED, OPENED + timedelta(hours=1), LABEL, EXPLAINED, OPENED
)
EARLIER = replace(
    OPEN,
    id="ho_1",
    opened_at=NOW - timedelta(days=35),
    waiting_since=NOW - timedelta(days=35),
    due_at=NOW - timedelta(days=35, hours=-4),
    definition="v2 9f8e7d6",
    explanation=EXPLAINED_BEFORE,
    decision=replace(REJECTED, at=NOW - timedelta(days=34), reason="too_early", wake_on=None),
)


def chained(entries: Sequence[Entry], *, late: timedelta = timedelta(0)) -> tuple[Record, ...]:
    """The entries as a stage log; `late` is how long after the fact each was recorded."""
    records: list[Record] = []
    for seq, entry in enumerate(entries, start=1):
        previous = records[-1].digest if records else GENESIS
        at = entry.occurred_at + late
        records.append(seal(entry, seq=seq, recorded_at=at, remark=None, previous=previous))
    return tuple(records)


def _moved(
    before: Stage | None, verb: Verb, after: Stage, ago: timedelta, by: str = "api", **parts: Any
) -> Entry:
    door = Door.API if by == "api" else Door.BUTTON
    offered = None if before is None else "ho_2"
    return Entry("ld_jane", offered, before, after, verb, by, door, NOW - ago, **parts)


CAPTURED = _moved(None, Verb.CAPTURE, Stage.NEW, timedelta(days=40))
QUALIFIED = _moved(Stage.NEW, Verb.QUALIFY, Stage.MQL, timedelta(minutes=20))
TOOK = _moved(Stage.MQL, Verb.ACCEPT, Stage.SAL, timedelta(minutes=4), RIN)
SENT_BACK = _moved(
    Stage.MQL,
    Verb.REJECT,
    Stage.NURTURING,
    timedelta(minutes=5),
    BOB,
    reason="bad_timing",
    comment=REJECTED.comment or "",
)

OFFERED = Story(
    JANE,
    OPEN,
    None,
    chained((CAPTURED, QUALIFIED)),
    SIGNALS,
    Posting(IntentKind.CARD, "ho_2", "C0SALES", "1763947800.000100"),
    POLICY,
)
OVERDUE = replace(OFFERED, handoff=replace(OPEN, due_at=NOW - timedelta(hours=2)))
AGAIN = replace(OFFERED, handoff=replace(OPEN, previous_id="ho_1"), previous=EARLIER)
GRADED = replace(
    OFFERED,
    handoff=replace(
        OPEN,
        explanation=replace(
            EXPLAINED,
            grade="A2",
            set_back=(
                SetBack(
                    "left",
                    {"en": "unsubscribed", "ja": "配信停止"},
                    ("engagement",),
                    NOW - timedelta(days=3),
                ),
            ),
        ),
    ),
)
AS_ASKED = replace(
    AGAIN, previous=replace(EARLIER, decision=replace(REJECTED, at=NOW - timedelta(days=34)))
)
ASKED = replace(
    OFFERED,
    handoff=replace(
        OPEN,
        asked=RIN,
        waiting_since=OPENED - timedelta(hours=5),
        receipt=Receipt(
            "Japan & Korea",
            Mode.WEIGHTED,
            (
                Considered("U04CHO", Skip.HAD_IT),
                Considered("U05DAN", Skip.AWAY),
                Considered("U06EVE", Skip.FULL),
                Considered("U07FAY", Skip.NO_REP),
                Considered(RIN),
            ),
        ),
    ),
)
ASKED_LATE = replace(
    ASKED, handoff=replace(ASKED.handoff or OPEN, due_at=NOW - timedelta(minutes=9))
)
UNASKED = replace(
    OFFERED,
    handoff=replace(
        OPEN, receipt=Receipt(None, Mode.ROUND_ROBIN, (Considered("U05DAN", Skip.AWAY),))
    ),
)
TAKEN = replace(
    OFFERED,
    lead=replace(JANE, stage=Stage.SAL, owner=RIN),
    handoff=replace(OPEN, decision=ACCEPTED),
    records=chained((CAPTURED, QUALIFIED, TOOK)),
)
RETURNED = replace(
    OFFERED,
    lead=replace(JANE, stage=Stage.NURTURING, wake_on=REJECTED.wake_on),
    handoff=replace(OPEN, decision=REJECTED),
    records=chained((CAPTURED, QUALIFIED, SENT_BACK)),
)
RULED_OUT = replace(
    RETURNED,
    lead=replace(JANE, stage=Stage.DISQUALIFIED),
    handoff=replace(OPEN, decision=replace(REJECTED, reason="spam", comment=None, wake_on=None)),
)
ATTACHED = replace(
    RULED_OUT,
    handoff=replace(
        OPEN,
        decision=replace(
            REJECTED, reason="duplicate", comment=None, wake_on=None, belongs_to="ld_9"
        ),
    ),
    other=replace(JANE, id="ld_9", stage=Stage.SQL, owner=RIN),
)
ATTACHED_ELSEWHERE = replace(
    RULED_OUT,
    handoff=replace(
        OPEN,
        decision=replace(
            REJECTED,
            reason="existing_customer",
            comment=None,
            wake_on=None,
            belongs_to="Acme K.K. <CRM 4711>",
        ),
    ),
)
TAKERS = [Person(BOB, "Bob Brown", None, NOW), Person(RIN, "佐藤 凛 " * 20, None, NOW)]
TO_MEND = replace(
    RETURNED,
    lead=replace(JANE, stage=Stage.NURTURING, handoff_id=OPEN.id),
    handoff=replace(
        OPEN,
        decision=replace(
            REJECTED, reason="contact_data", comment="The address bounces.", wake_on=None
        ),
    ),
)
MENDED = replace(
    OFFERED,
    previous=replace(TO_MEND.handoff or OPEN, id="ho_0"),
    records=chained(
        (
            CAPTURED,
            QUALIFIED,
            SENT_BACK,
            replace(
                QUALIFIED,
                from_stage=Stage.NURTURING,
                verb=Verb.RESUBMIT,
                actor="U03MIA",
                door=Door.MODAL,
                reason="mended:email+phone",
                comment="She has moved to another team.",
            ),
        )
    ),
)
SPARSE = Story(
    Lead(
        "ld_x",
        "T01",
        1,
        Stage.NEW,
        Identity(external_id="crm-1"),
        Profile(),
        None,
        None,
        None,
        None,
        NOW,
        NOW,
    ),
    None,
    None,
    chained((replace(CAPTURED, lead_id="ld_x"),), late=timedelta(hours=2)),
    (),
    None,
    POLICY,
)
SPARSE_OFFER = replace(
    SPARSE,
    lead=replace(SPARSE.lead, stage=Stage.MQL, handoff_id=OPEN.id),
    handoff=replace(OPEN, explanation=replace(EXPLAINED, rules=(), hot_criteria=(), groups=())),
)

CONFIRMING = replace(POLICY, confirms_by_call=True)
TO_CONFIRM = replace(OFFERED, policy=CONFIRMING)
CALLED = _moved(Stage.MQL, Verb.CONFIRM, Stage.TQL, timedelta(minutes=6), BOB)
CONFIRMED = replace(
    TO_CONFIRM,
    lead=replace(JANE, stage=Stage.TQL),
    records=chained((CAPTURED, QUALIFIED, CALLED)),
)
PROMISED = replace(OPEN, decision=ACCEPTED, touch_due_at=NOW + timedelta(hours=4))
WORKED = replace(TAKEN, handoff=PROMISED)
LATE = replace(TAKEN, handoff=replace(PROMISED, touch_due_at=NOW - timedelta(minutes=1)))
TOUCHED_AT = NOW - timedelta(minutes=3)
TOUCHED = _moved(Stage.SAL, Verb.TOUCH, Stage.SAL, timedelta(minutes=3), RIN)
REACHED = replace(
    TAKEN,
    handoff=replace(PROMISED, touched_at=TOUCHED_AT),
    records=chained((CAPTURED, QUALIFIED, TOOK, TOUCHED)),
)


_WRONG = Decision(
    Outcome.REJECTED, BOB, NOW - timedelta(minutes=5), Door.MODAL, "wrong_territory", "Osaka office"
)
_SENT_ON = _moved(
    Stage.MQL, Verb.REROUTE, Stage.MQL, timedelta(minutes=5), BOB, reason="wrong_territory"
)
_GIVEN = replace(
    _moved(Stage.MQL, Verb.ASSIGN, Stage.MQL, timedelta(minutes=5), BOB, reason=RIN),
    handoff_id="ho_3",
)
_TO_ALL = replace(_GIVEN, reason=None, actor="baton", door=Door.TIMER)
_NEXT = replace(
    OPEN, id="ho_3", opened_at=NOW - timedelta(minutes=5), previous_id="ho_2", asked=RIN
)
_ONWARD = chained((CAPTURED, QUALIFIED, _SENT_ON, _GIVEN))
SENT_ON = replace(
    OFFERED,
    lead=replace(JANE, handoff_id="ho_3"),
    handoff=replace(OPEN, decision=_WRONG),
    records=_ONWARD,
    onward=_NEXT,
)
PASSED_ON = replace(
    OFFERED,
    lead=replace(JANE, handoff_id="ho_3"),
    handoff=_NEXT,
    previous=SENT_ON.handoff,
    records=_ONWARD,
)
LAPSED = replace(
    SENT_ON,
    handoff=replace(OPEN, asked=RIN, decision=Decision(Outcome.EXPIRED, "baton", NOW, Door.TIMER)),
    records=chained((CAPTURED, QUALIFIED, replace(_SENT_ON, verb=Verb.EXPIRE), _TO_ALL)),
    onward=replace(_NEXT, asked=None),
)
GIVEN_BACK = replace(
    LAPSED, handoff=replace(OPEN, decision=ACCEPTED, touch_due_at=NOW - timedelta(hours=20))
)
GIVEN_AWAY = replace(
    TAKEN, lead=replace(TAKEN.lead, owner=BOB), handoff=replace(TAKEN.handoff or OPEN)
)


def _pursued(story: Story, *moves: Entry) -> Story:
    """The same story after these moves."""
    entered = moves[-1].occurred_at
    return replace(
        story,
        lead=replace(story.lead, stage=moves[-1].to_stage, entered_stage_at=entered),
        handoff=replace(PROMISED, touched_at=TOUCHED_AT),
        records=chained([*(record.entry for record in story.records), *moves]),
    )


ADVANCED = _pursued(REACHED, _moved(Stage.SAL, Verb.ADVANCE, Stage.SQL, timedelta(minutes=2), RIN))
WON = _pursued(ADVANCED, _moved(Stage.SQL, Verb.WIN, Stage.CUSTOMER, timedelta(minutes=1), RIN))
LOST = _pursued(
    ADVANCED,
    _moved(
        Stage.SQL,
        Verb.LOSE,
        Stage.LOST,
        timedelta(minutes=1),
        RIN,
        reason="lost_price",
        comment="A third cheaper elsewhere.",
    ),
)
COURSE = Course(
    Track(
        "not-yet",
        {"en": "Keep in sight", "ja": "時期が来るまでのフォロー"},
        ("timing",),
        (),
        ("story", "trial"),
    ),
    "bad_timing",
    "decision",
    Offer(
        "story",
        {"en": "A customer story", "ja": "導入事例"},
        link="https://www.acme.example/stories?for=you&now",
    ),
)
ON_TRACK = replace(RETURNED, course=COURSE)
SENT_ALL = replace(RETURNED, course=replace(COURSE, phase=None, next=None))
RECYCLED = _pursued(
    replace(REACHED, lead=replace(REACHED.lead, wake_on=date(2026, 3, 2))),
    _moved(
        Stage.SAL,
        Verb.RECYCLE,
        Stage.NURTURING,
        timedelta(minutes=1),
        RIN,
        reason="not_now",
        comment="New budget year in March.",
    ),
)
DISQUALIFIED = _pursued(
    REACHED,
    _moved(
        Stage.SAL, Verb.DISQUALIFY, Stage.DISQUALIFIED, timedelta(minutes=1), RIN, reason="gone"
    ),
)
REOPENED = _pursued(
    DISQUALIFIED,
    _moved(Stage.DISQUALIFIED, Verb.REOPEN, Stage.NURTURING, timedelta(seconds=30), BOB),
)

_WORST = (
    "<!channel> <@U0EVIL> <!here|x> <https://evil.example|your bank> &lt; *bold* `code` "
    "https://evil.example\n\n\u202etxt.exe\u202c\u200b\x00\x07 🏴󠁧󠁢󠁥󠁮󠁧󠁿 "
)
WORST = _WORST + "👩‍👩‍👧‍👦" * 60 + "<&>" * 90


def hostile(story: Story) -> Story:
    """The same story where every value that a stranger can write is as bad as can be."""
    worst = WORST[:500]
    attributes = {f"{number}{worst}": worst for number in range(100)} | {"": "", "gone": None}
    lead = replace(
        story.lead,
        identity=Identity(worst, worst, worst),
        profile=Profile(worst, worst, worst, worst, worst, worst, attributes),
    )
    signals = [
        Signal(f"{n}", worst, kind, NOW - timedelta(hours=n), worst, dict.fromkeys(_NAMED, worst))
        for n in range(60)
        for kind in SignalKind
    ]
    why = {"": worst}
    explained = replace(
        EXPLAINED,
        phase=worst,
        rules=tuple(
            replace(rule, id=f"{number}{worst}", group="fit", why=why)
            for number in range(80)
            for rule in EXPLAINED.rules
        ),
        hot_criteria=tuple(HotHit(str(number), why, ()) for number in range(80)),
        groups=(*EXPLAINED.groups, *[GroupScore(worst, GroupKind.FIT, 1e9, -1e-9)] * 60),
    )
    handoff, previous = _worst_handoff(story.handoff, explained), story.previous
    record = story.records[-1]
    bad = replace(record, entry=replace(record.entry, actor=worst, comment=WORST * 5, reason=worst))
    return replace(
        story,
        lead=lead,
        handoff=handoff,
        previous=_worst_handoff(previous, explained),
        records=[*story.records, *[bad] * 120],
        signals=signals,
    )


_NAMED = ("path", "title", "document", "form", "name", "campaign")


def _worst_handoff(handoff: Handoff | None, explained: Explanation) -> Handoff | None:
    if handoff is None:
        return None
    decision = handoff.decision
    if decision and decision.comment:
        decision = replace(decision, comment=(WORST * 5)[:2000])
    return replace(handoff, definition=WORST, explanation=explained, decision=decision)


PAGE_OF_MANY = Page([replace(JANE, id=f"ld_{n}", owner=BOB) for n in range(10)], 2, 35)
