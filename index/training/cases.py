"""Questions of an article as the product would weigh them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from index.evidence import LogisticWeights
from index.features import candidates
from index.nouns import Sentence
from index.onnx_encoder import OnnxEncoder
from index.ranking import fused, top_rows
from index.reading_model import ReadingModel
from index.retriever import PASSAGES
from index.stacked import Weighed
from index.training.articles import Article, Question
from index.words import terms


@dataclass(frozen=True, eq=False)
class Case:
    """One question as the product would weigh it, and which of the sentences hold an answer."""

    question: Question
    weighed: Weighed
    answers: np.ndarray


def cases(articles: Iterable[Article], encoder: OnnxEncoder, model: ReadingModel) -> list[Case]:
    """Every question of the articles, retrieved, measured and read."""
    weights, found = LogisticWeights.packaged(), []
    for article in articles:
        vectors = encoder.encode([question.text for question in article.questions])
        for question, vector in zip(article.questions, vectors, strict=True):
            lexical = article.passage_lexicon.scores(terms(question.text))
            rows = top_rows(fused(lexical, article.passage_vectors @ vector), PASSAGES)
            weighed = Weighed.of(article, weights, model, question.text, vector, candidates(article, rows))
            found.append(Case(question, weighed, np.array([_answers(sentence, question) for sentence in weighed.found.sentences], bool)))
    return found


def _answers(sentence: Sentence, question: Question) -> bool:
    return sentence.document.id == question.document and any(sentence.start < end and start < sentence.end for start, end in question.spans)
