"""Public question sets as articles that the product's own passages, sentences and features are made of."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.lexical import Lexicon
from index.nouns import Document, Paragraph, Passage
from index.onnx_encoder import OnnxEncoder
from index.passages import split_passages


@dataclass(frozen=True)
class Question:
    """A question on one article; `spans` are the [start, end) characters that answer it, none if the article does not."""

    text: str
    spans: tuple[tuple[int, int], ...]
    kind: str  # answerable, adversarial or off-topic


@dataclass(frozen=True, eq=False)
class Article:
    """One document as the index would hold it, in memory, and the questions asked of it."""

    name: str
    passages: Sequence[Passage]
    passage_vectors: np.ndarray
    sentence_vectors: np.ndarray
    passage_lexicon: Lexicon
    sentence_lexicon: Lexicon
    questions: tuple[Question, ...]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped JSON lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def make_article(name: str, text: str, paragraphs: Sequence[Sequence[int]], questions: Sequence[Question], encoder: OnnxEncoder) -> Article:
    """Split and embed a text as the index does."""
    numbered = tuple(Paragraph(number, start, end) for number, (start, end) in enumerate(paragraphs, start=1))
    passages = split_passages([Document(name, name, text, paragraphs=numbered)])
    sentences = {sentence.row: sentence.text for passage in passages for sentence in passage.sentences}
    texts = [sentences[row] for row in sorted(sentences)]
    return Article(
        name,
        passages,
        encoder.encode([passage.text for passage in passages]),
        encoder.encode(texts),
        Lexicon.of([passage.text for passage in passages]),
        Lexicon.of(texts),
        tuple(questions),
    )


def squad_articles(
    folder: Path, name: str, split: str, encoder: OnnxEncoder, *, articles: int, questions: int, seed: int
) -> Iterator[Article]:
    """At most `articles` articles of a SQuAD file, each with at most `questions` of its own and a tenth as many of other articles."""
    chance = np.random.default_rng(seed)
    documents = [row for row in read_rows(folder / f"{name}_docs.jsonl.gz") if row.get("split", "train") == split]
    documents = [documents[at] for at in chance.permutation(len(documents))[:articles]]
    asked: dict[str, list[Question]] = {document["doc_id"]: [] for document in documents}
    for row in read_rows(folder / f"{name}_questions.jsonl.gz"):
        if row["doc_id"] in asked:
            answerable = row.get("answerable", True)  # SQuAD 1.1 has no other kind
            spans = tuple((start, end) for start, end in row["spans"]) if answerable else ()
            asked[row["doc_id"]].append(Question(row["question"].strip(), spans, "answerable" if answerable else "adversarial"))
    for document in documents:
        own = asked[document["doc_id"]]
        own = [own[at] for at in chance.permutation(len(own))[:questions]]
        others = [question for name, those in asked.items() if name != document["doc_id"] for question in those]
        foreign = [Question(others[at].text, (), "off-topic") for at in chance.permutation(len(others))[: max(5, len(own) // 10)]]
        yield make_article(document["doc_id"], document["text"], document["paras"], own + foreign, encoder)
