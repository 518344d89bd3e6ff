"""Which sentences answer a question, and how surely. `EvidenceModel` is the seam: a trained reader takes the place of the regression here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol

import numpy as np

from index.features import NAMES, candidates, measure
from index.nouns import Sentence
from index.reader import IndexReader


@dataclass(frozen=True)
class Evidence:
    """How probable it is, 0 to 1 and calibrated, that this sentence answers the question."""

    sentence: Sentence
    score: float


class EvidenceModel(Protocol):
    """Scores sentences as evidence."""

    def score(self, question: str, rows: Sequence[int]) -> list[Evidence]:
        """Every sentence of the index's passages at `rows`, best first; none scores high if the text does not answer."""
        ...


@dataclass(frozen=True)
class Weights:
    """A logistic regression over `index.features.NAMES`; `mean` and `scale` standardise them."""

    mean: np.ndarray
    scale: np.ndarray
    coefficients: np.ndarray
    intercept: float

    @classmethod
    def packaged(cls) -> Weights:
        """Those that `index.training` fitted; its model card is `index/evidence.md`."""
        stored = json.loads((files("index") / "evidence.json").read_text(encoding="utf-8"))
        if tuple(stored["features"]) != NAMES:
            raise ValueError("index/evidence.json was fitted on other features; type: make train")
        arrays = (np.array(stored[key], np.float64) for key in ("mean", "scale", "coefficients"))
        return cls(*arrays, float(stored["intercept"]))

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """(rows,) from (rows, features)."""
        logits = (features - self.mean) / self.scale @ self.coefficients + self.intercept
        return 1.0 / (1.0 + np.exp(-logits))


class LogisticEvidence:
    """Evidence by dense and lexical features of the question and the sentence."""

    def __init__(self, index: IndexReader, weights: Weights | None = None) -> None:
        self._index, self._weights = index, weights or Weights.packaged()

    def score(self, question: str, rows: Sequence[int]) -> list[Evidence]:
        found = candidates(self._index, rows)
        if not found.sentences:
            return []
        features = measure(self._index, question, self._index.encoder.encode_query(question), found)
        scores = self._weights.probabilities(features)
        order = np.argsort(-scores, kind="stable")
        return [Evidence(found.sentences[at], float(scores[at])) for at in order]
