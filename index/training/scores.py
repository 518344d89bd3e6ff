"""How well cases are ranked, told apart and calibrated: pure measures over them, with intervals by bootstrap over articles."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from index.training.cases import Case
from index.training.fit import ADVERSARIAL_WEIGHT, SEED
from index.words import terms

RESAMPLES = 300
BINS = 10

Rank = Callable[[Case], np.ndarray]
Sure = Callable[[Case], float]
Groups = Sequence[Sequence[Case]]


def recall(those: Sequence[Case], rank: Rank, k: int) -> float:
    """Of the answerable, the share with a right sentence among the first k."""
    asked = [case for case in those if case.question.kind == "answerable"]
    return float(np.mean([case.answers[np.argsort(-rank(case), kind="stable")[:k]].any() for case in asked]))


def auroc(those: Sequence[Case], kind: str, scores: Sure) -> float:
    """The probability that an answerable question scores above one of `kind`."""
    chosen = [case for case in those if case.question.kind in ("answerable", kind)]
    return float(roc_auc_score([case.question.kind == "answerable" for case in chosen], [scores(case) for case in chosen]))


def calibration_error(those: Sequence[Case], scores: Sure) -> float:
    """Expected calibration error over BINS equal bins; deceiving questions count as the regressions were fitted, half."""
    sure = np.array([scores(case) for case in those])
    true = np.array([case.question.kind == "answerable" for case in those])
    weight = np.array([ADVERSARIAL_WEIGHT if case.question.kind == "adversarial" else 1.0 for case in those])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(np.sum(weight[own] * (sure[own] - true[own]))) for own in (bins == at for at in range(BINS))]
    return float(sum(gaps) / weight.sum())


def risks(those: Sequence[Case], scores: Sure, rank: Rank) -> np.ndarray:
    """(cases,) of the surest 1, 2, ... questions, the share answered wrongly: the first sentence does not answer."""
    wrong = np.array([not case.answers[np.argmax(rank(case))] if len(case.answers) else True for case in those])
    order = np.argsort([-scores(case) for case in those], kind="stable")
    found: np.ndarray = np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)
    return found


def risk_at(those: Sequence[Case], scores: Sure, rank: Rank, coverage: float) -> float:
    """The risk where this share of the questions is answered."""
    return float(risks(those, scores, rank)[max(0, round(coverage * len(those)) - 1)])


def risk_area(those: Sequence[Case], scores: Sure, rank: Rank) -> float:
    """Area under the curve of risk by coverage. Lower is better."""
    return float(np.mean(risks(those, scores, rank)))


def span_f1(those: Sequence[Case], rank: Rank) -> float:
    """Mean word F1 of the best span in the first sentence against the nearest right span."""
    found = []
    for case in (case for case in those if case.question.kind == "answerable"):
        best, candidates = int(np.argmax(rank(case))), case.weighed.found
        texts = {sentence.document.id: sentence.document.text for sentence in candidates.sentences}
        given = terms(candidates.sentences[best].document.text[slice(*case.weighed.spans[best])])
        right = [texts.get(case.question.document, "")[start:end] for start, end in case.question.spans]
        found.append(max(_f1(given, terms(text)) if text else 0.0 for text in right))
    return float(np.mean(found))


def interval(groups: Groups, measure: Callable[[Sequence[Case]], float]) -> str:
    """The measure over all cases, with its 95 % interval by bootstrap over the groups."""
    chance = np.random.default_rng(SEED)
    value = measure([case for group in groups for case in group])
    draws = [chance.integers(len(groups), size=len(groups)) for _ in range(RESAMPLES)]
    sampled = [measure([case for at in draw for case in groups[at]]) for draw in draws]
    low, high = np.quantile(sampled, [0.025, 0.975])
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


def _f1(given: Sequence[str], right: Sequence[str]) -> float:
    shared = sum(min(given.count(term), right.count(term)) for term in set(given))
    return 2 * shared / (len(given) + len(right)) if given and right else float(list(given) == list(right))
