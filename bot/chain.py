"""One question, from text to quoted answer: the LangChain runnable that every face calls.

question, conversation -> readings -> retriever -> evidence model -> decide -> compose -> Answer
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, RunnablePassthrough

from bot.about import answer_about
from bot.answers import Answer, Piece
from bot.arbitration import Reading, likeliest
from bot.conversation import Asked, Conversation
from bot.extractive import compose
from bot.parts import parts, together
from bot.readings import readings, with_rewritten
from bot.smalltalk import small_talk
from bot.turns import reply
from index import Document, EvidenceModel, FusedRetriever, IndexReader, Judgement

# Of how many documents a question about "the document" is answered, where there are many and the conversation names none.
DOCUMENTS = 4


# What a chat model makes of a question so that it stands alone; None if it has nothing to say.
Rewrite = Callable[[str, Conversation], str | None]
# Words an answer anew: pieces, then the answer.
Write = Callable[[Answer], Iterator[Piece | Answer]]


def build_chain(
    index: IndexReader,
    model: EvidenceModel,
    *,
    threshold: float,
    top: int,
    rewrite: Rewrite | None = None,
    write: Write | None = None,
) -> Runnable[Asked, Answer]:
    """The chain over one opened index; it keeps no state, so it may be shared between threads.

    `rewrite` is asked about follow-ups only, and what it gives is one reading among others: the evidence chooses.
    The pieces of `write` come through `stream`; `invoke` returns the answer.
    """
    retriever = FusedRetriever(index)

    def judge(question: str, config: RunnableConfig | None) -> Judgement:
        passages = retriever.invoke(question, config)
        return model.judge(question, [document.metadata["row"] for document in passages])

    def read(question: str, config: RunnableConfig | None = None) -> Reading:
        worded = index.wording.of(question)
        return Reading(question, worded, judge(worded, config))

    def with_parts(reading: Reading, config: RunnableConfig | None = None) -> Judgement:
        return together(reading.judged, [judge(part, config) for part in parts(reading.worded)])

    def decide(step: dict[str, Any], config: RunnableConfig) -> Answer:
        asked: Asked = step["asked"]
        reading: Reading = step["reading"]
        return compose(asked.question, reading.worded, with_parts(reading, config), threshold=threshold, top=top)

    def possible(step: dict[str, Any]) -> list[str]:
        asked: Asked = step["asked"]
        found = readings(asked.question, asked.conversation)
        rewritten = rewrite(asked.question, asked.conversation) if rewrite and len(found) > 1 else None
        return with_rewritten(found, rewritten) if rewritten else found

    from_evidence: Runnable[Asked, Answer] = (
        {"asked": RunnablePassthrough()}
        | RunnablePassthrough.assign(readings=RunnableLambda(possible) | RunnableLambda(read).map())
        | RunnablePassthrough.assign(reading=RunnableLambda(_likeliest))
        | RunnableLambda(decide)
    )
    if write is not None:
        from_evidence = cast("Runnable[Asked, Answer]", from_evidence | RunnableLambda(write))  # of a generator, `invoke` returns the last

    def route(asked: Asked) -> Answer | Runnable[Asked, Answer]:
        moved = reply(asked.question, asked.conversation, lambda question: with_parts(read(question)), threshold=threshold)
        return moved or small_talk(asked.question) or _about(asked, index) or from_evidence

    return cast("Runnable[Asked, Answer]", RunnableLambda(route))  # LangChain runs the runnable that a function returns


def _about(asked: Asked, index: IndexReader) -> Answer | None:
    quoted = [quote.document for turn in asked.conversation for quote in turn.answer.quotes]
    documents: list[Document] = quoted[-1:] or list(index.documents.values())[:DOCUMENTS]
    return answer_about(asked.question, documents)


def _likeliest(step: dict[str, Any]) -> Reading:
    return likeliest(step["asked"], step["readings"])
