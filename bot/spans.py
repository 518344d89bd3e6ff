"""Which document, and which characters of it, somebody means who types their name."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import QuestionError
from index import Document, Span


def document_named(documents: Mapping[str, Document], wanted: str) -> Document:
    """The document with this id, or the only one whose id begins so. Raises QuestionError."""
    found = [wanted] if wanted in documents else [name for name in documents if name.startswith(wanted)]
    if len(found) != 1:
        known = ", ".join(sorted(found or documents)[:10])
        raise QuestionError(f"{'Several documents begin' if found else 'No document begins'} with {wanted!r}; choose one of: {known}")
    return documents[found[0]]


def span_named(document: Document, characters: str) -> Span:
    """The span that START:END names. Raises QuestionError."""
    start, colon, end = characters.partition(":")
    if not colon or not start.isdecimal() or not end.isdecimal() or not int(start) < int(end) <= len(document.text):
        raise QuestionError(f"{characters!r} is no span of {document.id}; type START:END with 0 <= START < END <= {len(document.text)}")
    return Span(document, int(start), int(end))
