"""The trial: what a proposed definition would have done with the leads of the past, in figures."""

from __future__ import annotations

from datetime import tzinfo

from slack_sdk.models.blocks import Block

from core.domain.backtest import Side, Summary, Verdict
from handlers.i18n import Say
from handlers.slack.views import names
from handlers.slack.views.blocks import NOTHING, context, facts, told
from handlers.slack.views.text import day, plain

Pairs = list[tuple[str, str]]

_VERDICTS = {
    Verdict.BETTER: "trial-better",
    Verdict.WORSE: "trial-worse",
    Verdict.NO_DIFFERENCE: "trial-no-difference",
    Verdict.NOTHING_TO_COMPARE: "trial-nothing-to-compare",
}
_RULES_SHOWN = 5


def trial(tried: Summary, say: Say, *, zone: tzinfo) -> list[Block]:
    """The few figures that stand beside a proposal, with what they are worth."""
    return [*facts(_few(tried, say)), told(_verdict(tried, say)), _basis(tried, say, zone)]


def whole_trial(tried: Summary, say: Say, *, zone: tzinfo) -> list[Block]:
    """All figures that are kept with a proposal."""
    figures = [*_few(tried, say), *_more(tried, say)]
    return [*facts(figures), told(_verdict(tried, say)), _basis(tried, say, zone)]


def _few(tried: Summary, say: Say) -> Pairs:
    before, after = tried.before, tried.after
    per_week = [names.points(side.per_week, say) for side in (before, after) if side]
    turned = say("trial-gained-lost", gained=tried.gained, lost=tried.lost)
    return [
        (say("trial-per-week"), _from_to(per_week, say)),
        (say("trial-share"), _share(before, after, say)),
        (say("trial-leads"), turned),
    ]


def _more(tried: Summary, say: Say) -> Pairs:
    before, after = tried.before, tried.after
    sides = [side for side in (before, after) if side]
    over = [names.points(side.weeks_over_capacity, say) for side in sides]
    silent = [plain(rule, 40) for rule in tried.never_fired[:_RULES_SHOWN]]
    listed = say("phrase-list-separator").join(silent)
    rules = say("trial-names", count=len(tried.never_fired), names=listed) if silent else NOTHING
    return [
        (say("trial-recall"), _from_to([_rate(side.recall, say) for side in sides], say)),
        (say("trial-bands"), say("count", count=tried.band_changes)),
        (say("trial-over", capacity=tried.capacity), _from_to(over, say)),
        (say("trial-silent"), rules),
    ]


def _share(before: Side | None, after: Side, say: Say) -> str:
    if not after.judged:
        return say("trial-none-judged")
    shares = [_rate(side.share, say) for side in (before, after) if side]
    return say(
        "trial-interval",
        shares=_from_to(shares, say),
        judged=after.judged,
        low=round(after.low, 2),
        high=round(after.high, 2),
    )


def _from_to(values: list[str], say: Say) -> str:
    if len(values) < 2:
        return values[0]
    return say("trial-from-to", before=values[0], after=values[-1])


def _rate(rate: float | None, say: Say) -> str:
    return NOTHING if rate is None else say("trial-rate", rate=round(rate, 2))


def _verdict(tried: Summary, say: Say) -> str:
    if tried.verdict is Verdict.TOO_FEW:
        return say("trial-too-few", labelled=tried.labelled)
    return say(_VERDICTS[tried.verdict])


def _basis(tried: Summary, say: Say, zone: tzinfo) -> Block:
    """What the figures stand on."""
    since, until = (moment.astimezone(zone).date() for moment in (tried.since, tried.until))
    capacity = say("trial-given") if tried.capacity_is_given else say("trial-assumed")
    basis = say(
        "trial-basis",
        leads=tried.leads,
        passed=tried.passed_on,
        since=day(since, say=say),
        until=day(until, say=say),
        labelled=tried.labelled,
        young=tried.young,
    )
    return context(basis, capacity)
