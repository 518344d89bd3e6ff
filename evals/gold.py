"""The gold question set: what is asked, and what a right answer must quote. `evals/README.md` is the guide to writing one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from index import CommentaryError, Document

KINDS = ("direct", "paraphrase", "why", "two-place", "typo", "document", "near-miss", "false-premise", "off-topic")


class GoldError(CommentaryError):
    """A gold file has a row that cannot be scored; the message names the line."""


@dataclass(frozen=True)
class GoldRow:
    """One question. Of `evidence`, a right answer quotes every group, and of each group any one snippet."""

    id: str
    question: str
    kind: str
    history: tuple[str, ...]
    answerable: bool
    evidence: tuple[tuple[str, ...], ...]
    facts: tuple[str, ...]
    notes: str


def packaged_gold() -> Path:
    """The gold questions on the packaged commentary."""
    return Path(str(files("evals") / "gold" / "commentary.jsonl"))


def load_gold(path: Path, documents: Iterable[Document]) -> list[GoldRow]:
    """The rows of `path`, each snippet found in the documents. Raises GoldError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path} cannot be read; name a file of gold questions with --gold") from error
    texts = [document.text for document in documents]
    rows: list[GoldRow] = []
    for number, line in enumerate(lines, start=1):
        try:
            row = _row(json.loads(line))
            missing = [snippet for group in row.evidence for snippet in group if not any(snippet in text for text in texts)]
            if missing:
                raise ValueError(f"no document has the snippet {missing[0]!r}")
            if row.id in {other.id for other in rows}:
                raise ValueError(f"the id {row.id!r} is taken")
        except (ValueError, KeyError, TypeError) as error:
            raise GoldError(f"{path}, line {number}: {error}; evals/README.md says what a row is") from error
        rows.append(row)
    return rows


def _row(given: Any) -> GoldRow:
    if not isinstance(given["question"], str) or not given["question"].strip():
        raise ValueError("the question is empty")
    if given["kind"] not in KINDS:
        raise ValueError(f"the kind {given['kind']!r} is none of {', '.join(KINDS)}")
    if given["answerable"] and not given["evidence"]:
        raise ValueError("an answerable question needs evidence")
    groups = tuple(tuple(map(str, group)) for group in given["evidence"])
    history, facts = tuple(map(str, given.get("history", ()))), tuple(map(str, given.get("facts", ())))
    return GoldRow(
        str(given["id"]), given["question"], given["kind"], history, bool(given["answerable"]), groups, facts, str(given.get("notes", ""))
    )
