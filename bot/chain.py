"""One question, from text to quoted answer: the LangChain runnable that every face calls.

question, conversation -> readings -> retriever -> evidence model -> decide -> compose -> Answer
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, RunnablePassthrough

from bot.about import answer_about
from bot.answers import Answer, Piece
from bot.conversation import Asked, adds_to
from bot.conversation import readings as possible_readings
from bot.extractive import compose
from bot.smalltalk import small_talk
from bot.turns import reply
from index import Document, EvidenceModel, FusedRetriever, IndexReader, Judgement, terms

# The likeliest reading of a follow-up is kept unless another is at least this much more probably answered.
CLEARLY = 0.1
# Of how many documents a question about "the document" is answered, where there are many and the conversation names none.
DOCUMENTS = 4


@dataclass(frozen=True)
class Reading:
    """One way to understand a question, and what the evidence says of it."""

    question: str
    judged: Judgement


Write = Callable[[Answer], Iterator[Piece | Answer]]


def build_chain(
    index: IndexReader, model: EvidenceModel, *, threshold: float, top: int, write: Write | None = None
) -> Runnable[Asked, Answer]:
    """The chain over one opened index; it keeps no state, so it may be shared between threads.

    `write` words what was found anew: pieces, then the answer. `stream` passes them on as they come, `invoke` returns the answer.
    """
    retriever = FusedRetriever(index)

    def read(question: str, config: RunnableConfig | None = None) -> Reading:
        passages = retriever.invoke(question, config)
        return Reading(question, model.judge(question, [document.metadata["row"] for document in passages]))

    def decide(step: dict[str, Any]) -> Answer:
        asked: Asked = step["asked"]
        reading: Reading = step["reading"]
        return compose(asked.question, reading.question, reading.judged, threshold=threshold, top=top)

    from_evidence: Runnable[Asked, Answer] = (
        {"asked": RunnablePassthrough()}
        | RunnablePassthrough.assign(readings=RunnableLambda(_readings) | RunnableLambda(read).map())
        | RunnablePassthrough.assign(reading=RunnableLambda(_likeliest))
        | RunnableLambda(decide)
    )
    if write is not None:
        from_evidence = cast("Runnable[Asked, Answer]", from_evidence | RunnableLambda(write))  # of a generator, `invoke` returns the last

    def route(asked: Asked) -> Answer | Runnable[Asked, Answer]:
        moved = reply(asked.question, asked.conversation, lambda question: read(question).judged, threshold=threshold)
        return moved or small_talk(asked.question) or _about(asked, index) or from_evidence

    return cast("Runnable[Asked, Answer]", RunnableLambda(route))  # LangChain runs the runnable that a function returns


def _about(asked: Asked, index: IndexReader) -> Answer | None:
    quoted = [quote.document for turn in asked.conversation for quote in turn.answer.quotes]
    documents: list[Document] = quoted[-1:] or list(index.documents.values())[:DOCUMENTS]
    return answer_about(asked.question, documents)


def _readings(step: dict[str, Any]) -> list[str]:
    return possible_readings(step["asked"].question, step["asked"].conversation)


def _likeliest(step: dict[str, Any]) -> Reading:
    """The first reading, unless another finds clearly better evidence.

    A reading that brings in the topic counts only if its evidence speaks of what the question adds: else the topic alone was answered.
    """
    asked: Asked = step["asked"]
    added = adds_to(asked.conversation.topic, asked.question)
    found: list[Reading] = [
        reading for reading in step["readings"] if reading.question == asked.question or not added or added & _spoken_of(reading.judged)
    ]
    best = max(found, key=lambda reading: reading.judged.answerable)
    return best if best.judged.answerable > found[0].judged.answerable + CLEARLY else found[0]


def _spoken_of(judged: Judgement) -> set[str]:
    """Terms of the best sentence's paragraph and section."""
    if not judged.evidence:
        return set()
    best = judged.evidence[0].sentence
    paragraph = best.document.paragraph_at(best.start)
    around = best.document.text[paragraph.start : paragraph.end] if paragraph else best.text
    return {*terms(around), *terms(best.section)}
