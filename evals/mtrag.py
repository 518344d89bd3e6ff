"""MTRAG: conversations with people as turns to ask, each with the passages that answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evals.rows import read_rows


@dataclass(frozen=True)
class Asked:
    """A turn of MTRAG. `history` is (question, answer) pairs; `gold` passages by id."""

    conversation: str
    turn: int
    history: tuple[tuple[str, str], ...]
    question: str
    answerability: str
    gold: Mapping[str, str]
    split: str

    @property
    def answerable(self) -> bool:
        return self.answerability in ("ANSWERABLE", "PARTIAL")


def asked_turns(path: Path) -> Iterator[Asked]:
    """MTRAG's turns, both splits."""
    for row in read_rows(path):
        texts = [text for _, text in row["history"]]
        history = tuple(zip(texts[::2], texts[1::2], strict=False))
        gold = {passage["id"]: passage["text"] for passage in row["gold_passages"]}
        conversation = row["qid"].partition("<::>")[0]
        yield Asked(conversation, row["turn"], history, row["question"], row["answerability"], gold, row["split"])
