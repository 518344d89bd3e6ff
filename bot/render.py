"""Answers, passages and places as text for a terminal: coloured and wrapped there, plain when piped, and never a raw control character."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from bot.answers import EXTRACTIVE, Answer, Piece, Quote
from index import Document, Span, matching_words

_JOINERS = "\u200c\u200d"
# What JSON allows raw and a terminal must not get: C1 controls, direction marks, invisible format characters, line separators, surrogates.
_RISKY = re.compile("[\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]")
_LEVELS = ((0.8, "high"), (0.5, "moderate"), (0.2, "low"), (0.0, "very low"))
_WIDEST = 100


def safe(text: str) -> str:
    """`text` on one line, without characters that steer a terminal or hide from the eye."""
    shown = "".join(char for char in text if char.isspace() or char in _JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))
    return " ".join(shown.split())


def as_line(value: Any) -> str:
    """One line of JSON that is safe to print; what a terminal could act on is escaped."""
    raw = json.dumps(value, ensure_ascii=False)
    return _RISKY.sub(lambda match: f"\\u{ord(match[0]):04x}", raw)


def in_words(confidence: float) -> str:
    """ "high (0.91)"."""
    level = next(word for least, word in _LEVELS if confidence >= least)
    return f"{level} ({confidence:.2f})"


def place(span: Span) -> str:
    """ "China, paragraph 18"; the title lines have no number."""
    where = f"paragraph {span.paragraph}" if span.paragraph else "title lines"
    return f"{safe(span.section)}, {where}" if span.section else where


def about(document: Document) -> str:
    """ "Title, author, date, source", as far as they are known."""
    return ", ".join(safe(fact) for fact in (document.title, document.author, document.date, document.source) if fact)


class Page:
    """Writes to one stream: styles and wrapping for a terminal, plain unwrapped lines for anything else."""

    def __init__(self, stream: IO[str]) -> None:
        self._terminal = stream.isatty()
        self._console = _Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=not self._terminal)
        if self._terminal and self._console.width > _WIDEST:
            self._console.width = _WIDEST

    def line(self, text: str = "", style: str = "") -> None:
        self._console.print(Text(text, style=style if self._terminal else ""))

    def stream(self, question: str, events: Iterable[Piece | Answer]) -> Answer:
        """The answer while it comes, on a terminal; what is only piped is shown when it is whole."""
        shown: list[str] = []
        for event in events:
            if isinstance(event, Answer):
                self.answer(event, said=bool(shown) and event.text == " ".join(shown))
                return event
            if self._terminal:
                if not shown:
                    self._read_as(question, event.standalone_question)
                self.line(safe(event.text), "bold")
                shown.append(event.text)
        raise ValueError("a stream of events ends with the answer")

    def answer(self, answer: Answer, *, said: bool = False) -> None:
        """The answer, its quotes with their places, and the confidence in words; without its text where that was `said` already."""
        if not said:
            self._read_as(answer.question, answer.standalone_question)
            self._text(answer)
        for number, quote in enumerate(answer.quotes, start=1):
            self.quote(quote, answer.standalone_question, label=f"[{number}] ")
        if answer.nearest:
            self.line("\nThe nearest passage, which is not an answer:", "dim")
            self.quote(answer.nearest, answer.standalone_question)
        if answer.quotes or answer.nearest:
            titles = list(dict.fromkeys(safe(quote.document.title) for quote in answer.quotes))
            self.line("; ".join([f"Confidence: {in_words(answer.confidence)}", *titles]), "dim")

    def _read_as(self, question: str, standalone: str) -> None:
        if standalone != question:
            self.line(f"Read as: {safe(standalone)}", "dim")

    def _text(self, answer: Answer) -> None:
        if answer.usage and answer.usage.note:
            self.line(answer.usage.note, "dim")
        if not answer.answered:
            self.line(safe(answer.text), "bold")
        elif not answer.text.startswith(answer.quotes[0].text):
            self.line(safe(answer.text.split("\n\n")[0]), "bold")

    def quote(self, quote: Span, question: str, *, label: str = "    ") -> None:
        """A quote with the words it shares with the question emphasised, and its place under it."""
        self._indented(label, self._emphasised(quote.text, question))
        self._indented("    ", Text(place(quote), style="cyan" if self._terminal else ""))
        self.line()

    def marked(self, span: Span) -> None:
        """The paragraphs that hold a span, with the span marked, under their place and the span's characters."""
        document = span.document
        first, last = document.paragraph_at(span.start), document.paragraph_at(max(span.start, span.end - 1))
        start, end = first.start if first else span.start, last.end if last else span.end
        self.line(f"{safe(document.title)}: {place(span)}, characters {span.start}:{span.end}", "dim")
        before, inside, after = (safe(document.text[a:b]) for a, b in ((start, span.start), (span.start, span.end), (span.end, end)))
        gap = " " if before and document.text[span.start - 1 : span.start].isspace() else ""
        close = " " if after and document.text[span.end : span.end + 1].isspace() else ""
        text = Text(before + gap)
        text.append(inside if self._terminal else f"«{inside}»", style="reverse" if self._terminal else "")
        text.append(close + after)
        self._indented("    ", text)

    def document(self, document: Document) -> None:
        """The whole text, paragraph by paragraph, with numbers and sections."""
        self.line(about(document), "bold")
        section = ""
        for paragraph in document.paragraphs:
            if document.section_at(paragraph.start) != section:
                section = document.section_at(paragraph.start)
                self.line(f"\n{safe(section)}", "bold cyan")
            self._indented(f"{paragraph.number or '':>3} ", Text(safe(document.text[paragraph.start : paragraph.end])))
            self.line()

    def _emphasised(self, source: str, question: str) -> Text:
        shown = safe(source)
        text = Text(shown)
        if self._terminal:
            for start, end in matching_words(shown, question):
                text.stylize("bold", start, end)
        return text

    def _indented(self, label: str, body: Text) -> None:
        if self._terminal:
            self._console.print(_Hanging(label, body))
        else:
            self._console.print(Text(label) + body)


class _Console(Console):
    """rich ends the process with its own exit code when nobody reads on; the command line has its own."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class _Hanging:
    """A label, and a body that wraps beside it."""

    def __init__(self, label: str, body: Text) -> None:
        self._label, self._body = label, body

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = len(self._label)
        lines = self._body.wrap(console, max(20, options.max_width - width))
        for number, line in enumerate(lines):
            yield Text.assemble((self._label, "bold") if number == 0 else " " * width, line)


def explanation(answer: Answer) -> Iterator[str]:
    """Lines with the score of every sentence that was weighed, best first."""
    yield f"read as: {safe(answer.standalone_question)}"
    for rank, item in enumerate(answer.evidence, start=1):
        yield f"{rank:>3}  {item.score:.3f}  {place(item.sentence)}: {safe(item.sentence.text)}"


def as_markdown(answers: Iterable[tuple[str, Answer]]) -> str:
    """A conversation as Markdown, each quote with its document and characters so that it can be found again."""
    parts = ["# Conversation\n"]
    for question, answer in answers:
        parts.append(f"## {safe(question)}\n")
        if not answer.quotes or answer.model != EXTRACTIVE:
            parts.append(f"{safe(answer.text)}\n")
        for quote in answer.quotes:
            parts.append(f"> {safe(quote.text)}\n>\n> {_source(quote)}\n")
    return "\n".join(parts)


def _source(quote: Quote) -> str:
    return f"{safe(quote.document.title)}, {place(quote)} ({safe(quote.document.id)} {quote.start}:{quote.end})"
