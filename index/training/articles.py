"""Public question sets as articles that the product's own passages, sentences and features are made of."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.lexical import Lexicon
from index.nouns import Document, Paragraph, Passage
from index.onnx_encoder import OnnxEncoder
from index.passages import split_passages

# Questions written for this project on SQuAD 1.1's paragraphs; see the model card.
OWN = Path(__file__).parent / "questions.jsonl.gz"
_UNKNOWN = re.compile(r"(?:i don't know|cannotanswer|unknown)\.?", re.I)
_ANYTHING_ELSE = re.compile(r"\b(?:besides|other than|in addition to|apart from|aside from|interesting|else)\b", re.I)


@dataclass(frozen=True)
class Question:
    """A question on one article; `spans` are the [start, end) characters of `document` that answer it, none if the article does not."""

    text: str
    document: str
    spans: tuple[tuple[int, int], ...]
    kind: str  # answerable, adversarial or off-topic


@dataclass(frozen=True, eq=False)
class Article:
    """One document, or several, as the index would hold them, in memory, and the questions asked."""

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


def by_document(rows: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each document."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        grouped.setdefault(row["doc_id"], []).append(row)
    return grouped


def make_article(
    name: str, text: str, paragraphs: Sequence[Sequence[int]], questions: Sequence[Question], encoder: OnnxEncoder, *, title: str = ""
) -> Article:
    """Split and embed a text as the index does; without a title, it is called by its name."""
    numbered = tuple(Paragraph(number, start, end) for number, (start, end) in enumerate(paragraphs, start=1))
    return _article(name, [Document(name, title or name, text, paragraphs=numbered)], questions, encoder)


def pool(articles: Sequence[Article], encoder: OnnxEncoder) -> Article:
    """All articles in one index, with the answerable questions of all."""
    documents = {passage.document.id: passage.document for article in articles for passage in article.passages}
    asked = [question for article in articles for question in article.questions if question.kind == "answerable"]
    return _article("pool", list(documents.values()), asked, encoder)


def _article(name: str, documents: Sequence[Document], questions: Sequence[Question], encoder: OnnxEncoder) -> Article:
    passages = split_passages(documents)
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


def of_split(split: str) -> Callable[[int, dict[str, Any]], bool]:
    """Chooses the documents of a split; a file without splits is all train."""
    return lambda place, row: row.get("split", "train") == split


def squad_articles(
    folder: Path,
    name: str,
    chosen: Callable[[int, dict[str, Any]], bool],
    encoder: OnnxEncoder,
    *,
    articles: int,
    questions: int,
    seed: int,
) -> Iterator[Article]:
    """At most `articles` articles of a SQuAD file, each with at most `questions` of its own and a tenth as many of other articles.

    `chosen` is given each document's place in its file and its row.
    """
    chance = np.random.default_rng(seed)
    documents = [row for place, row in enumerate(read_rows(folder / f"{name}_docs.jsonl.gz")) if chosen(place, row)]
    documents = [documents[at] for at in chance.permutation(len(documents))[:articles]]
    asked: dict[str, list[Question]] = {document["doc_id"]: [] for document in documents}
    for row in read_rows(folder / f"{name}_questions.jsonl.gz"):
        if row["doc_id"] in asked:
            answerable = row.get("answerable", True)  # SQuAD 1.1 has no other kind
            spans = tuple((start, end) for start, end in row["spans"]) if answerable else ()
            asked[row["doc_id"]].append(
                Question(row["question"].strip(), row["doc_id"], spans, "answerable" if answerable else "adversarial")
            )
    for document in documents:
        own = asked[document["doc_id"]]
        own = [own[at] for at in chance.permutation(len(own))[:questions]]
        others = [question for name, those in asked.items() if name != document["doc_id"] for question in those]
        foreign = [
            Question(others[at].text, document["doc_id"], (), "off-topic")
            for at in chance.permutation(len(others))[: max(5, len(own) // 10)]
        ]
        yield make_article(document["doc_id"], document["text"], document["paras"], own + foreign, encoder)


def own_articles(folder: Path, chosen: Callable[[int, dict[str, Any]], bool], encoder: OnnxEncoder) -> Iterator[Article]:
    """SQuAD 1.1's articles, chosen by place and row, with the project's own questions that stand alone; the spans are the sentences that
    answer."""
    asked = by_document(row for row in read_rows(OWN) if "before" not in row)
    for place, row in enumerate(read_rows(folder / "squad11_train_docs.jsonl.gz")):
        if row["doc_id"] in asked and chosen(place, row):
            questions = [_own_question(own) for own in asked[row["doc_id"]]]
            yield make_article(row["doc_id"], row["text"], row["paras"], questions, encoder)


def _own_question(row: dict[str, Any]) -> Question:
    spans = tuple((start, end) for start, end in row["evidence"]) if "span" in row else ()
    return Question(row["question"], row["doc_id"], spans, "answerable" if spans else "adversarial")


def search_articles(folder: Path, split: str, encoder: OnnxEncoder) -> Iterator[Article]:
    """CLAPNQ: each search question with its one passage; the spans are the sentences that any annotator took the answer from."""
    for row in read_rows(folder / "clapnq.jsonl.gz"):
        if row["split"] == split:
            chosen = {sentence for sentences in row["gold_sentences"] for sentence in sentences} if row["answerable"] else set()
            places = [(row["text"].find(sentence), len(sentence)) for sentence in sorted(chosen)]
            spans = tuple((start, start + length) for start, length in places if start >= 0)
            question = Question(row["question"], row["qid"], spans, "answerable" if row["answerable"] else "adversarial")
            yield make_article(row["qid"], row["text"], [(0, len(row["text"]))], [question], encoder)


@dataclass(frozen=True)
class Talk:
    """A conversation as a text of its answers and the questions asked of it."""

    name: str
    title: str
    text: str
    questions: tuple[Question, ...]


def talks(folder: Path, split: str) -> Iterator[Talk]:
    """CANARD: the answers of each conversation as one text, asked each question of it as a person rewrote it to stand alone.

    A question that was answered with "I don't know" is one that the text does not answer. Those that ask for anything else are left out.
    """
    turns: dict[str, list[dict[str, Any]]] = {}
    for row in read_rows(folder / "conv_canard.jsonl.gz"):
        if row["split"] == split:
            turns.setdefault(row["qid"].rsplit(":", 1)[0], []).append(row)
    for name, rows in turns.items():
        said = [text.strip() for speaker, text in max(rows, key=lambda row: len(row["history"]))["history"] if speaker != "user"]
        text, places = _one_after_the_other(["" if _UNKNOWN.fullmatch(answer) else answer for answer in said])
        asked = [(row["rewrite"], places[len(row["history"]) // 2]) for row in rows if len(row["history"]) // 2 < len(said)]
        questions = tuple(
            Question(question, name, (place,) if place else (), "answerable" if place else "adversarial")
            for question, place in asked
            if not _ANYTHING_ELSE.search(question)
        )
        if text and questions:
            yield Talk(name, f"{rows[0]['title']}, {rows[0]['section']}", text, questions)


def talk_articles(found: Iterable[Talk], encoder: OnnxEncoder) -> Iterator[Article]:
    """Conversations as articles."""
    return (make_article(talk.name, talk.text, [(0, len(talk.text))], talk.questions, encoder, title=talk.title) for talk in found)


def _one_after_the_other(answers: Sequence[str]) -> tuple[str, list[tuple[int, int] | None]]:
    """A text that holds each answer once, and where; None for an empty one."""
    text, places = "", []
    for answer in answers:
        sentence = answer if answer.endswith((".", "!", "?", '"')) else f"{answer}."
        if answer and sentence not in text:
            text = f"{text} {sentence}".strip()
        start = text.find(sentence)
        places.append((start, start + len(sentence)) if answer else None)
    return text, places


def policy_articles(folder: Path, encoder: OnnxEncoder, *, questions: int, seed: int) -> Iterator[Article]:
    """PolicyQA: privacy policies, each with at most `questions` of its questions."""
    chance = np.random.default_rng(seed)
    asked: dict[str, list[Question]] = {}
    for row in read_rows(folder / "policyqa_questions.jsonl.gz"):
        spans = tuple((start, end) for start, end in row["spans"])
        asked.setdefault(row["doc_id"], []).append(Question(row["question"], row["doc_id"], spans, "answerable"))
    for row in read_rows(folder / "policyqa_docs.jsonl.gz"):
        own = asked.get(row["doc_id"], [])
        picked = [own[at] for at in chance.permutation(len(own))[:questions]]
        if picked:
            paragraphs = row.get("paras") or [(0, len(row["text"]))]
            yield make_article(row["doc_id"], row["text"], paragraphs, picked, encoder)
