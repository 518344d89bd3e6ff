"""What is measured of a question and each sentence that might answer it: (sentences, features) numbers, no model yet."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from index.lexical import Lexicon
from index.nouns import Passage, Sentence
from index.ranking import standardised
from index.words import terms, words

NAMES = (
    "cosine", "cosine_z", "cosine_gap", "passage_cosine", "neighbour_cosine",
    "bm25", "bm25_z", "bm25_gap", "passage_bm25",
    "coverage", "window_coverage", "passage_coverage", "section_coverage", "corpus_coverage", "best_coverage",
    "names_coverage", "rarest", "rarest_in_passage", "pairs",
    "kind_number", "kind_time", "kind_name", "kind_reason", "is_reason", "is_how",
    "length", "question_length", "cosine_x_coverage", "best_cosine", "numbers_missing",
)  # fmt: skip
# Of the question as a whole: the best sentence's own features, the best value of these over all sentences, and how the scores lie.
_BEST_OF = ("cosine", "passage_cosine", "coverage", "window_coverage", "passage_coverage", "bm25", "passage_bm25", "names_coverage")
QUESTION_NAMES = (*NAMES, *(f"best {name}" for name in _BEST_OF), "first", "first - second", "log of sum")
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twice|dozen|hundred|thousand|million|billion|percent|half)\b", re.I
)
_TIME = re.compile(
    r"\b(?:1\d{3}|20\d{2}|january|february|march|april|may|june|july|august|september|october|november|december|today|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|year|month|week|century|ago)s?\b",
    re.I,
)
_REASON = re.compile(
    r"\b(?:because|since|due|so that|therefore|thus|in order|as a result|reason|why|cause[sd]?|led to|leads? to|concern)\b", re.I
)
_ASKS_NUMBER = re.compile(r"\bhow (?:many|much|far|long|old|often|large|big)\b|\bwhat (?:percent|number|share|proportion|fraction)", re.I)
_ASKS_TIME = re.compile(r"\bwhen\b|\bwhat (?:year|date|month|day|time)\b|\bhow long ago\b", re.I)
_ASKS_NAME = re.compile(r"\bwho(?:m|se)?\b|\bwhere\b|\bwhich\b", re.I)
_ASKS_REASON = re.compile(r"\bwhy\b|\bwhat (?:caused|reason|explains)|\bhow come\b|\breasons?\b", re.I)
_ASKS_HOW = re.compile(r"\bhow\b", re.I)


class Texts(Protocol):
    """What the features are measured on; an `IndexReader` is one."""

    @property
    def passages(self) -> Sequence[Passage]: ...
    @property
    def passage_vectors(self) -> np.ndarray: ...
    @property
    def sentence_vectors(self) -> np.ndarray: ...
    @property
    def passage_lexicon(self) -> Lexicon: ...
    @property
    def sentence_lexicon(self) -> Lexicon: ...


@dataclass(frozen=True)
class Candidates:
    """The sentences of some passages, each once, and the row among `passages` of the passage each is judged in."""

    passages: tuple[int, ...]
    sentences: tuple[Sentence, ...]
    home: tuple[int, ...]


def candidates(texts: Texts, rows: Sequence[int]) -> Candidates:
    """Every sentence of the passages at `rows`, once; a sentence that two of them share belongs to the first.

    Title lines state nothing: a dateline would answer whatever asks "when". They count only in a document that has no other text.
    """
    found: dict[int, tuple[Sentence, int]] = {}
    for row in rows:
        for sentence in texts.passages[row].sentences:
            if sentence.paragraph or not any(paragraph.number for paragraph in sentence.document.paragraphs):
                found.setdefault(sentence.row, (sentence, row))
    return Candidates(tuple(rows), tuple(s for s, _ in found.values()), tuple(row for _, row in found.values()))


def measure(texts: Texts, question: str, vector: np.ndarray, found: Candidates) -> np.ndarray:
    """(sentences, len(NAMES)) float64 features of each candidate for the question, whose unit vector is `vector`."""
    wanted = list(dict.fromkeys(terms(question)))
    weights = {term: texts.passage_lexicon.rarity(term) for term in wanted}
    total = sum(weights.values()) or 1.0
    rows = [sentence.row for sentence in found.sentences]
    cosine = np.asarray(texts.sentence_vectors[rows]) @ vector
    bm25 = texts.sentence_lexicon.scores(wanted)[rows] / total
    spoken = [terms(sentence.text) for sentence in found.sentences]
    sets = [frozenset(row) for row in spoken]
    neighbours = _neighbours(found)
    around: list[frozenset[str]] = [frozenset().union(*(sets[at] for at in near)) for near in neighbours]
    passage_terms = {row: frozenset(terms(texts.passages[row].text)) for row in found.passages}
    sections = {row: frozenset(terms(texts.passages[row].section)) for row in found.passages}
    passage_cosine = dict(zip(found.passages, np.asarray(texts.passage_vectors[list(found.passages)]) @ vector, strict=True))
    passage_bm25 = texts.passage_lexicon.scores(wanted) / total

    def coverage(having: frozenset[str], of: dict[str, float] = weights, whole: float = total) -> float:
        return sum(weight for term, weight in of.items() if term in having) / whole

    covered = np.array([coverage(row) for row in sets])
    everything = frozenset().union(*passage_terms.values()) if passage_terms else frozenset()
    known = frozenset(term for term in wanted if term in everything)
    rarest = max(weights, key=lambda term: weights[term], default="")
    names = {term: weights[term] for term in _names(question) if term in weights}
    asks = [bool(pattern.search(question)) for pattern in (_ASKS_NUMBER, _ASKS_TIME, _ASKS_NAME, _ASKS_REASON, _ASKS_HOW)]
    numbers = [word for word, _, _ in words(question) if word[0].isdigit()]
    columns = []
    for at, sentence in enumerate(found.sentences):
        home, text = found.home[at], sentence.text
        near = [other for other in neighbours[at] if other != at]
        columns.append((
            cosine[at], 0.0, cosine[at] - cosine.max(), passage_cosine[home], max((cosine[other] for other in near), default=0.0),
            bm25[at], 0.0, bm25[at] - bm25.max(), passage_bm25[home],
            covered[at], coverage(around[at]), coverage(passage_terms[home]), coverage(sections[home]), coverage(known), covered.max(),
            coverage(around[at], names, sum(names.values())) if names else 1.0,
            float(rarest in sets[at]), float(rarest in passage_terms[home]), _pairs(wanted, spoken[at]),
            float(asks[0] and bool(_NUMBER.search(text))), float(asks[1] and bool(_TIME.search(text))),
            float(asks[2] and _new_names(text, names) > 0), float(asks[3] and bool(_REASON.search(text))), float(asks[3]), float(asks[4]),
            np.log1p(len(spoken[at])), np.log1p(len(wanted)), cosine[at] * covered[at], cosine.max(),
            float(any(number not in texts.passages[home].text for number in numbers)),
        ))  # fmt: skip
    matrix = np.array(columns, np.float64).reshape(len(columns), len(NAMES))
    for name in ("cosine", "bm25"):
        matrix[:, NAMES.index(f"{name}_z")] = standardised(matrix[:, NAMES.index(name)])
    return matrix


def summarise(features: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """(len(QUESTION_NAMES),) features of a question from those of its sentences and their scores in 0..1."""
    first, *rest = np.sort(scores)[::-1]
    best = [features[:, NAMES.index(name)].max() for name in _BEST_OF]
    return np.array([*features[scores.argmax()], *best, first, first - (rest[0] if rest else 0.0), np.log(scores.sum() + 1e-6)])


def _neighbours(found: Candidates) -> list[list[int]]:
    """For each candidate, itself and those that stand next to it in the text."""
    at_row = {sentence.row: at for at, sentence in enumerate(found.sentences)}
    return [
        [at_row[row] for row in (sentence.row - 1, sentence.row, sentence.row + 1) if row in at_row and _same(found, at, at_row[row])]
        for at, sentence in enumerate(found.sentences)
    ]


def _same(found: Candidates, one: int, other: int) -> bool:
    return found.sentences[one].document is found.sentences[other].document


def _pairs(wanted: list[str], spoken: list[str]) -> float:
    """Share of the question's neighbouring terms that stand within three terms of each other in the sentence, in order."""
    pairs = list(itertools.pairwise(wanted))
    if not pairs:
        return 0.0
    close = {(one, other) for at, one in enumerate(spoken) for other in spoken[at + 1 : at + 4]}
    return sum(pair in close for pair in pairs) / len(pairs)


def _names(question: str) -> list[str]:
    """Terms of the question's capitalised words after the first: who and what it is about."""
    return [term for word, start, _ in words(question) if start > 0 and word[0].isupper() for term in terms(word)]


def _new_names(text: str, known: dict[str, float]) -> int:
    return sum(term not in known for term in _names(text))
