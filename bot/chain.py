"""One question, from text to quoted answer: the LangChain runnable that every face calls.

question, conversation -> readings -> retriever -> evidence model -> decide -> compose -> Answer
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, RunnablePassthrough

from bot.about import answer_about
from bot.answers import Answer, Piece
from bot.arbitration import Reading, likeliest
from bot.conversation import Asked, Conversation
from bot.extractive import compose
from bot.parts import parts, together
from bot.readings import readings
from bot.smalltalk import small_talk
from bot.turns import reply
from index import Document, EvidenceModel, FusedRetriever, IndexReader, Judgement

# Of how many documents a question about "the document" is answered, where there are many and the conversation names none.
DOCUMENTS = 4


@dataclass(frozen=True)
class ChatSteps:
    """What chat models do in the chain. `rewrite` is asked about follow-ups only, for one reading among others: the evidence chooses;
    it gives None if it has nothing to say. `write` words an answer anew: pieces, then the answer."""

    rewrite: Callable[[str, Conversation], str | None]
    write: Callable[[Answer], Iterator[Piece | Answer]]


class _Judge:
    """Retriever and evidence model over one index: a question in, the evidence out."""

    def __init__(self, index: IndexReader, model: EvidenceModel, *, threshold: float) -> None:
        self._wording, self._retriever, self._model = index.wording, FusedRetriever(index), model
        self._threshold = threshold

    def read(self, question: str, config: RunnableConfig | None = None) -> Reading:
        """The question in the words of the text, and what speaks for it."""
        worded = self._wording.of(question)
        return Reading(question, worded, self._judged(worded, config))

    def in_parts(self, reading: Reading, config: RunnableConfig | None = None) -> Judgement:
        """The evidence for a reading, and for its parts if it asks two things."""
        judged = [self._judged(part, config) for part in parts(reading.worded)]
        return together(reading.judged, judged, threshold=self._threshold)

    def _judged(self, question: str, config: RunnableConfig | None) -> Judgement:
        passages = self._retriever.invoke(question, config)
        return self._model.judge(question, [document.metadata["row"] for document in passages])


def build_chain(
    index: IndexReader, model: EvidenceModel, *, threshold: float, top: int, chat: ChatSteps | None = None
) -> Runnable[Asked, Answer]:
    """The chain over one opened index; it keeps no state, so it may be shared between threads.

    The pieces of a chat model come through `stream`; `invoke` returns the answer.
    """
    judge = _Judge(index, model, threshold=threshold)

    def decide(step: dict[str, Any], config: RunnableConfig) -> Answer:
        asked, reading = cast("Asked", step["asked"]), cast("Reading", step["reading"])
        return compose(asked.question, reading.worded, judge.in_parts(reading, config), threshold=threshold, top=top)

    from_evidence: Runnable[Asked, Answer] = (
        {"asked": RunnablePassthrough()}
        | RunnablePassthrough.assign(questions=RunnableLambda(_questions))
        | RunnablePassthrough.assign(
            readings=itemgetter("questions") | RunnableLambda(judge.read).map(),
            rewritten=RunnableLambda(partial(_rewritten, chat=chat)) | RunnableLambda(judge.read).map(),
        )
        | RunnablePassthrough.assign(reading=RunnableLambda(_likeliest))
        | RunnableLambda(decide)
    )
    if chat is not None:  # of a generator, `invoke` returns the last
        from_evidence = cast("Runnable[Asked, Answer]", from_evidence | RunnableLambda(chat.write))

    def route(asked: Asked) -> Answer | Runnable[Asked, Answer]:
        moved = reply(asked.question, asked.conversation, lambda question: judge.in_parts(judge.read(question)), threshold=threshold)
        return moved or small_talk(asked.question) or _about(asked, index) or from_evidence

    return cast("Runnable[Asked, Answer]", RunnableLambda(route))  # LangChain runs the runnable that a function returns


def _questions(step: dict[str, Any]) -> list[str]:
    asked: Asked = step["asked"]
    return readings(asked.question, asked.conversation)


def _rewritten(step: dict[str, Any], chat: ChatSteps | None) -> list[str]:
    """What a chat model makes of a question that can be read in more than one way; empty without one, or if it has nothing to say."""
    asked: Asked = step["asked"]
    rewritten = chat.rewrite(asked.question, asked.conversation) if chat and len(step["questions"]) > 1 else None
    return [rewritten] if rewritten else []


def _about(asked: Asked, index: IndexReader) -> Answer | None:
    quoted = [quote.document for turn in asked.conversation for quote in turn.answer.quotes]
    documents: list[Document] = quoted[-1:] or list(index.documents.values())[:DOCUMENTS]
    return answer_about(asked.question, documents)


def _likeliest(step: dict[str, Any]) -> Reading:
    return likeliest(step["asked"], step["readings"], step["rewritten"])
