"""The nouns that travel: documents, and spans of their text.

A span stores offsets, never text: its text is a slice of its document, so whatever quotes a span quotes the source.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Section:
    """A titled stretch of a document, [start, end) in characters."""

    title: str
    start: int
    end: int


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, [start, end) in characters. Numbers count from 1; the title and the dateline carry 0."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Document:
    """One source. `text` is the file as `open(file, encoding="utf-8").read()` gives it, and is never altered.

    Compared by identity: two documents of one index are never the same one.
    """

    id: str
    title: str
    text: str = field(repr=False)
    author: str = ""
    date: str = ""
    publisher: str = ""
    source: str = ""
    rights: str = ""
    sections: tuple[Section, ...] = field(default=(), repr=False)
    paragraphs: tuple[Paragraph, ...] = field(default=(), repr=False)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Document:
        """The document of which `dataclasses.asdict` made `fields`."""
        sections = tuple(Section(**section) for section in fields["sections"])
        paragraphs = tuple(Paragraph(**paragraph) for paragraph in fields["paragraphs"])
        return cls(**{**fields, "sections": sections, "paragraphs": paragraphs})

    def paragraph_at(self, offset: int) -> Paragraph | None:
        """The paragraph that holds the character at `offset`, if one does."""
        at = bisect_right(self.paragraphs, offset, key=lambda paragraph: paragraph.start) - 1
        return self.paragraphs[at] if at >= 0 and offset < self.paragraphs[at].end else None

    def section_at(self, offset: int) -> str:
        """The title of the section that holds the character at `offset`; empty before the first section."""
        at = bisect_right(self.sections, offset, key=lambda section: section.start) - 1
        return self.sections[at].title if at >= 0 and offset < self.sections[at].end else ""


@dataclass(frozen=True)
class Span:
    """Characters [start, end) of a document."""

    document: Document
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.document.text[self.start : self.end]

    @property
    def section(self) -> str:
        return self.document.section_at(self.start)

    @property
    def paragraph(self) -> int:
        """The number of the paragraph the span starts in; 0 in the title lines."""
        found = self.document.paragraph_at(self.start)
        return found.number if found else 0

    def __contains__(self, other: Span) -> bool:
        return self.document.id == other.document.id and self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Sentence(Span):
    """What is scored as evidence and quoted. `row` is its row in the index's sentence vectors."""

    row: int = -1


@dataclass(frozen=True)
class Passage(Span):
    """What is embedded and retrieved: whole sentences of one paragraph."""

    sentences: tuple[Sentence, ...] = field(default=(), repr=False)
