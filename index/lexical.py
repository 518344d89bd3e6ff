"""BM25 over texts. The only place that imports bm25s, and only to index: with scipy it adds a twelfth to the time of a first answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.words import terms


@dataclass(frozen=True, eq=False)
class Lexicon:
    """BM25 (Lucene's variant, k1 1.5, b 0.75) over `size` texts, as bm25s weighs each term in each text ahead of any question.

    The weights are a sparse matrix by columns: those of term number t are `weights[starts[t]:starts[t + 1]]`, float32, and `rows` of the
    same places says of which text.
    """

    size: int
    numbers: dict[str, int]
    weights: np.ndarray
    rows: np.ndarray
    starts: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[str]) -> Lexicon:
        """Index `texts`; rows of `scores` keep their order."""
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it lets its debug messages through
        ranker = bm25s.BM25()
        ranker.index([terms(text) or [""] for text in texts], show_progress=False)
        numbers = {term: int(number) for term, number in ranker.vocab_dict.items() if term}
        return cls(len(texts), numbers, *(ranker.scores[name] for name in ("data", "indices", "indptr")))

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """What `save` wrote; no pickle is read."""
        stored = json.loads((folder / "terms.json").read_bytes())
        return cls(stored["size"], stored["numbers"], *(np.load(folder / f"{name}.npy") for name in ("weights", "rows", "starts")))

    def save(self, folder: Path) -> None:
        folder.mkdir()
        for name in ("weights", "rows", "starts"):
            np.save(folder / f"{name}.npy", getattr(self, name))
        stored = json.dumps({"size": self.size, "numbers": self.numbers}, ensure_ascii=False)
        (folder / "terms.json").write_text(stored, encoding="utf-8")

    def scores(self, question: Sequence[str]) -> np.ndarray:
        """(size,) float32 BM25 of every text for the terms of a question; a term that stands twice counts twice."""
        found = np.zeros(self.size, np.float32)
        for term in question:
            column = self._column(term)
            found[self.rows[column]] += self.weights[column]
        return found

    def rarity(self, term: str) -> float:
        """Inverse document frequency, in nats; a term that no text has is the rarest."""
        column = self._column(term)
        frequency = int(column.stop - column.start)
        return float(np.log1p((self.size - frequency + 0.5) / (frequency + 0.5)))

    def _column(self, term: str) -> slice:
        number = self.numbers.get(term)
        return slice(0, 0) if number is None else slice(int(self.starts[number]), int(self.starts[number + 1]))
