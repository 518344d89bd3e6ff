"""Answers as messages: pieces of at most 2,000 characters with the buttons under them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.answers import NOT_SAID, Answer, Quote
from bot.discord_app.markdown import bold, cut, dim, escaped, length, link, quoted
from bot.discord_app.marks import ContextMark, Mark, MoreMark, RateMark, SourcesMark
from bot.discord_app.words import Words, words_for
from index import Document, Span

LIMIT = 2000  # characters of one message
MOST_PIECES = 5  # Discord takes five follow-ups where the app is not a member of the server
MOST_CONTEXTS = 5  # buttons in a row
_WIDEST_LINE = LIMIT - 200  # room for the marks around a quote and for the line under it


@dataclass(frozen=True)
class Button:
    """A button: what it stands for, and its label."""

    mark: Mark
    label: str


@dataclass(frozen=True)
class Piece:
    """One message: Markdown, and rows of buttons."""

    text: str
    rows: tuple[tuple[Button, ...], ...] = ()


def answer_card(answer: Answer, words: Words, *, kept: str = "", heading: str = "", note: str = "") -> list[Piece]:
    """The answer, then each quote as a block quotation with its place; or the card that says there is none.

    `kept` is the key of the kept answer, without which nothing can be rated; `heading` is the question where nobody sees it otherwise.
    """
    blocks = [*([bold(heading)] if heading else []), *([dim(note)] if note else [])]
    if answer.standalone_question != answer.question:
        blocks.append(dim(words("read_as", question=escaped(answer.standalone_question))))
    if answer.usage and answer.usage.note:
        blocks.append(dim(escaped(answer.usage.note)))
    blocks += _body(answer, words)
    return _pieces(blocks, words, _buttons(answer, words, kept))


def partial_card(sentences: Sequence[str], *, heading: str = "") -> Piece:
    """As much of a chat model's answer as has been verified so far."""
    blocks = [*([bold(heading)] if heading else []), *map(escaped, sentences), "…"]
    return _pieces(blocks, words_for())[0]


def plain_card(text: str) -> list[Piece]:
    """Words of our own, already Markdown."""
    return [Piece(text)]


def context_card(span: Span, words: Words) -> list[Piece]:
    """The paragraphs that hold `span`, with the span in bold if it is not the whole."""
    document = span.document
    first, last = document.paragraph_at(span.start), document.paragraph_at(max(span.start, span.end - 1))
    start, end = (first.start if first else span.start), (last.end if last else span.end)
    before, after = document.text[start : span.start].strip(), document.text[span.end : end].strip()
    inside = bold(span.text) if before or after else escaped(span.text)
    parts = [part for part in (escaped(before), inside, escaped(after)) if part]
    flowing = " ".join(parts)  # a longer one is cut, and bold can be cut only on a line of its own
    lines = [flowing] if length(flowing) <= _WIDEST_LINE - 2 else parts
    return _pieces([*map(quoted, lines), dim(f"{place(span, words)} · {_about(document)}")], words)


def more_card(question: str, quotes: Sequence[Quote], words: Words, *, kept: str, shown: int, last: bool) -> list[Piece]:
    """Further sentences on a question, and the button for those after them."""
    if not quotes:
        return plain_card(words("no_more"))
    blocks = [dim(words("more_on", question=escaped(question))), *_quotes(quotes, words)]
    more = () if last else (Button(MoreMark(kept, shown + len(quotes)), words("button_more")),)
    return _pieces(blocks, words, (_contexts(quotes, words), more))


def search_card(query: str, passages: Sequence[tuple[Span, float]], words: Words) -> list[Piece]:
    """Passages with the best score in each; no answer."""
    if not passages:
        return plain_card(words("no_passages"))
    blocks = [dim(words("searched", query=escaped(query)))]
    for number, (span, score) in enumerate(passages, start=1):
        blocks += [quoted(escaped(span.text)), dim(f"{number} · {place(span, words)} · {score:.2f}")]
    return _pieces(blocks, words, (_contexts([span for span, _ in passages], words),))


def sources_card(documents: Iterable[Document], words: Words) -> list[Piece]:
    """Title, author and date of each document, linked to where it was published."""
    return _pieces([words("sources"), *(f"- {_about(document)}" for document in documents)], words)


def place(span: Span, words: Words) -> str:
    """ "China, paragraph 14", escaped."""
    where = words("paragraph", number=span.paragraph) if span.paragraph else words("title_lines")
    return f"{escaped(span.section)}, {where}" if span.section else where


def _body(answer: Answer, words: Words) -> Iterator[str]:
    if answer.quotes:
        yield from (escaped(line) for line in _prose(answer))
        yield from _quotes(answer.quotes, words)
    elif answer.text == NOT_SAID:
        yield bold(words("not_said"))
        if answer.nearest:
            yield dim(words("nearest"))
            yield from _quotes([answer.nearest], words)
    else:
        yield from (escaped(line) for line in answer.text.split("\n") if line.strip())
    if answer.quotes or answer.nearest:
        documents = {quote.document.id: quote.document for quote in (answer.quotes or filter(None, [answer.nearest]))}
        level = words("confidence", level=words.level(answer.confidence))
        yield dim(" · ".join([level, *(link(document.title, document.source) for document in list(documents.values())[:3])]))


def _prose(answer: Answer) -> list[str]:
    """What is said before the quotes; nothing where the quotes are the whole answer."""
    if answer.text.startswith(answer.quotes[0].text):
        return []
    said = {quote.text for quote in answer.quotes}
    return [line for line in answer.text.split("\n") if line.strip() and line not in said]


def _quotes(quotes: Sequence[Span], words: Words) -> Iterator[str]:
    for number, quote in enumerate(quotes, start=1):
        yield quoted(escaped(quote.text))
        yield dim(f"{number} · {place(quote, words)}" if len(quotes) > 1 else place(quote, words))


def _about(document: Document) -> str:
    facts = [escaped(fact) for fact in (document.author, document.date) if fact]
    return ", ".join([link(document.title, document.source), *facts])


def _buttons(answer: Answer, words: Words, kept: str) -> tuple[tuple[Button, ...], ...]:
    shown = answer.quotes or tuple(filter(None, [answer.nearest]))
    if not shown or not kept:
        return (_contexts(shown, words),)
    more = (Button(MoreMark(kept, 0), words("button_more")), Button(SourcesMark(kept), words("button_sources")))
    rate = (Button(RateMark(kept, True), words("button_helpful")), Button(RateMark(kept, False), words("button_unhelpful")))
    return (_contexts(shown, words), (*more, *rate))


def _contexts(spans: Sequence[Span], words: Words) -> tuple[Button, ...]:
    if len(spans) == 1:
        return (Button(ContextMark.of(spans[0]), words("button_context")),)
    numbered = enumerate(spans[:MOST_CONTEXTS], start=1)
    return tuple(Button(ContextMark.of(span), words("button_context_of", number=number)) for number, span in numbered)


def _pieces(blocks: Iterable[str], words: Words, rows: Sequence[tuple[Button, ...]] = ()) -> list[Piece]:
    """Blocks of lines filled into messages, a quotation always together with the place under it; the buttons hang on the last."""
    texts = [""]
    blocks = list(_fitting_blocks(blocks))
    for at, block in enumerate(blocks):
        under = blocks[at + 1] if block.startswith("> ") and at + 1 < len(blocks) and blocks[at + 1].startswith("-# ") else ""
        together = "\n".join(filter(None, [texts[-1], block, under]))
        if length(together) <= (LIMIT if len(texts) < MOST_PIECES else _WIDEST_LINE) or not texts[-1]:
            texts[-1] = "\n".join(filter(None, [texts[-1], block]))
        elif len(texts) == MOST_PIECES:
            left = sum(rest.startswith("> ") for rest in blocks[at:])
            texts[-1] += "\n" + dim(words("left_out", count=left))
            break
        else:
            texts.append(block)
    shown = tuple(row for row in rows if row)
    return [*(Piece(text) for text in texts[:-1]), Piece(texts[-1], shown)]


def _fitting_blocks(blocks: Iterable[str]) -> Iterator[str]:
    """Blocks that are longer than a message, in several; each part of a quotation is a quotation again."""
    for block in blocks:
        if length(block) <= _WIDEST_LINE:
            yield block
            continue
        prefix = next((mark for mark in ("> ", "-# ", "- ") if block.startswith(mark)), "")
        body = block.removeprefix(prefix)
        strong = body.startswith("**") and body.endswith("**") and len(body) > 4
        for part in cut(body[2:-2] if strong else body, _WIDEST_LINE - 8):
            yield prefix + (f"**{part}**" if strong else part)
