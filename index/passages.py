"""Documents -> passages: what is embedded and retrieved. A passage keeps to one paragraph and never cuts a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from index.nouns import Document, Paragraph, Passage, Sentence
from index.sentences import split_sentences

# About 220 word pieces of English: what all-MiniLM-L6-v2 reads of a text (256) with room to spare.
LONGEST = 1000
# Changes whenever the same document would be split into other passages or sentences.
SPLITTING = f"paragraphs, sentencex, {LONGEST} characters, 1 sentence of overlap, v2"


def split_passages(documents: Iterable[Document]) -> list[Passage]:
    """Every passage of `documents`, in reading order; sentence rows count over all of them."""
    rows = count()
    return [passage for document in documents for paragraph in document.paragraphs for passage in _passages(document, paragraph, rows)]


def _passages(document: Document, paragraph: Paragraph, rows: Iterator[int]) -> Iterator[Passage]:
    sentences = [
        Sentence(document, start, end, row=next(rows)) for start, end in _offsets(document, paragraph) if not _is_head(document, start, end)
    ]
    first = 0
    while first < len(sentences):
        last = first + 1
        while last < len(sentences) and sentences[last].end - sentences[first].start <= LONGEST:
            last += 1
        start = paragraph.start if first == 0 else sentences[first].start
        yield Passage(document, start, sentences[last - 1].end, tuple(sentences[first:last]))
        if last == len(sentences):
            return
        first = max(last - 1, first + 1)


def _offsets(document: Document, paragraph: Paragraph) -> Iterator[tuple[int, int]]:
    if paragraph.number == 0:  # a title ends without a full stop, and may hold one ("U.S.")
        yield paragraph.start, paragraph.end
        return
    for start, end in split_sentences(document.text[paragraph.start : paragraph.end]):
        yield paragraph.start + start, paragraph.start + end


def _is_head(document: Document, start: int, end: int) -> bool:
    """Whether this is a run-in head ("China."): it names the section and says nothing."""
    section = document.section_at(start)
    return bool(section) and document.text[start : end - 1] == section
