"""What the confidence is worth: how wrong the answers are that are given first (risk and coverage), and whether 0.8 means 80 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.scorers import Scored

BINS = 10


@dataclass(frozen=True)
class Curve:
    """Of the share `coverage` of the questions, those with the most confidence, the share `risk` would be answered wrongly."""

    coverage: tuple[float, ...]
    risk: tuple[float, ...]

    @property
    def area(self) -> float:
        """AURC: the mean risk over all coverages (Geifman and El-Yaniv 2019). Lower is better."""
        return float(np.mean(self.risk)) if self.risk else float("nan")


@dataclass(frozen=True)
class Bin:
    """Questions of like confidence: the mean of it, the share the text answers, and their number."""

    confidence: float
    answerable: float
    count: int


def would_be_wrong(scored: Scored) -> bool:
    """Whether the answer is wrong; where it abstained, whether showing its nearest passage as the answer would have been."""
    row, answer = scored.row, scored.answer
    quotes = answer.quotes or ((answer.nearest,) if answer.nearest else ())
    hits = [[snippet in quote.text for group in row.evidence for snippet in group] for quote in quotes]
    if not row.answerable:
        return not (hits and any(hits[0]))
    return not all(any(snippet in quote.text for snippet in group for quote in quotes) for group in row.evidence)


def risk_coverage(confidence: Sequence[float], wrong: Sequence[bool]) -> Curve:
    """Questions are taken in order of confidence; among equals, all share their mean risk, so that no order is luckier."""
    if not len(confidence):
        return Curve((), ())
    values, errors = np.asarray(confidence, float), np.asarray(wrong, float)
    levels, group = np.unique(-values, return_inverse=True)
    mean = np.bincount(group, errors, minlength=len(levels)) / np.bincount(group, minlength=len(levels))
    spread = mean[group[np.argsort(-values, kind="stable")]]
    counts = np.arange(1, len(values) + 1)
    return Curve(tuple((counts / len(values)).tolist()), tuple((np.cumsum(spread) / counts).tolist()))


def reliability(confidence: Sequence[float], answerable: Sequence[bool]) -> tuple[Bin, ...]:
    """Ten bins of equal width; empty ones are left out."""
    values, truth = np.asarray(confidence, float), np.asarray(answerable, float)
    rows = np.minimum((values * BINS).astype(int), BINS - 1)
    return tuple(
        Bin(float(values[rows == at].mean()), float(truth[rows == at].mean()), int((rows == at).sum())) for at in np.unique(rows).tolist()
    )


def calibration_error(confidence: Sequence[float], answerable: Sequence[bool]) -> float:
    """ECE: the mean distance between confidence and truth over the bins, each weighed by its questions (Guo et al. 2017)."""
    bins = reliability(confidence, answerable)
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.answerable) for each in bins) / total if total else float("nan")
