"""CANARD: questions in their conversations, and what a person made of each so that it stands alone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.carrying import Said
from index import terms


@dataclass(frozen=True)
class Rewritten:
    """A turn with a history, and its rewrite."""

    conversation: str
    question: str
    rewrite: str
    said: Said

    @property
    def added(self) -> set[str]:
        """Terms that the rewrite adds to the question."""
        return set(terms(self.rewrite)) - set(terms(self.question))


def rewritten_turns(bench: Path, split: str) -> Iterator[Rewritten]:
    """The turns of a split that have a history. What stands in brackets behind a title ("(album)") tells titles apart and is not said."""
    with gzip.open(bench / "conv_canard.jsonl.gz", "rt", encoding="utf-8") as file:
        for row in map(json.loads, file):
            if row["split"] == split and row["history"]:
                turns = tuple((speaker == "user", text) for speaker, text in row["history"])
                said = Said(turns, row["title"].partition(" (")[0], row["section"])
                yield Rewritten(row["qid"].rpartition(":")[0], row["question"], row["rewrite"], said)
