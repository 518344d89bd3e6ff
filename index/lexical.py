"""Words of a text as terms, and their BM25 ranking. The only place that imports bm25s and Stemmer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN

# Letters and digits with inner apostrophes, hyphens and decimal points; dotted abbreviations ("U.S.") are one word.
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[’'.,](?=\d)[^\W_]+)*", re.UNICODE)
# bm25s' English list, and the words of questions and fragments that apostrophes leave.
STOPWORDS = frozenset(STOPWORDS_EN) | frozenset(
    "about after again all also am any because been before being both can could did do does doing done during each few from further get "
    "had has have having he her here hers him his how i its just may me might more most must my myself no nor now off once only other our "
    "out over own same shall she should so some tell than them themselves then they those through too under until up upon us very was we "
    "were what when where which while who whom whose why will with would you your s t d ll m re ve don doesn didn isn aren wasn "
    "between among against much many let please say says said".split()
) - {"no", "not"}
_stem = Stemmer.Stemmer("english")


def words(text: str) -> list[tuple[str, int, int]]:
    """(word, start, end) of each word of `text`; a dotted abbreviation is joined: "U.S." -> "US"."""
    return [(match[0].replace(".", "") if _dotted(match[0]) else match[0], *match.span()) for match in WORD.finditer(text)]


def terms(text: str) -> list[str]:
    """Stemmed content words of `text`, in order, with repeats. "US" in capitals is a country, "us" is a stop word."""
    return [_stem.stemWord(word.lower()) for word, _, _ in words(text) if _is_content(word)]


def matching_words(text: str, wanted: frozenset[str]) -> list[tuple[int, int]]:
    """[start, end) of each word of `text` whose term is in `wanted`."""
    return [(start, end) for word, start, end in words(text) if _is_content(word) and _stem.stemWord(word.lower()) in wanted]


def _is_content(word: str) -> bool:
    return word.lower() not in STOPWORDS or (len(word) > 1 and word.isupper())


def _dotted(word: str) -> bool:
    return len(word) > 2 and word.endswith(".")


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
