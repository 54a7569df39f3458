"""Dossiers of definitions at each turn of their life, one of them by somebody who means harm."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from pathlib import Path

from core.domain.agreement import Signature, Version
from core.domain.backtest import Side, Summary, Verdict, to_json
from core.domain.chain import GENESIS, seal
from core.domain.definition import digest_of
from core.domain.definition_log import Act, ActRecord
from core.domain.log import Door
from core.domain.roles import Team
from core.domain.versions import State, Verb
from core.services.agreement import Dossier
from tests.slack.stories import BOB, NOW, POLICY, RIN

MIA = "U03MIA"
PROPOSED = NOW - timedelta(hours=3)
_RULES = Path(__file__).with_name("rules.toml").read_text(encoding="utf-8")

_CLICK = 'id = "engagement.email-click"\ngroup = "engagement"\npoints = 5\n'
_COUNTRY = """[[rules]]
id = "fit.country"
group = "fit"
points = 10
why = { en = "sells where we sell", ja = "販売地域に所在" }
when = { attr = "country", in = ["JP", "DE"] }

"""
_QUOTE = """[[hot]]
id = "quote-requested"
why = { en = "asked for a quote", ja = "見積もりを依頼" }
when = { signal = "form", form = "quote", within = "30d" }

"""
_STUDENT, _DEMO = '[[rules]]\nid = "fit.student"', '[[hot]]\nid = "demo-requested"'

# What people change in practice, a piece of everything.
_EDITS = (
    ("hot = 70", "hot = 75"),
    ('requalify_after = "30d"', 'requalify_after = "14d"'),
    ('points = 25\nwhy = { en = "200', 'points = 30\nwhy = { en = "200'),
    (f'{_CLICK}limit = {{ times = 1, per = "1d"', f'{_CLICK}limit = {{ times = 1, per = "7d"'),
    ('gte = 3\nwithin = "7d"', 'gte = 4\nwithin = "14d"'),
    ('any = [{ band = "hot" }, { hot = true }], and', "any = [{ hot = true }], and"),
    (_STUDENT, _COUNTRY + _STUDENT),
    (_DEMO, _QUOTE + _DEMO),
)


def _edited(text: str, edits: Iterable[tuple[str, str]]) -> str:
    for before, after in edits:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


CHANGED = _edited(_RULES, _EDITS)

TRIED = Summary(
    since=NOW - timedelta(days=90),
    until=NOW,
    weeks=13,
    leads=1840,
    passed_on=212,
    labelled=164,
    young=9,
    capacity=25,
    capacity_is_given=False,
    before=Side("v1 1111111", 212, 16.3, 2, 98, 164, 0.598, 0.521, 0.67, 1.0, 0.61),
    after=Side("v2 2222222", 151, 11.6, 0, 88, 119, 0.739, 0.654, 0.81, 0.898, 0.66),
    gained=14,
    lost=75,
    band_changes=131,
    never_fired=("fit.country",),
    verdict=Verdict.BETTER,
)
FEW = replace(
    TRIED,
    passed_on=13,
    labelled=11,
    before=replace(TRIED.before or TRIED.after, judged=11, accepted=7, share=0.636),
    after=replace(TRIED.after, judged=9, accepted=6, share=0.667, low=0.354, high=0.879),
    verdict=Verdict.TOO_FEW,
)

SHIPPED = Version(
    1,
    1,
    _RULES,
    digest_of(_RULES),
    State.ACTIVE,
    "baton",
    NOW - timedelta(days=60),
    active_from=NOW - timedelta(days=60),
)
_WAITING = Version(
    2,
    1,
    CHANGED,
    digest_of(CHANGED),
    State.PROPOSED,
    MIA,
    PROPOSED,
    based_on=1,
    measured=json.dumps(to_json(TRIED)),
)


def _log(version: Version, *steps: tuple[Verb, str, Team | None, str | None]) -> list[ActRecord]:
    def behind(log: list[ActRecord], step: tuple[int, Act]) -> list[ActRecord]:
        seq, act = step
        previous = log[-1].digest if log else GENESIS
        at = act.occurred_at
        record = seal(act, seq=seq, recorded_at=at, remark=None, previous=previous)
        return [*log, record]

    acts = [
        Act(
            version.number,
            verb,
            version.digest,
            actor,
            team,
            Door.BUTTON,
            PROPOSED + timedelta(hours=place),
            comment,
        )
        for place, (verb, actor, team, comment) in enumerate(steps)
    ]
    return reduce(behind, enumerate(acts, start=1), [])


_PROPOSE = (Verb.PROPOSE, MIA, None, "Sales says that too many of our MQLs only look around.")
_SALES = (Verb.SIGN, BOB, Team.SALES, None)
_MARKETING = (Verb.SIGN, RIN, Team.MARKETING, None)
_AT = {Team.SALES: PROPOSED + timedelta(hours=1), Team.MARKETING: PROPOSED + timedelta(hours=2)}
_BY = {Team.SALES: Signature(BOB, _AT[Team.SALES])}
_BOTH = {**_BY, Team.MARKETING: Signature(RIN, _AT[Team.MARKETING])}

_NURTURED = (
    _RULES
    + """
[nurturing]
[[nurturing.offers]]
id = "story"
name = { en = "A customer story", ja = "導入事例" }
link = "https://www.acme.example/stories"
document = "story.pdf"
[[nurturing.offers]]
id = "trial"
name = { en = "A free trial", ja = "無料トライアル" }
[[nurturing.tracks]]
id = "not-yet"
name = { en = "Keep in sight", ja = "時期が来るまでのフォロー" }
reasons = ["timing", "no_need"]
phases = ["decision"]
offers = ["story", "trial"]
[[nurturing.tracks]]
id = "everybody"
name = { en = "Stay in touch", ja = "定期的なご案内" }
offers = ["story"]
"""
)
NURTURING = replace(_WAITING, text=_NURTURED, digest=digest_of(_NURTURED), number=3, measured=None)
NURTURED = Dossier(NURTURING, _log(_WAITING, _PROPOSE), SHIPPED, SHIPPED, POLICY)
OPEN = Dossier(_WAITING, _log(_WAITING, _PROPOSE), SHIPPED, SHIPPED, POLICY)
HALF = replace(
    OPEN,
    version=replace(_WAITING, signatures=_BY),
    acts=_log(_WAITING, _PROPOSE, _SALES),
)
_ACTIVE = replace(_WAITING, state=State.ACTIVE, signatures=_BOTH, active_from=_AT[Team.MARKETING])
ACTIVE = Dossier(
    _ACTIVE,
    _log(_WAITING, _PROPOSE, _SALES, _MARKETING, (Verb.ACTIVATE, RIN, None, None)),
    replace(SHIPPED, state=State.RETIRED, ended_at=_AT[Team.MARKETING]),
    _ACTIVE,
    POLICY,
)
RETIRED = replace(ACTIVE, version=replace(_ACTIVE, state=State.RETIRED, ended_at=NOW))
DECLINED = replace(
    HALF,
    version=replace(HALF.version, state=State.DECLINED, ended_at=NOW),
    acts=_log(
        _WAITING,
        _PROPOSE,
        _SALES,
        (Verb.DECLINE, RIN, Team.MARKETING, "Webinars need to count for more first."),
    ),
)
WITHDRAWN = replace(
    OPEN,
    version=replace(_WAITING, state=State.WITHDRAWN, ended_at=NOW),
    acts=_log(_WAITING, _PROPOSE, (Verb.WITHDRAW, MIA, None, None)),
)
SUPERSEDED = replace(
    OPEN,
    version=replace(_WAITING, state=State.SUPERSEDED, ended_at=NOW),
    acts=_log(_WAITING, _PROPOSE, (Verb.SUPERSEDE, RIN, None, None)),
)
UNTRIED = replace(
    OPEN,
    version=replace(_WAITING, measured=None, proposed_by="terminal", based_on=1),
    acts=_log(_WAITING, (Verb.PROPOSE, "terminal", None, None)),
    now=replace(SHIPPED, number=4),
)
TOO_FEW = replace(OPEN, version=replace(_WAITING, measured=json.dumps(to_json(FEW))))

_EVIL = "<!channel> <https://evil.example|EVIL> <@U0EVIL> &amp; *x* \u202e\U000e0041 " + "x" * 400


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


HOSTILE_RULES = (
    _edited(
        CHANGED,
        (
            ('{ en = "sells where we sell", ja = "販売地域に所在" }', _quoted(_EVIL)),
            ('in = ["JP", "DE"]', f"in = [{_quoted(_EVIL)}]"),
            ('{ en = "asked for a quote", ja = "見積もりを依頼" }', _quoted(_EVIL)),
        ),
    )
    + "".join(
        f'\n[[rules]]\nid = {_quoted(f"evil.{number}.{_EVIL}"[:200])}\ngroup = "fit"\npoints = 1\n'
        f'why = {_quoted(_EVIL)}\nwhen = {{ attr = "a{number}", contains = [{_quoted(_EVIL)}] }}\n'
        for number in range(200)
    )
    + "".join(
        f'\n[[nurturing.offers]]\nid = "evil{number}"\nname = {_quoted(_EVIL)}\n'
        f"[[nurturing.tracks]]\nid = {_quoted(f'{number}.{_EVIL}'[:200])}\n"
        f"name = {_quoted(_EVIL)}\n"
        f'reasons = [{_quoted(_EVIL)}]\noffers = ["evil{number}"]\n'
        for number in range(20)
    )
)
_HOSTILE = replace(_WAITING, text=HOSTILE_RULES)
_SAY_EVIL = (Verb.PROPOSE, _EVIL, None, _EVIL * 3)
HOSTILE = replace(
    OPEN, version=replace(_HOSTILE, proposed_by=_EVIL), acts=_log(_HOSTILE, _SAY_EVIL)
)
HOSTILE_ACTIVE = replace(HOSTILE.version, state=State.ACTIVE, active_from=NOW)
