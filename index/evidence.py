"""Which sentences answer a question, and how surely. `EvidenceModel` is the seam that other models fill."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol

import numpy as np

from index.features import NAMES, QUESTION_NAMES, Texts, candidates, measure, summarise
from index.nouns import Sentence
from index.reader import IndexReader


@dataclass(frozen=True)
class Evidence:
    """How probable it is, 0 to 1, that this sentence answers the question."""

    sentence: Sentence
    score: float


@dataclass(frozen=True)
class Judgement:
    """Every sentence that was weighed, best first, and the probability, 0 to 1, that the text answers at all.

    The two are apart because a question may be answered in several places, none of them more probable than the others.
    """

    evidence: tuple[Evidence, ...] = ()
    answerable: float = 0.0


class EvidenceModel(Protocol):
    """Judges sentences as evidence. Below `threshold` its answer should be that the text does not say."""

    threshold: float

    def judge(self, question: str, rows: Sequence[int]) -> Judgement:
        """Weigh every sentence of the index's passages at `rows`."""
        ...


@dataclass(frozen=True)
class Regression:
    """A logistic regression over named features, standardised by `mean` and `scale`."""

    names: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray
    coefficients: np.ndarray
    intercept: float

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Regression:
        mean, scale, coefficients = (np.array(stored[key], np.float64) for key in ("mean", "scale", "coefficients"))
        return cls(tuple(stored["names"]), mean, scale, coefficients, float(stored["intercept"]))

    def as_json(self) -> dict[str, Any]:
        arrays = {key: [round(float(value), 6) for value in getattr(self, key)] for key in ("mean", "scale", "coefficients")}
        return {"names": list(self.names), **arrays, "intercept": round(self.intercept, 6)}

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """(rows,) from (rows, len(names))."""
        logits = (features - self.mean) / self.scale @ self.coefficients + self.intercept
        return np.asarray(1.0 / (1.0 + np.exp(-logits)))


@dataclass(frozen=True)
class LogisticWeights:
    """`sentence`: does it answer, if the text does? `question`: does the text? The model card is `index/evidence.md`."""

    sentence: Regression
    question: Regression
    threshold: float

    @classmethod
    def packaged(cls) -> LogisticWeights:
        stored = json.loads((files("index") / "evidence.json").read_text(encoding="utf-8"))
        found = cls(Regression.from_json(stored["sentence"]), Regression.from_json(stored["question"]), float(stored["threshold"]))
        if (found.sentence.names, found.question.names) != (NAMES, QUESTION_NAMES):
            raise ValueError("index/evidence.json was fitted on other features than index.features has; type: make train")
        return found


class LogisticEvidence:
    """Evidence by dense and lexical features of the question, the sentence and its surroundings."""

    def __init__(self, index: IndexReader) -> None:
        self._index, self._weights = index, LogisticWeights.packaged()
        self.threshold = self._weights.threshold

    def judge(self, question: str, rows: Sequence[int]) -> Judgement:
        return judge(self._index, self._weights, question, self._index.encoder.encode_query(question), rows)


def judge(texts: Texts, weights: LogisticWeights, question: str, vector: np.ndarray, rows: Sequence[int]) -> Judgement:
    """Weigh the sentences of the passages at `rows` for a question with the unit vector `vector`."""
    found = candidates(texts, rows)
    if not found.sentences:
        return Judgement()
    features = measure(texts, question, vector, found)
    scores = weights.sentence.probabilities(features)
    answerable = float(weights.question.probabilities(summarise(features, scores)[None])[0])
    order = np.argsort(-scores, kind="stable")
    return Judgement(tuple(Evidence(found.sentences[at], answerable * float(scores[at])) for at in order), answerable)
