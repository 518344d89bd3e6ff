"""Words that mean much the same, from counter-fitted word vectors (Mrkšić et al. 2016, "Counter-fitting Word Vectors to Linguistic
Constraints"; nmrksic/counter-fitting), in which synonyms lie close and antonyms far apart, unlike in plain ones."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from index.words import terms

# Two words are taken for synonyms from this cosine on, and of a word's nearest this many are looked at.
ALIKE, NEAREST = 0.75, 25
ENDINGS = ("ing", "est", "ed", "er", "ly", "s")


def load_synonyms(vectors: Path, common: Collection[str]) -> dict[str, tuple[str, ...]]:
    """For each common word its common synonyms of another stem and the same ending. Of `vectors`, each line is a word and its numbers.

    Raises ValueError if it has none of the common words.
    """
    rows: dict[str, np.ndarray] = {}
    with vectors.open(encoding="utf-8") as lines:
        for line in lines:
            word, _, numbers = line.partition(" ")
            if word in common and word.isalpha():
                rows[word] = np.array(numbers.split(), np.float32)
    if not rows:
        raise ValueError(f"{vectors} holds no word vectors; index/evidence.md says where to get them")
    words = list(rows)
    matrix = np.array([row / np.linalg.norm(row) for row in rows.values()])
    stems = [terms(word) for word in words]
    found: dict[str, tuple[str, ...]] = {}
    for at, word in enumerate(words):
        close = matrix @ matrix[at]
        others = [other for other in np.argsort(-close)[:NEAREST] if close[other] >= ALIKE and stems[other] and stems[other] != stems[at]]
        alike = tuple(words[other] for other in others if _ending(words[other]) == _ending(word))
        if stems[at] and alike:
            found[word] = alike
    return found


def _ending(word: str) -> str:
    return next((ending for ending in ENDINGS if word.endswith(ending)), "")
