"""What changed between two reckonings of one lead, for the card of a lead that comes back."""

from dataclasses import replace

from core.domain.explanation import HotHit, RuleScore, reasons, since
from tests.builders import an_explanation

FIT = RuleScore("fit.size", "fit", {"": "250 employees"}, 25, 1, 25, (), False)
DEMO = RuleScore("engagement.demo", "engagement", {"": "a demo"}, 40, 1, 40, ("s1",), False)
HOT = HotHit("demo", {"": "asked for a demo"}, ("s1",))
BEFORE = replace(an_explanation(), rules=(FIT, DEMO), hot_criteria=(HOT,))


def test_nothing_is_new_where_nothing_happened() -> None:
    assert reasons(since(BEFORE, BEFORE), "en") == ()


def test_the_same_criterion_met_by_a_new_signal_is_new() -> None:
    again = replace(BEFORE, hot_criteria=(replace(HOT, signals=("s1", "s2")),))
    assert reasons(since(BEFORE, again), "en") == ("asked for a demo",)


def test_a_rule_met_for_the_first_time_is_new_with_or_without_a_signal() -> None:
    grown = replace(FIT, id="fit.large", why={"": "500 employees"})
    now = replace(BEFORE, rules=(*BEFORE.rules, grown))
    assert reasons(since(BEFORE, now), "en") == ("500 employees",)
