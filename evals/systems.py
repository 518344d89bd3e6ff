"""Whatever is asked and scored: ours, or a baseline under the same eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answers import Answer, Quote
from bot.conversation import Conversation
from bot.session import Session
from index import FusedRetriever, IndexReader, Span


class System(Protocol):
    """`passages` are all that it retrieves from; `probabilities` says whether its confidence claims to be one."""

    @property
    def name(self) -> str: ...
    @property
    def probabilities(self) -> bool: ...
    @property
    def passages(self) -> Sequence[Span]: ...
    def ask(self, question: str, conversation: Conversation) -> Answer: ...
    def retrieve(self, question: str, count: int) -> list[Span]: ...


class Asker(Protocol):
    """What a `Session` is to an evaluation."""

    @property
    def index(self) -> IndexReader: ...
    def ask(self, question: str, conversation: Conversation | None = None) -> Answer: ...


@dataclass(frozen=True)
class Ours:
    """The product, through the session that every face uses."""

    session: Session | Asker
    name: str = "commentary-bot"
    probabilities: bool = True

    @property
    def passages(self) -> Sequence[Span]:
        return self.session.index.passages

    def ask(self, question: str, conversation: Conversation) -> Answer:
        return self.session.ask(question, conversation)

    def retrieve(self, question: str, count: int) -> list[Span]:
        found = FusedRetriever(self.session.index, count).invoke(question)
        return [self.session.index.passages[document.metadata["row"]] for document in found]


@dataclass(frozen=True)
class Found:
    """A chunk that a baseline retrieved, and how near its search says it is: 0 to 1, no probability."""

    span: Span
    score: float


def answer_of(question: str, found: Sequence[Found], *, model: str) -> Answer:
    """The answer of a system that never abstains: its chunks are its quotes, best first."""
    quotes = tuple(Quote(each.span.document, each.span.start, each.span.end, score=min(max(each.score, 0.0), 1.0)) for each in found)
    text = "\n\n".join(quote.text for quote in quotes)
    return Answer(question, question, bool(quotes), text, quotes=quotes, confidence=quotes[0].score if quotes else 0.0, model=model)


def cut(answer: Answer, characters: int) -> Answer:
    """The same answer with its quotes, best first, cut off after so many characters, at the end of a word."""
    kept: list[Quote] = []
    left = characters
    for quote in answer.quotes:
        end = min(quote.end, quote.start + left)
        while quote.start < end < quote.end and not quote.document.text[end].isspace():
            end -= 1
        if end <= quote.start:
            break
        kept.append(replace(quote, end=end))
        left -= end - quote.start
    return replace(answer, quotes=tuple(kept), text="\n\n".join(quote.text for quote in kept), answered=bool(kept))
