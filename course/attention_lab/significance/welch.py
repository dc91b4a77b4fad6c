"""Tests whether one set of runs is ahead of another by more than luck.

Welch's t-test compares scores, and Student's t compares a single score with others. The test of Wilcoxon, Mann and
Whitney compares the order of scores. Holm's correction is for several comparisons at once.

B. L. Welch: The generalization of "Student's" problem when several different population variances are involved,
Biometrika 34, 1947. H. B. Mann, D. R. Whitney: On a test of whether one of two random variables is stochastically
larger than the other, Annals of Mathematical Statistics 18, 1947. S. Holm: A simple sequentially rejective multiple
test procedure, Scandinavian Journal of Statistics 6, 1979.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

LEVEL = 0.05  # below this p, a difference is no longer put down to luck
STEPS = 400  # for each integral; the error is below 1e-9


class Difference(NamedTuple):
    """How far two arms are apart.

    gap: the first mean minus the second.
    interval: in 95 of 100 such experiments, the true gap lies in this interval, if scores are normally distributed; nan
        if there is none. It is for a level of 5 %, and wider for a smaller one.
    p: the probability that two equally good arms differ by at least as much.
    """

    gap: float
    interval: tuple[float, float]
    p: float


Test = Callable[[float], Difference]  # takes the level of the interval


def outside(t: float, freedom: float) -> float:
    """Returns the probability that |t| of Student's distribution is at least this large. freedom: the degrees of
    freedom, a number above 0."""
    # With t = sqrt(freedom) tan(a), the density of t becomes cos(a) ** (freedom - 1), up to a factor.
    def area(end: float) -> float:
        steps = [end * i / STEPS for i in range(STEPS + 1)]
        heights = [max(math.cos(a), 0.0) ** (freedom - 1) for a in steps]
        return end / STEPS / 3 * (heights[0] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2]) + heights[-1])

    whole = math.sqrt(math.pi) / 2 * math.exp(math.lgamma(freedom / 2) - math.lgamma((freedom + 1) / 2))
    return min(1.0, max(0.0, 1 - area(math.atan(abs(t) / math.sqrt(freedom))) / whole))


def quantile(freedom: float, level: float = LEVEL) -> float:
    """Returns the t that |t| exceeds with this probability: 2.776 for 4 degrees of freedom and 5 %."""
    low, high = 0.0, 1.0
    while outside(high, freedom) > level:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if outside(middle, freedom) > level else (low, middle)
    return high


def welch(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> Difference:
    """Returns how far the mean of the first scores is from that of the second, and how sure that is.

    If the scores of each set are all equal, the gap counts as exact. Raises ValueError for fewer than two scores in a
    set.
    """
    if min(len(first), len(second)) < 2:
        raise ValueError(f"at least two runs of each arm are needed to tell a real gap from luck, got {len(first)} and "
                         f"{len(second)}")
    gap = statistics.fmean(first) - statistics.fmean(second)
    parts = [statistics.variance(scores) / len(scores) for scores in (first, second)]
    error = math.sqrt(sum(parts))
    if not error:
        return Difference(gap, (gap, gap), 0.0 if gap else 1.0)
    freedom = error ** 4 / sum(part ** 2 / (len(scores) - 1)
                               for part, scores in zip(parts, (first, second), strict=True))
    reach = quantile(freedom, level) * error
    return Difference(gap, (gap - reach, gap + reach), outside(gap / error, freedom))


def one_more(score: float, others: Sequence[float], level: float = LEVEL) -> Difference:
    """Returns how far a single score is from the mean of others, and how sure that is.

    The test assumes that the single score comes from runs that differ as much as the others do. Student's t then says
    where one more run of the others would lie.

    Raises ValueError for fewer than two others.
    """
    if len(others) < 2:
        raise ValueError(f"at least two runs are needed to know how much runs differ, got {len(others)}")
    gap = score - statistics.fmean(others)
    error = statistics.stdev(others) * math.sqrt(1 + 1 / len(others))
    if not error:
        return Difference(gap, (gap, gap), 0.0 if gap else 1.0)
    reach = quantile(len(others) - 1, level) * error
    return Difference(gap, (gap - reach, gap + reach), outside(gap / error, len(others) - 1))


def share_interval(share: float, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Returns the interval in which the true share lies in 95 of 100 such samples (E. B. Wilson, 1927).

    share: the share of n independent answers that are right, from 0 to 1. Both ends are from 0 to 1, too.
    """
    z = statistics.NormalDist().inv_cdf(1 - level / 2)
    centre, whole = share + z * z / (2 * n), 1 + z * z / n
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (centre - reach) / whole, (centre + reach) / whole


def mean_interval(scores: Sequence[float], level: float = LEVEL) -> tuple[float, float]:
    """Returns the interval in which the mean of very many runs lies, in 95 of 100 such experiments (Student's t).

    Raises ValueError for fewer than two scores.
    """
    if len(scores) < 2:
        raise ValueError(f"at least two runs are needed for an interval, got {len(scores)}")
    reach = quantile(len(scores) - 1, level) * statistics.stdev(scores) / math.sqrt(len(scores))
    return statistics.fmean(scores) - reach, statistics.fmean(scores) + reach


def holm(chances: Sequence[float]) -> list[float]:
    """Corrects the p of each comparison for all comparisons that are made together. If no difference is real, at most 1
    set of comparisons in 20 has any p below 0.05."""
    corrected = [0.0] * len(chances)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        corrected[place] = largest
    return corrected


def together(tests: Sequence[Test]) -> list[Difference]:
    """Makes several comparisons at once: p is corrected by `holm`, and each interval is for the level at which Holm's
    method judges its comparison. So 0 lies outside an interval exactly if the corrected p is below LEVEL.

    The smallest of n values of p is judged at LEVEL / n, the next one at LEVEL / (n - 1), and so on, up to the first
    one that fails. All that follow fail with it, at the same level. No level is above LEVEL, so each interval holds its
    true gap in at least 95 of 100 experiments.
    """
    chances = [test(LEVEL).p for test in tests]
    corrected = holm(chances)
    passed = sum(p < LEVEL for p in corrected)
    found = {}
    for rank, place in enumerate(sorted(range(len(tests)), key=chances.__getitem__)):
        level = LEVEL / (len(tests) - min(rank, passed))
        found[place] = tests[place](level)._replace(p=corrected[place])
    return [found[place] for place in range(len(tests))]


def without_interval(gap: float, p: float) -> Test:
    """Returns a test for `together` whose p is known already, and which has no interval."""
    return lambda level: Difference(gap, (math.nan, math.nan), p)


class Ranked(NamedTuple):
    """What the order of two arms' runs shows.

    p: how often runs that were put into a random order would favour one arm at least as much.
    ahead: the share of all pairs of runs, one of each arm, in which the first arm's run scores more. A tie is half a
        pair.
    """

    p: float
    ahead: float


def ranked(first: Sequence[float], second: Sequence[float]) -> Ranked:
    """Compares two sets of scores by their order alone, so nothing depends on how scores are distributed.

    This is the test of Wilcoxon, Mann and Whitney, exact and two-sided. All ways to deal the ranks out to the two sets
    are counted, and equal scores share the mean of their ranks.
    """
    if not first or not second:
        return Ranked(1.0, 0.5)
    scores = [*first, *second]
    # The rank, doubled, so that a mean of two ranks is whole, too.
    ranks = [2 * sum(other < score for other in scores) + scores.count(score) + 1 for score in scores]
    # For each k: in how many ways k of the ranks have a sum.
    ways: list[Counter[int]] = [Counter({0: 1}), *(Counter() for _ in first)]
    for rank in ranks:
        for k in range(len(first), 0, -1):
            for total, count in ways[k - 1].items():
                ways[k][total + rank] += count
    middle, found = len(first) * (len(scores) + 1), sum(ranks[:len(first)])
    far = sum(count for total, count in ways[-1].items() if abs(total - middle) >= abs(found - middle))
    pairs = len(first) * len(second)
    return Ranked(far / math.comb(len(scores), len(first)), (found / 2 - len(first) * (len(first) + 1) / 2) / pairs)
