"""The evidence model `reading`: the likeliest sentences are read in their windows, and regressions weigh what was read and measured."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

import numpy as np

from index.evidence import Evidence, Judgement, LogisticWeights, Regression
from index.features import NAMES, Candidates, Texts, candidates, measure
from index.reader import IndexReader
from index.reading_model import UNREAD, Reading, ReadingModel
from index.windows import Window
from index.words import names, terms

# A window is widened to this many characters at most, and windows are read until they hold so many. Of 2,800, 2,000
# and 1,500 the last does as well on tune questions (R@1 0.902 each, AUROC 0.849, 0.845, 0.850; n = 429) in half the time of the first.
REACH, BUDGET = 550, 1500

READ_NAMES = ("read", "read_gap", "read_share", "read_span", "read_span_gap", "unread")
SENTENCE_NAMES = (*NAMES, "measured", *READ_NAMES)
# Few, because they must hold far from the questions they are fitted on: how well its words match a question tells little of
# whether a text answers it once people ask in words of their own.
QUESTION_NAMES = ("log of sum of read", "best read_span", "best passage_cosine", "numbers_missing", "unknown_names")


@dataclass(frozen=True)
class Excerpt:
    """A window to be read, and of each of its sentences the row among the candidates."""

    window: Window
    rows: tuple[int, ...]


@dataclass(frozen=True)
class StackedWeights:
    """`measured` ranks the sentences to be read; the others weigh what was read. The model card is `index/evidence.md`."""

    measured: LogisticWeights
    sentence: Regression
    question: Regression
    threshold: float

    @classmethod
    def packaged(cls) -> StackedWeights:
        return cls.from_json(json.loads((files("index") / "reading" / "stack.json").read_text(encoding="utf-8")))

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> StackedWeights:
        sentence, question = Regression.from_json(stored["sentence"]), Regression.from_json(stored["question"])
        if (sentence.names, question.names) != (SENTENCE_NAMES, QUESTION_NAMES):
            raise ValueError("index/reading/stack.json was fitted on other features than index.stacked has; type: make train")
        return cls(LogisticWeights.packaged(), sentence, question, float(stored["threshold"]))

    def as_json(self) -> dict[str, Any]:
        return {"threshold": round(self.threshold, 3), "sentence": self.sentence.as_json(), "question": self.question.as_json()}

    def answerable(self, weighed: Weighed, scores: np.ndarray) -> float:
        """How probable it is, 0 to 1, that one of the weighed sentences, of these scores, answers."""
        return float(self.question.probabilities(weighed.question_features(scores)[None])[0])


class ReadingEvidence:
    """Evidence by reading, with the measured features beside it."""

    def __init__(self, index: IndexReader, model: ReadingModel) -> None:
        self._index, self._weights, self._model = index, StackedWeights.packaged(), model
        self.threshold = self._weights.threshold

    def judge(self, question: str, rows: Sequence[int]) -> Judgement:
        """Weigh every sentence of the index's passages at `rows`."""
        vector = self._index.encoder.encode_query(question)
        weighed = Weighed.of(self._index, self._weights.measured, self._model, question, vector, candidates(self._index, rows))
        if not weighed.found.sentences:
            return Judgement()
        scores = self._weights.sentence.probabilities(weighed.sentence_features)
        answerable = self._weights.answerable(weighed, scores)
        order = np.argsort(-scores, kind="stable")
        return Judgement(tuple(Evidence(weighed.found.sentences[at], answerable * float(scores[at])) for at in order), answerable)


@dataclass(frozen=True, eq=False)
class Weighed:
    """Candidates with all that was measured and read of them: `measured` (sentences, len(NAMES)), the others (sentences,).

    `unknown` is the share of the question's names of which no document has a word, not in its title either.
    """

    found: Candidates
    measured: np.ndarray
    likely: np.ndarray
    read: np.ndarray
    read_span: np.ndarray
    spans: tuple[tuple[int, int], ...]
    unknown: float

    @classmethod
    def of(
        cls, texts: Texts, weights: LogisticWeights, model: ReadingModel, question: str, vector: np.ndarray, found: Candidates
    ) -> Weighed:
        """Measure all candidates for a question with the unit vector `vector`, and read the likeliest; spans are of the document."""
        count = len(found.sentences)
        if not count:
            return cls(found, np.zeros((0, len(NAMES))), np.zeros(0), np.zeros(0), np.zeros(0), (), 0.0)
        measured = measure(texts, question, vector, found)
        likely = weights.sentence.probabilities(measured)
        excerpts = choose_excerpts(texts, found, likely)
        readings = model.read(question, [excerpt.window for excerpt in excerpts])
        return cls(found, measured, likely, *_gathered(found, excerpts, readings), unknown_names(texts, question, found))

    @cached_property
    def sentence_features(self) -> np.ndarray:
        """(sentences, len(SENTENCE_NAMES)) float64."""
        unread = self.read <= UNREAD
        lowest = self.read[~unread].min(initial=0.0), self.read_span[~unread].min(initial=0.0)
        read, span = np.where(unread, lowest[0] - 1.0, self.read), np.where(unread, lowest[1] - 1.0, self.read_span)
        share = np.exp(read - read.max()) / np.exp(read - read.max()).sum()
        odds = np.log(np.clip(self.likely, 1e-6, 1 - 1e-6) / (1 - np.clip(self.likely, 1e-6, 1 - 1e-6)))
        return np.column_stack([self.measured, odds, read, read - read.max(), share, span, span - span.max(), unread])

    def question_features(self, scores: np.ndarray) -> np.ndarray:
        """(len(QUESTION_NAMES),) features of the question, from the scores, 0 to 1, of its sentences."""
        cosine, missing = (self.measured[:, NAMES.index(name)] for name in ("passage_cosine", "numbers_missing"))
        read = np.log(np.exp(np.maximum(self.read, UNREAD)).sum())
        return np.array([read, self.read_span.max(), cosine.max(), missing[scores.argmax()], self.unknown])


def unknown_names(texts: Texts, question: str, found: Candidates) -> float:
    """The share, 0 to 1, of the names in the question that no passage and no title of the candidates has a word of."""
    asked = [terms(name) for name, _, _ in names(question)]
    titles = {term for title in {sentence.document.title for sentence in found.sentences} for term in terms(title)}
    known = [any(term in texts.passage_lexicon.numbers or term in titles for term in name) for name in asked if name]
    return 1.0 - sum(known) / len(known) if known else 0.0


def choose_excerpts(texts: Texts, found: Candidates, likely: np.ndarray) -> list[Excerpt]:
    """Windows around the likeliest sentences, each sentence in one at least, until BUDGET characters are to be read."""
    at_row = {sentence.row: at for at, sentence in enumerate(found.sentences)}
    excerpts: list[Excerpt] = []
    covered: set[int] = set()
    for at in np.argsort(-likely, kind="stable"):
        if sum(len(excerpt.window.text) for excerpt in excerpts) >= BUDGET:
            break
        if int(at) not in covered:
            excerpts.append(_excerpt(texts, found, int(at), at_row))
            covered |= set(excerpts[-1].rows)
    return excerpts


def _excerpt(texts: Texts, found: Candidates, at: int, at_row: Mapping[int, int]) -> Excerpt:
    """The sentence with its neighbours of the passage: before it and after it by turns, while they fit REACH."""
    sentences = texts.passages[found.home[at]].sentences
    first = next(place for place, sentence in enumerate(sentences) if sentence.row == found.sentences[at].row)
    last, before = first + 1, True
    while True:
        sides = [(first - 1, last)] * (first > 0) + [(first, last + 1)] * (last < len(sentences))
        sides = [(one, other) for one, other in sides if sentences[other - 1].end - sentences[one].start <= REACH]
        if not sides:
            break
        first, last = sides[0] if before else sides[-1]
        before = not before
    shown, start = sentences[first:last], sentences[first].start
    text = shown[0].document.text[start : shown[-1].end]
    window = Window(text, tuple((sentence.start - start, sentence.end - start) for sentence in shown))
    return Excerpt(window, tuple(at_row[sentence.row] for sentence in shown))


def _gathered(
    found: Candidates, excerpts: Sequence[Excerpt], readings: Sequence[Reading]
) -> tuple[np.ndarray, np.ndarray, tuple[tuple[int, int], ...]]:
    """Of each candidate its best reading over all windows it stands in: whole, by span, and that span in the document."""
    count = len(found.sentences)
    read, by_span, spans = np.full(count, UNREAD), np.full(count, UNREAD), [(sentence.start, sentence.end) for sentence in found.sentences]
    for excerpt, reading in zip(excerpts, readings, strict=True):
        start = found.sentences[excerpt.rows[0]].start
        for place, row in enumerate(excerpt.rows):
            if reading.best_span[place] > by_span[row]:
                by_span[row] = reading.best_span[place]
                spans[row] = (start + reading.spans[place][0], start + reading.spans[place][1])
            read[row] = max(read[row], reading.sentences[place])
    return read, by_span, tuple(spans)
