"""Welch's test beside printed tables and a worked example."""

import math
import random
from functools import partial
from itertools import combinations

import pytest

from attention_lab.significance.welch import (
    LEVEL,
    holm,
    mean_interval,
    one_more,
    outside,
    quantile,
    ranked,
    share_interval,
    together,
    welch,
    without_interval,
)


@pytest.mark.parametrize("freedom, level, t", [  # Student's distribution as every table prints it, two-sided
    (1, 0.05, 12.706), (2, 0.05, 4.303), (4, 0.05, 2.776), (4, 0.01, 4.604), (8, 0.05, 2.306), (30, 0.05, 2.042),
    (120, 0.01, 2.617),
])
def test_quantiles_are_those_of_the_tables(freedom, level, t):
    assert quantile(freedom, level) == pytest.approx(t, abs=6e-4)
    assert outside(t, freedom) == pytest.approx(level, rel=2e-3) and outside(-t, freedom) == outside(t, freedom)


def test_unequal_variances_give_fewer_degrees_of_freedom():
    steady, wild = [10.0, 10.2, 9.8, 10.1, 9.9], [20.0, 30.0, 10.0, 25.0, 15.0]
    found = welch(wild, steady)
    assert found.gap == 10
    # variances 62.5 / 5 and 0.025 / 5: t = 10 / 3.5362 = 2.828, freedom 4.003
    assert found.p == pytest.approx(0.0474, abs=2e-4)
    assert found.interval == pytest.approx((10 - 2.776 * 3.5362, 10 + 2.776 * 3.5362), abs=0.01)


def test_three_runs_that_scatter_prove_little():
    assert welch([57, 98, 63], [50, 50, 50]).p > 0.05  # two standard errors and more, by luck in one table of six
    assert welch([97, 99, 98], [50, 51, 49]).p < 0.001


def test_scores_without_scatter():
    assert welch([100, 100], [50, 50]) == (50, (50, 50), 0.0)
    assert welch([50, 50], [50, 50]).p == 1.0


def test_one_run_is_too_few():
    with pytest.raises(ValueError, match="two runs of each arm are needed to tell a real gap from luck, got 3 and 1"):
        welch([1, 2, 3], [4])


def test_several_comparisons_at_once_need_more():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0] and holm([]) == []


def test_zero_is_outside_an_interval_exactly_if_holm_rejects():
    draw = random.Random(0)
    more_than_luck = luck_only_together = 0
    for _ in range(60):
        tests = []
        for _ in range(draw.randint(1, 6)):
            apart, spread = draw.choice((0, 1, 2, 4, 20)), draw.choice((0.5, 1, 3))
            first, second = ([draw.gauss(mean, spread) for _ in range(draw.randint(2, 5))] for mean in (apart, 0))
            tests.append(draw.choice((partial(welch, first, second), partial(one_more, first[0], second))))
        alone = [test(LEVEL) for test in tests]
        corrected = holm([each.p for each in alone])
        for one, found, p in zip(alone, together(tests), corrected, strict=True):
            low, high = found.interval
            assert found.p == p and found.gap == one.gap
            assert (low > 0 or high < 0) == (p < LEVEL), (found, one)
            assert low <= one.interval[0] and one.interval[1] <= high, "it holds the true gap at least as often"
            more_than_luck += p < LEVEL
            luck_only_together += one.p < LEVEL <= p
    assert more_than_luck > 8 and luck_only_together > 8, "otherwise the test tests little"


def test_intervals_of_several_comparisons_are_for_the_levels_of_holm():
    first, close, far = [10.0, 11.0, 12.0], [8.0, 9.0, 10.0], [0.0, 1.0, 2.0]
    apart, near, nothing = together([partial(welch, first, far), partial(welch, first, close),
                                     partial(welch, first, first)])
    assert apart.interval == welch(first, far, LEVEL / 3).interval
    assert near.interval == welch(first, close, LEVEL / 2).interval, "the first that fails"
    assert nothing.interval == welch(first, first, LEVEL / 2).interval, "and what fails with it"
    assert together([partial(welch, first, far)]) == [welch(first, far)] and together([]) == []


def test_a_p_that_is_known_is_corrected_and_counts():
    known, measured = together([without_interval(3.0, 0.01), partial(welch, [10.0, 11.0, 12.0], [8.0, 9.0, 10.0])])
    assert (known.gap, known.p) == (3.0, 0.02) and all(math.isnan(end) for end in known.interval)
    assert measured.interval == welch([10.0, 11.0, 12.0], [8.0, 9.0, 10.0]).interval


@pytest.mark.parametrize("first, second, p, ahead", [
    ((6, 7, 8, 9, 10), (1, 2, 3, 4, 5), 2 / 252, 1.0), ((4, 5, 6), (1, 2, 3), 2 / 20, 1.0),
    ((5, 7, 8, 9, 10), (1, 2, 3, 4, 6), 4 / 252, 24 / 25),  # U = 1 of a printed table: 0.016
    ((50, 50, 50), (50, 50, 50), 1.0, 0.5), ((2, 2, 3), (1, 2, 2), 0.6, 7 / 9), ((), (1, 2), 1.0, 0.5),
])
def test_a_rank_test_counts_orders(first, second, p, ahead):
    assert ranked(first, second) == pytest.approx((p, ahead)) and ranked(second, first) == pytest.approx((p, 1 - ahead))


def _lead(scores, chosen):
    """By how many pairs the chosen scores are ahead of the rest, or behind it."""
    rest = [k for k in range(len(scores)) if k not in chosen]
    return abs(sum((scores[a] > scores[b]) - (scores[a] < scores[b]) for a in chosen for b in rest))


def test_a_rank_test_counts_every_way_to_deal_the_ranks_out():
    draw = random.Random(0)
    for _ in range(20):
        scores = [draw.randint(0, 4) for _ in range(7)]
        size = draw.randint(1, 6)
        ways = [_lead(scores, chosen) for chosen in combinations(range(7), size)]
        share = sum(way >= ways[0] for way in ways) / len(ways)
        assert ranked(scores[:size], scores[size:]).p == pytest.approx(share)


def test_one_more_run_is_compared_with_where_others_lie():
    others = [50.0, 51.0, 49.0, 50.0, 50.0]  # their standard deviation is 0.707, and one more lies within 2.776 of
    found = one_more(53.0, others)  # 0.707 sqrt(1 + 1 / 5) = 0.775
    assert found.gap == pytest.approx(3) and found.interval == pytest.approx((3 - 2.150, 3 + 2.150), abs=2e-3)
    assert found.p == pytest.approx(outside(3 / 0.7746, 4), rel=1e-3) and found.p < 0.05
    assert one_more(52.0, others).p > 0.05, "the mean of very many runs would be further off, one run is not"
    assert one_more(51, [50, 50]) == (1, (1, 1), 0.0) and one_more(50, [50, 50]).p == 1.0
    with pytest.raises(ValueError, match="at least two runs are needed to know how much runs differ, got 1"):
        one_more(50, [50])


def test_the_interval_of_a_share_is_wilsons():
    assert share_interval(0.5, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    low, high = share_interval(1.0, 20)  # where the usual formula has no width
    assert high == 1 and low == pytest.approx(0.8389, abs=1e-4)


def test_the_interval_of_a_mean():
    assert mean_interval([50, 51, 52]) == pytest.approx((51 - 4.3027 / 3**0.5, 51 + 4.3027 / 3**0.5), abs=1e-3)
    with pytest.raises(ValueError, match="at least two runs are needed for an interval, got 1"):
        mean_interval([50])
