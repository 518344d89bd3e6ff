"""Saved answers against the sources as they are now: is each quote still there, word for word?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import SavedAnswersError
from index import Document

LARGEST = 64 * 2**20


@dataclass(frozen=True)
class Checked:
    """A saved quote and its state: "unchanged", "moved" (it stands elsewhere, at `start`:`end`) or "gone"."""

    document: str
    text: str
    state: str
    start: int = -1
    end: int = -1


def check_saved(path: Path, documents: Mapping[str, Document]) -> list[Checked]:
    """Check every quote of the answers in `path`. Raises SavedAnswersError."""
    return [check_quote(quote, documents) for answer in saved_answers(path) for quote in _quotes(answer, path)]


def check_quote(quote: Mapping[str, Any], documents: Mapping[str, Document]) -> Checked:
    """Look for a quote's words where it says they stand, then anywhere in its document."""
    document, text, start = documents.get(quote["document"]), quote["text"], quote["start"]
    found = -1
    if document is not None and text:
        found = start if start >= 0 and document.text[start : quote["end"]] == text else document.text.find(text)
    if found < 0:
        return Checked(quote["document"], text, "gone")
    return Checked(quote["document"], text, "unchanged" if found == start else "moved", found, found + len(text))


def saved_answers(path: Path) -> Iterator[Any]:
    """What `path` holds: one JSON object, a list of them, or one a line. Raises SavedAnswersError."""
    try:
        if path.stat().st_size > LARGEST:
            raise SavedAnswersError(f"{path} is larger than {LARGEST // 2**20} MiB; verify it in parts")
        raw = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SavedAnswersError(f"{path} cannot be read; name a file that ask --json or /save wrote") from error
    try:
        whole = json.loads(raw)
        yield from whole if isinstance(whole, list) else [whole]
    except ValueError:
        try:
            yield from [json.loads(line) for line in raw.splitlines() if line.strip()]
        except (ValueError, RecursionError) as error:
            raise SavedAnswersError(f"{path} is not JSON; name a file that ask --json or /save wrote") from error
    except RecursionError as error:
        raise SavedAnswersError(f"{path} is nested too deeply to be a saved answer") from error


def _quotes(answer: Any, path: Path) -> list[Mapping[str, Any]]:
    wanted = {"document": str, "text": str, "start": int, "end": int}
    quotes = answer.get("quotes") if isinstance(answer, dict) else None
    if not isinstance(quotes, list) or not all(
        isinstance(quote, dict) and all(isinstance(quote.get(key), kind) for key, kind in wanted.items()) for quote in quotes
    ):
        raise SavedAnswersError(f"{path} holds something that is no answer with quotes; name a file that ask --json or /save wrote")
    return quotes
