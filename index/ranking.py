"""Fusing two rankings of the same texts."""

from __future__ import annotations

import numpy as np


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
    """Sum of both rankings' z-scores over the same rows."""
    total: np.ndarray = standardised(lexical) + standardised(dense)
    return total
