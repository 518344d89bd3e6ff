"""Intervals and paired tests. The only place that imports scipy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import binomtest, bootstrap, mannwhitneyu

METHOD = "95 % intervals by percentile bootstrap over questions (1,000 resamples, fixed seed); exact (Clopper-Pearson) where all agree"
TEST = "differences over the questions both were asked: 95 % interval by paired bootstrap, p by McNemar's exact test where marks are 0 or 1"
_RESAMPLES, _SEED, _LEVEL = 1000, 20180709, 0.95

Interval = tuple[float, float]


def ratio_interval(got: Sequence[float], of: Sequence[float]) -> Interval:
    """Of sum(got) / sum(of), questions resampled."""
    total, possible = np.asarray(got, float), np.asarray(of, float)
    if len(set((total / possible).tolist())) == 1 and total[0] / possible[0] in (0.0, 1.0):
        exact = binomtest(round(total.sum()), round(possible.sum())).proportion_ci(_LEVEL, "exact")
        return float(exact.low), float(exact.high)
    return _interval((total, possible), _ratio)


def interval_of(count: int, statistic: Callable[[np.ndarray], float]) -> Interval:
    """Of a statistic of the rows (`count` of them) that it is handed."""
    return _interval((np.arange(count),), statistic, vectorized=False)


def difference_interval(ours: tuple[Sequence[float], Sequence[float]], theirs: tuple[Sequence[float], Sequence[float]]) -> Interval:
    """Of the difference of two ratios over the same questions, which are resampled together."""
    arrays = tuple(np.asarray(values, float) for values in (*ours, *theirs))
    return _interval(arrays, lambda a, b, c, d, axis=-1: _ratio(a, b, axis) - _ratio(c, d, axis))


def mcnemar(wins: int, losses: int) -> float:
    """Two-sided exact p of so uneven a split among the questions on which two runs differ."""
    return float(binomtest(wins, wins + losses).pvalue) if wins + losses else 1.0


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The probability that a positive scores above a negative; ties count half (Mann and Whitney's U over all pairs)."""
    return float(mannwhitneyu(positive, negative).statistic / (len(positive) * len(negative)))


def _ratio(got: np.ndarray, of: np.ndarray, axis: int = -1) -> np.ndarray:
    found: np.ndarray = got.sum(axis) / of.sum(axis)
    return found


def _interval(arrays: tuple[np.ndarray, ...], statistic: Callable[..., np.ndarray | float], *, vectorized: bool = True) -> Interval:
    if len(arrays[0]) < 2:
        return float("nan"), float("nan")
    found = bootstrap(
        arrays,
        statistic,
        paired=len(arrays) > 1,
        vectorized=vectorized,
        n_resamples=_RESAMPLES,
        confidence_level=_LEVEL,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)
