"""What an answer is: quotes that are slices of the source, and the words around them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from index import Span

if TYPE_CHECKING:
    from index import Evidence

EXTRACTIVE = "extractive"
NOT_SAID = "The commentary does not say."


@dataclass(frozen=True)
class Quote(Span):
    """Words of the author: a slice of a document, and how probable it is that they answer the question."""

    score: float = 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "document": self.document.id,
            "title": self.document.title,
            "start": self.start,
            "end": self.end,
            "section": self.section,
            "paragraph": self.paragraph,
            "score": round(self.score, 4),
        }


@dataclass(frozen=True)
class Piece:
    """One sentence of a chat model, already verified: `quotes` are those that it is the first to rest on.

    `text` ends with the numbers of its quotes ("[1][2]"), which count through the whole answer.
    """

    text: str
    quotes: tuple[Quote, ...]
    standalone_question: str


@dataclass(frozen=True)
class Usage:
    """What asking a chat model took, and what of its words did not hold. `cost` is in the provider's currency, where it reports one."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    cached: bool = False
    dropped_quotes: int = 0
    dropped_sentences: int = 0
    note: str = ""
    """Why the answer is the author's own words after all, for people; empty if the chat model's stands."""


@dataclass(frozen=True)
class Answer:
    """One answer. `quotes` is empty unless `answered`; `nearest` is a passage that is no answer, shown when there is none."""

    question: str
    standalone_question: str
    answered: bool
    text: str
    quotes: tuple[Quote, ...] = ()
    confidence: float = 0.0
    nearest: Quote | None = None
    model: str = EXTRACTIVE
    evidence: tuple[Evidence, ...] = field(default=(), repr=False)
    """Everything that was scored, best first: for `--explain` and for more quotes."""
    usage: Usage | None = None
    """Only where a chat model was asked."""

    def as_json(self, *, elapsed_ms: float) -> dict[str, Any]:
        """The answer as the contract has it; `elapsed_ms` is the time it took. Where a chat model was asked there is `usage` too."""
        stable = {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answered": self.answered,
            "answer": self.text,
            "quotes": [quote.as_json() for quote in self.quotes],
            "nearest": self.nearest.as_json() if self.nearest else None,
            "confidence": round(self.confidence, 4),
            "model": self.model,
            "elapsed_ms": round(elapsed_ms, 1),
        }
        return {**stable, "usage": asdict(self.usage)} if self.usage else stable
