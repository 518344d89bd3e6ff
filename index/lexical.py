"""BM25 over texts. The only place that imports bm25s."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np

from index.words import terms

logging.getLogger("bm25s").setLevel(logging.WARNING)  # it lets its debug messages through


class Lexicon:
    """BM25 (Lucene's variant, k1 1.5, b 0.75) over texts, and how rare each term is among them."""

    def __init__(self, ranker: bm25s.BM25, size: int) -> None:
        self._ranker, self.size = ranker, size
        starts = ranker.scores["indptr"]
        self._frequency = {term: int(starts[row + 1] - starts[row]) for term, row in ranker.vocab_dict.items() if term}

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lexicon:
        """Index `texts`; rows of `scores` keep their order."""
        ranker = bm25s.BM25()
        ranker.index([terms(text) or [""] for text in texts], show_progress=False)
        return cls(ranker, len(texts))

    @classmethod
    def load(cls, folder: Path, size: int) -> Lexicon:
        """What `save` wrote; no pickle is read."""
        return cls(bm25s.BM25.load(folder, show_progress=False), size)

    def save(self, folder: Path) -> None:
        self._ranker.save(folder, show_progress=False)

    def scores(self, question: Sequence[str]) -> np.ndarray:
        """(size,) BM25 of every text for the terms of a question."""
        known = [term for term in question if term in self._frequency]
        return self._ranker.get_scores(known) if known else np.zeros(self.size, np.float32)

    def rarity(self, term: str) -> float:
        """Inverse document frequency, in nats; a term that no text has is the rarest."""
        frequency = self._frequency.get(term, 0)
        return float(np.log1p((self.size - frequency + 0.5) / (frequency + 0.5)))
