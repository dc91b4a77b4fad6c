"""A test for runs of which some are alike because they leave out the same photograph or the same forms.

A. C. Cameron, J. B. Gelbach, D. L. Miller: Robust inference with multiway clustering, Journal of Business & Economic
Statistics 29, 2011.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

from attention_lab.networks.welch import Difference, Test, outside, quantile


def clustered(gaps: Mapping[tuple[Hashable, Hashable], float]) -> Test:
    """The test of whether the mean of these gaps is 0, where gaps that share one of their two keys may be alike.

    The variance is the sum of those for either way of clustering, less that of the gaps as if none were alike. In a
    small sample, this may take away too much, so the variance is never below that of either way alone. t has the
    degrees of freedom of the way with fewer clusters, of which there must be at least two.
    """
    mean = statistics.fmean(gaps.values())

    def variance(groups: Sequence[Hashable]) -> float:
        sums: Counter[Hashable] = Counter()
        for group, gap in zip(groups, gaps.values(), strict=True):
            sums[group] += gap - mean
        return sum(each ** 2 for each in sums.values()) * len(sums) / (len(sums) - 1) / len(gaps) ** 2

    first, second = ([key[way] for key in gaps] for way in (0, 1))
    both = variance(first) + variance(second) - variance(list(gaps))
    error = math.sqrt(max(both, variance(first), variance(second)))
    freedom = min(len(set(first)), len(set(second))) - 1

    def test(level: float) -> Difference:
        reach = quantile(freedom, level) * error
        return Difference(mean, (mean - reach, mean + reach), outside(mean / error, freedom))

    return test
