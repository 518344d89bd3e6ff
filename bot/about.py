"""Questions about a document itself: who wrote it, when, who published it, its title, its rights, its length.

Each is answered with a fact of the document's front matter, and only together with the line of the text that states it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.answers import Answer, Quote
from index import Document

# The questions are recognised by rules and the fact stands in the quote, so nothing is estimated here.
CONFIDENCE = 0.95

# How people call the document: "the document" alone may be one that the text tells of, so it needs a "this".
_IT = (
    r"(?:it|this|(?:this|the|your) (?:\w+ )?(?:commentary|essay|article|op-?ed|piece|blog ?post)"
    r"|this (?:document|text|paper|post|analysis|report))"
)
_ISSUED = r"(?:published|written|posted|released|issued|dated|printed|come out|appear(?:ed)?)"
_ISSUE = r"(?:publish|write|post|release|issue|print)"
_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True)
class _Fact:
    """A kind of question, the sentence that answers it (empty if unknown), and the strings of which the quoted line must hold one."""

    asked: str
    said: Callable[[Document], str]
    stated: Callable[[Document], list[str]]

    def asked_in(self, question: str) -> bool:
        return re.search(self.asked, question, re.IGNORECASE) is not None


def _length(document: Document) -> str:
    counted = sum(len(document.text[paragraph.start : paragraph.end].split()) for paragraph in document.paragraphs)
    return f"It has {counted:,} words in {document.paragraphs[-1].number} paragraphs."


def _dates(document: Document) -> list[str]:
    """The ways in which a text may write an ISO date."""
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", document.date)
    if not match or not 1 <= int(match[2]) <= len(_MONTHS):
        return [document.date]
    year, month, day = match[1], _MONTHS[int(match[2]) - 1], int(match[3])
    return [f"{month} {day}, {year}", f"{day} {month} {year}", f"{month} {year}", document.date]


_FACTS = (
    _Fact(
        rf"\bhow long is {_IT}\W*$|\bhow many (?:words|paragraphs)\b.*\b(?:{_IT})\b|\b(?:length|word count) of {_IT}"
        r"|^\W*(?:what(?: is|['’]s) )?(?:the|its) word count\W*$",
        _length,
        lambda document: [document.title],
    ),
    _Fact(
        rf"\b(?:copyright|rights|licen[cs]e) (?:to|of|in|on|for) {_IT}\b|\b{_IT} (?:under )?copyright"
        r"|\bthe copyright\W*$|\bcopyright (?:holder|owner|line|notice|terms|status|year)\W*$|^\W*copyright\W*$",
        lambda document: document.rights,
        lambda document: [document.rights, *document.rights.split(". ")],
    ),
    _Fact(
        rf"\b(?:when|what (?:date|day|month|year)|how long ago)\b.*\b{_IT} (?:first |originally )?{_ISSUED}"
        rf"|\b(?:when|what (?:date|day|month|year)) (?:did|was) .{{1,40}} {_ISSUE} {_IT}\W*$"
        rf"|\bhow (?:old|recent) is {_IT}\W*$|\b(?:date|year) of {_IT}|\b(?:publication date|date of publication)\b",
        lambda document: f"It is dated {_dates(document)[0]}." if document.date else "",
        _dates,
    ),
    _Fact(
        rf"\bwhere\b.*\b{_IT} (?:first |originally )?{_ISSUED}|\bwho (?:published|publishes|issued|produced|produces|released) {_IT}"
        rf"|\b(?:publisher|source) of {_IT}|\bwho is the publisher\b"
        r"|\b(?:which|what) (?:organi[sz]ation|institution|think[ -]tank|institute|center)\b.*"
        rf"\b(?:{_IT} (?:first |originally )?{_ISSUED}|{_ISSUED} {_IT}\b|{_ISSUE} {_IT}\b|put {_IT} out)",
        lambda document: f"It was published by {document.publisher}." if document.publisher else "",
        lambda document: [document.publisher],
    ),
    _Fact(
        rf"\b(?:link|url|web ?address|web ?page)\b.*\b(?:{_IT}|original)\b|\bwhere can i (?:read|find|get) (?:{_IT}|the original)",
        lambda document: f"The original is at {document.source} ." if document.source else "",
        lambda document: [document.title],
    ),
    _Fact(
        rf"\bwhat(?: is|['’]s) {_IT} about\W*$|\b(?:topic|subject) of {_IT}|^\W*(?:please )?summari[sz]e {_IT}\W*$",
        lambda document: "Its title says what it is about; ask about any part of it.",
        lambda document: [document.title],
    ),
    _Fact(
        rf"\b(?:title|headline|name) of {_IT}"
        rf"|\bwhat(?: is|['’]s) (?:the (?:title|headline)\W*$|{_IT} called)|\bwhat(?: is|['’]s) its (?:title|headline)",
        lambda document: f"It is called {document.title}.",
        lambda document: [document.title],
    ),
    _Fact(
        rf"\bwho (?:wrote|authored|has written) {_IT}"
        rf"|\bwho(?: is|['’]s| was) (?:the|its) (?:author|writer)\b(?! of (?!{_IT}\b))|\bwho is {_IT} by\b|\bby whom (?:is|was) {_IT}"
        rf"|\b(?:author|writer) of {_IT}|\b(?:author['’]?s name|name of the author)\b",
        lambda document: f"The author is {document.author}." if document.author else "",
        lambda document: [document.author],
    ),
)


def is_about_document(question: str) -> bool:
    """Whether this asks for a fact about the document rather than for what it says."""
    return any(fact.asked_in(question) for fact in _FACTS)


def answer_about(question: str, documents: Iterable[Document]) -> Answer | None:
    """The fact, with the line of each document that states it; None if no document's text does."""
    fact = next((fact for fact in _FACTS if fact.asked_in(question)), None)
    said, quotes = [], []
    for document in documents if fact else ():
        line = _line(document, fact.stated(document)) if fact and fact.said(document) else None
        if fact and line:
            said.append(fact.said(document))
            quotes.append(line)
    if not quotes:
        return None
    text = "\n\n".join(dict.fromkeys([*said, *(quote.text for quote in quotes)]))
    return Answer(question, question, True, text, quotes=tuple(quotes), confidence=CONFIDENCE)


def _line(document: Document, wanted: list[str]) -> Quote | None:
    """The first sentences, title lines included, that hold one of `wanted`, tried in order."""
    for text in filter(None, wanted):
        for paragraph in document.paragraphs:
            at = document.text.find(text, paragraph.start, paragraph.end)
            if at >= 0:
                return _sentences(document, paragraph.start, paragraph.end, (at, at + len(text)))
    return None


def _sentences(document: Document, start: int, end: int, wanted: tuple[int, int]) -> Quote:
    """The sentences of the paragraph from `start` to `end` that hold the characters from `wanted[0]` to `wanted[1]`."""
    from index import split_sentences

    inside = [(start + first, start + last) for first, last in split_sentences(document.text[start:end])]
    held = [(first, last) for first, last in inside if first < wanted[1] and wanted[0] < last] or [(start, end)]
    return Quote(document, held[0][0], held[-1][1], score=CONFIDENCE)
