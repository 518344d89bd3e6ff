"""Fusing two rankings of the same texts."""

from __future__ import annotations

import numpy as np

# How often the cosine counts beside BM25. Questions in other words than the text's need it: of our own tune questions (n = 240) the answer
# is among ten passages for 93.3 % at 2 and 92.1 % at 1; of SQuAD's (n = 1,095), which are in its words, for 99.6 and 99.5 %.
DENSE = 2.0


def top_rows(scores: np.ndarray, count: int) -> list[int]:
    """Rows of the `count` largest scores, best first; ties in order."""
    return [int(row) for row in np.argsort(-scores, kind="stable")[:count]]


def standardised(scores: np.ndarray) -> np.ndarray:
    """z-scores; all 0 where all are equal."""
    centred = scores - scores.mean() if len(scores) else scores
    deviation = float(np.sqrt(np.mean(centred**2))) if len(scores) else 0.0
    spread: np.ndarray = centred / deviation if deviation > 1e-9 else np.zeros(len(scores))
    return spread


def fused(lexical: np.ndarray, dense: np.ndarray) -> np.ndarray:
    """Sum of both rankings' z-scores over the same rows, DENSE times the dense one's."""
    total: np.ndarray = standardised(lexical) + DENSE * standardised(dense)
    return total
