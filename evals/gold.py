"""The gold question set: what is asked, and what a right answer must quote. `evals/README.md` is the guide to writing one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from bot.errors import SettingsError
from index import Document

UNANSWERABLE = ("near-miss", "false-premise", "off-topic")
KINDS = ("direct", "paraphrase", "why", "two-place", "typo", "document", "follow-up", *UNANSWERABLE)


class GoldError(SettingsError):
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

    @property
    def snippets(self) -> list[str]:
        """Every snippet of every group."""
        return [snippet for group in self.evidence for snippet in group]


def packaged_gold() -> Path:
    """The gold questions on the packaged commentary."""
    return Path(str(files("evals") / "gold" / "commentary.jsonl"))


def load_gold(path: Path, documents: Iterable[Document]) -> list[GoldRow]:
    """The rows of `path`, each valid under `gold.schema.json` and each snippet found in the documents. Raises GoldError."""
    texts = [document.text for document in documents]
    rows: dict[str, GoldRow] = {}
    for number, line in enumerate(_lines(path), start=1):
        try:
            row = _row(json.loads(line))
            missing = next((snippet for snippet in row.snippets if not any(snippet in text for text in texts)), None)
            if missing is not None:
                raise ValueError(f"no document has the snippet {missing!r}")
            if row.id in rows:
                raise ValueError(f"the id {row.id!r} is taken")
        except (ValueError, RecursionError) as error:
            raise GoldError(f"{path}, line {number}: {error}; evals/README.md says what a row is") from error
        rows[row.id] = row
    return list(rows.values())


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path} cannot be read; name a file of gold questions with --gold") from error
    if not lines:
        raise GoldError(f"{path} has no questions; evals/README.md says what a row is")
    return lines


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads((files("evals") / "gold.schema.json").read_text(encoding="utf-8")))


def _row(given: Any) -> GoldRow:
    if isinstance(given, dict) and given.get("confirmed") is False:
        raise ValueError('a candidate that nobody has confirmed; fill it in and set "confirmed" to true, or delete the line')
    wrong = min(_validator().iter_errors(given), key=lambda error: list(map(str, error.path)), default=None)
    if wrong is not None:
        raise ValueError(f"{'.'.join(map(str, wrong.path)) or 'the row'}: {wrong.message}")
    groups = tuple(tuple(group) for group in given["evidence"])
    history, facts = tuple(given.get("history", ())), tuple(given.get("facts", ()))
    return GoldRow(given["id"], given["question"], given["kind"], history, given["answerable"], groups, facts, given.get("notes", ""))
