"""A turn as a line to keep, and back. Its quotes are kept as places with a hash: what comes back is a slice of today's documents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from bot.answers import EXTRACTIVE, Answer, Quote
from bot.conversation import Turn
from index import Document

CHANGED = "What this answer quoted is no longer in the documents."


def as_kept(turn: Turn) -> str:
    """One line of JSON. No text of a document is in it: where the answer says a quote, its number stands instead."""
    answer = turn.answer
    numbers = {quote.text: number for number, quote in reversed(list(enumerate(answer.quotes)))}
    kept = {
        "question": turn.question,
        "standalone_question": answer.standalone_question,
        "answered": answer.answered,
        "text": [numbers.get(part, part) for part in answer.text.split("\n\n")],
        "quotes": [_place(quote) for quote in answer.quotes],
        "nearest": _place(answer.nearest) if answer.nearest else None,
        "confidence": answer.confidence,
        "model": answer.model,
        "elapsed_ms": turn.elapsed_ms,
    }
    return json.dumps(kept)


def from_kept(line: str, documents: Mapping[str, Document]) -> Turn:
    """The turn over the documents as they are now; `lost` counts the quotes whose text changed. Raises ValueError for what is no turn."""
    try:
        kept = json.loads(line)
        nearest = _quote(kept["nearest"], documents) if kept["nearest"] else None
        return Turn(str(kept["question"]), *_answer(kept, nearest, documents), elapsed_ms=float(kept["elapsed_ms"]))
    except (KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise ValueError(f"no turn of a conversation: {error}") from error


def _answer(kept: Mapping[str, Any], nearest: Quote | None, documents: Mapping[str, Document]) -> tuple[Answer, int]:
    found = [_quote(place, documents) for place in kept["quotes"]]
    quotes = tuple(quote for quote in found if quote)
    lost, answered = len(found) - len(quotes), bool(kept["answered"] and quotes)
    said = [found[part] if isinstance(part, int) else str(part) for part in kept["text"]]
    if lost:  # prose that rested on them may not stay either
        said = list(quotes) or [CHANGED]
    answer = Answer(
        question=str(kept["question"]),
        standalone_question=str(kept["standalone_question"]),
        answered=answered,
        text="\n\n".join(part.text if isinstance(part, Quote) else part for part in said if part is not None),
        quotes=quotes if answered else (),
        confidence=_share(kept["confidence"]),
        nearest=nearest,
        model=EXTRACTIVE if lost else str(kept["model"]),
    )
    return answer, lost


def _place(quote: Quote) -> dict[str, Any]:
    digest = _digest(quote.text)
    return {"document": quote.document.id, "start": quote.start, "end": quote.end, "score": quote.score, "sha256": digest}


def _quote(place: Mapping[str, Any], documents: Mapping[str, Document]) -> Quote | None:
    """The slice at that place, if it is still the text it was."""
    document, start, end = documents.get(str(place["document"])), int(place["start"]), int(place["end"])
    if document is None or not 0 <= start < end <= len(document.text) or _digest(document.text[start:end]) != place["sha256"]:
        return None
    return Quote(document, start, end, score=_share(place["score"]))


def _share(value: Any) -> float:
    return min(1.0, max(0.0, float(value)))  # in this order NaN becomes 0


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
