"""Fit the evidence regressions: python -m index.training.fit BENCH ENCODER (make train does it). About five minutes on two cores.

BENCH holds the prepared public question sets, ENCODER an exported model ("encoders/..." in the data folder). Writes index/evidence.json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from index.evidence import Regression
from index.features import NAMES, QUESTION_NAMES, candidates, measure, summarise
from index.onnx_encoder import OnnxEncoder
from index.ranking import fused, top_rows
from index.retriever import PASSAGES
from index.training.articles import Article, of_split, own_articles, squad_articles, talk_articles
from index.training.sources import tune_talks
from index.words import terms

SEED = 1
# Unanswerable questions written to deceive count half: users ask few of them, the set holds as many as answerable ones.
ADVERSARIAL_WEIGHT = 0.5
# The threshold is where this share of answerable tune questions is abstained on.
FALSE_ABSTENTION = 0.04
# Our own questions are taken of every so many articles of SQuAD 1.1, none of them kept for other fits.
OWN_EVERY = 10


@dataclass(frozen=True)
class Example:
    """One question: features of its candidate sentences, which of them hold an answer, and what kind it is."""

    features: np.ndarray
    answers: np.ndarray
    kind: str


def examples(articles: Iterable[Article], encoder: OnnxEncoder) -> list[Example]:
    """What the product's own retrieval and features give for every question."""
    found = []
    for article in articles:
        vectors = encoder.encode([question.text for question in article.questions])
        for question, vector in zip(article.questions, vectors, strict=True):
            lexical = article.passage_lexicon.scores(terms(question.text))
            rows = top_rows(fused(lexical, article.passage_vectors @ vector), PASSAGES)
            weighed = candidates(article, rows)
            answers = [any(s.start < end and start < s.end for start, end in question.spans) for s in weighed.sentences]
            found.append(Example(measure(article, question.text, vector, weighed), np.array(answers, bool), question.kind))
    return found


def fit(features: np.ndarray, labels: np.ndarray, names: tuple[str, ...], weights: np.ndarray | None = None) -> Regression:
    """An L2-regularised logistic regression (scikit-learn) on standardised features."""
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=0.3, max_iter=5000).fit(scaler.transform(features), labels, sample_weight=weights)
    return Regression(names, scaler.mean_, scaler.scale_, model.coef_[0], float(model.intercept_[0]))


def main(bench: str, encoder_folder: str) -> None:
    """Fit on SQuAD 1.1 train and the tune split of SQuAD 2.0 dev, sentences on our own questions and CANARD's tune split too; no test split
    is read."""
    encoder = OnnxEncoder(Path(encoder_folder))
    tune = examples(squad_articles(Path(bench), "squad2", of_split("tune"), encoder, articles=99, questions=400, seed=SEED), encoder)
    train = examples(
        squad_articles(Path(bench), "squad11_train", of_split("train"), encoder, articles=60, questions=100, seed=SEED), encoder
    )
    own = examples(own_articles(Path(bench), lambda place, row: place % OWN_EVERY == 1, encoder), encoder)
    talk = examples(talk_articles(tune_talks(Path(bench), kept=False), encoder), encoder)
    answered = [example for example in tune + train + own + talk if example.answers.any()]
    sentence = fit(np.vstack([e.features for e in answered]), np.concatenate([e.answers for e in answered]), NAMES)
    rows = np.array([summarise(e.features, sentence.probabilities(e.features)) for e in tune])
    kinds = np.array([example.kind for example in tune])
    question = fit(rows, kinds == "answerable", QUESTION_NAMES, np.where(kinds == "adversarial", ADVERSARIAL_WEIGHT, 1.0))
    threshold = float(np.quantile(question.probabilities(rows)[kinds == "answerable"], FALSE_ABSTENTION))
    target = Path(__file__).parents[1] / "evidence.json"
    target.write_text(
        json.dumps({"threshold": round(threshold, 2), "sentence": sentence.as_json(), "question": question.as_json()}, indent=1) + "\n",
        encoding="utf-8",
    )
    counts = f"{len(tune)} tune, {len(train)} train, {len(own)} own and {len(talk)} conversation questions"
    print(f"{counts}; threshold {threshold:.3f}; wrote {target}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
