"""Chunks that people retrieve today, on public test questions: python -m evals.chunks BENCH. Prints rows of BENCHMARKS.md.

Of each test article of SQuAD 2.0: is the answer whole in one of the first chunks, and does the likeness of the first one tell whether the
article answers at all? 95 % intervals by bootstrap over articles.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bot.conversation import Conversation
from evals.rows import read_rows
from evals.run import baselines
from evals.statistics import auroc, interval_of
from evals.systems import System
from index import Document, Span

FIRST = 4
SEED = 1


@dataclass(frozen=True)
class Question:
    """A question and the [start, end) characters of its article that answer it."""

    text: str
    kind: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Asked:
    """One question to one system: the place, from 1, of the first chunk that holds an answer, 0 for none; how alike the first chunk is."""

    kind: str
    place: int
    alike: float


def main(bench: str) -> None:
    """A row for each baseline that is installed."""
    runs: dict[str, list[list[Asked]]] = {}
    for document, questions in _articles(Path(bench)):
        for system in baselines([document]):
            runs.setdefault(system.name, []).append(_ask_all(system, questions))
    print("| chunks | R@1 | R@2 | R@4 | AUROC adversarial | AUROC off-topic |\n| --- | --- | --- | --- | --- | --- |")
    for name, groups in runs.items():
        measures = [*(partial(_recall, k=k) for k in (1, 2, FIRST)), *(partial(_auroc, kind=kind) for kind in ("adversarial", "off-topic"))]
        print(f"| {name} | {' | '.join(_interval(groups, measure) for measure in measures)} |")


def _articles(bench: Path) -> Iterator[tuple[Document, list[Question]]]:
    """Each test article with its own questions and a tenth as many of other articles."""
    documents = [row for row in read_rows(bench / "squad2_docs.jsonl.gz") if row["split"] == "test"]
    asked: dict[str, list[Question]] = {row["doc_id"]: [] for row in documents}
    for row in read_rows(bench / "squad2_questions.jsonl.gz"):
        if row["doc_id"] in asked:
            spans = tuple((start, end) for start, end in row["spans"]) if row["answerable"] else ()
            asked[row["doc_id"]].append(Question(row["question"].strip(), "answerable" if spans else "adversarial", spans))
    chance = np.random.default_rng(SEED)
    for row in documents:
        name, own = row["doc_id"], asked[row["doc_id"]]
        others = [question for other, those in asked.items() if other != name for question in those]
        foreign = [Question(others[at].text, "off-topic") for at in chance.permutation(len(others))[: len(own) // 10]]
        yield Document(name, name, row["text"]), own + foreign


def _ask_all(system: System, questions: Sequence[Question]) -> list[Asked]:
    return [_ask(system, question) for question in questions]


def _ask(system: System, question: Question) -> Asked:
    found, answer = system.retrieve(question.text, FIRST), system.ask(question.text, Conversation())
    place = next((at for at, chunk in enumerate(found, start=1) if _holds(chunk, question)), 0)
    return Asked(question.kind, place, answer.confidence)


def _holds(chunk: Span, question: Question) -> bool:
    return any(chunk.start <= start and end <= chunk.end for start, end in question.spans)


def _recall(those: Sequence[Asked], k: int) -> float:
    return float(np.mean([0 < one.place <= k for one in those if one.kind == "answerable"]))


def _auroc(those: Sequence[Asked], kind: str) -> float:
    return auroc(*([one.alike for one in those if one.kind == own] for own in ("answerable", kind)))


def _interval(groups: Sequence[Sequence[Asked]], measure: Callable[[Sequence[Asked]], float]) -> str:
    low, high = interval_of(len(groups), lambda rows: measure([one for row in rows for one in groups[int(row)]]))
    return f"{measure([one for group in groups for one in group]):.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main(*sys.argv[1:])
