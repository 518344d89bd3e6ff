"""Words that mean much the same: WordNet's synonyms, of which many hold in a rare sense only, as far as the embedding model agrees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from index.training.wordnet import WordNet, with_its_ending
from index.words import terms

# Two words that WordNet calls synonyms are taken for such from this cosine on.
ALIKE = 0.55


def close_synonyms(wordnet: WordNet, common: Collection[str], encode: Callable[[Sequence[str]], np.ndarray]) -> dict[str, tuple[str, ...]]:
    """For each common word its common synonyms of another stem and the same ending.

    `encode` gives (words, dimension) unit vectors.
    """
    words = sorted(common)
    row = {word: at for at, word in enumerate(words)}
    vectors, stems = encode(words), [terms(word) for word in words]
    found: dict[str, tuple[str, ...]] = {}
    for at, word in enumerate(words):
        others = [row[other] for other in with_its_ending(word, wordnet.synonyms) if other in row]
        alike = tuple(words[o] for o in others if stems[o] and stems[o] != stems[at] and vectors[o] @ vectors[at] >= ALIKE)
        if stems[at] and alike:
            found[word] = alike
    return found
