"""What a button stands for, written into its custom_id (at most 100 characters): it works after a restart and on old messages. Pure.

A custom_id comes back from outside, so nothing in it is believed: a quote carries a digest of its words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from index import Document, Span

PREFIX = "commentary:"
PATTERN = re.escape(PREFIX) + r".+"
_CONTEXT = re.compile(r"context:([0-9a-f]{8}):(\d{1,9}):(\d{1,9}):([0-9a-f]{8})", re.ASCII)
_MORE = re.compile(r"more:([0-9a-f]{16}):(\d{1,3})", re.ASCII)
_SOURCES = re.compile(r"sources:([0-9a-f]{16})", re.ASCII)
_RATE = re.compile(r"rate:([0-9a-f]{16}):([01])", re.ASCII)


@dataclass(frozen=True)
class ContextMark:
    """A span of a document, and a digest of its words."""

    document: str
    start: int
    end: int
    words: str

    @classmethod
    def of(cls, span: Span) -> ContextMark:
        return cls(digest(span.document.id), span.start, span.end, digest(span.text))

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}context:{self.document}:{self.start}:{self.end}:{self.words}"

    def find(self, documents: Iterable[Document]) -> Span | None:
        """The span, if its document still has these words there."""
        found = next((document for document in documents if digest(document.id) == self.document), None)
        span = Span(found, self.start, self.end) if found and self.start < self.end <= len(found.text) else None
        return span if span and digest(span.text) == self.words else None


@dataclass(frozen=True)
class MoreMark:
    """Further sentences on a kept answer, after the first `shown`."""

    answer: str
    shown: int

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}more:{self.answer}:{self.shown}"


@dataclass(frozen=True)
class SourcesMark:
    """The documents behind a kept answer."""

    answer: str

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}sources:{self.answer}"


@dataclass(frozen=True)
class RateMark:
    """Whether a kept answer helped."""

    answer: str
    helpful: bool

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}rate:{self.answer}:{int(self.helpful)}"


Mark = ContextMark | MoreMark | SourcesMark | RateMark


def parse(custom_id: str) -> Mark | None:
    """What a button of ours stands for; None for anything else."""
    text = custom_id.removeprefix(PREFIX)
    if text == custom_id:
        return None
    if match := _CONTEXT.fullmatch(text):
        return ContextMark(match[1], int(match[2]), int(match[3]), match[4])
    if match := _MORE.fullmatch(text):
        return MoreMark(match[1], int(match[2]))
    if match := _SOURCES.fullmatch(text):
        return SourcesMark(match[1])
    if match := _RATE.fullmatch(text):
        return RateMark(match[1], match[2] == "1")
    return None


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
