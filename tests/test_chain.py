"""The chain is a LangChain runnable: every way to call it gives the same answer."""

import asyncio
from collections.abc import Iterator

import pytest

from bot.answers import Answer
from bot.chain import ChatSteps, build_chain
from bot.conversation import Asked, Conversation, Turn
from index import IndexReader, LogisticEvidence

QUESTIONS = ["Why does China matter for sanctions?", "What is the capital of Mongolia?", "Who wrote this?", "hi"]


@pytest.fixture(scope="module")
def chain(index: IndexReader):
    model = LogisticEvidence(index)
    return build_chain(index, model, threshold=model.threshold, top=3)


def plain(answers):
    return [answer.as_json(elapsed_ms=0) for answer in answers]


def test_batch_stream_and_async_agree_with_invoke(chain) -> None:
    asked = [Asked(question) for question in QUESTIONS]
    expected = plain(chain.invoke(one) for one in asked)
    assert plain(chain.batch(asked)) == expected
    assert plain(list(chain.stream(one))[-1] for one in asked) == expected
    assert plain(asyncio.run(chain.abatch(asked))) == expected


def test_retriever_shows_in_the_trace(chain) -> None:
    async def events():
        return [event async for event in chain.astream_events(Asked(QUESTIONS[0]), version="v2")]

    ended = [event for event in asyncio.run(events()) if event["event"] == "on_retriever_end"]
    assert len(ended) == 1
    assert any("Economic sanctions" in document.page_content for document in ended[0]["data"]["output"])


@pytest.mark.parametrize(("question", "answered"), list(zip(QUESTIONS, [True, False, True, False], strict=True)))
def test_the_text_decides_whether_there_is_an_answer(chain, question: str, answered: bool) -> None:
    assert chain.invoke(Asked(question)).answered is answered


GOOD, BAD = "How many American troops are stationed in Japan?", "What is the recipe for banana bread?"


@pytest.mark.parametrize(("rewritten", "read_as"), [(GOOD, GOOD), (BAD, None), (None, None)], ids=["good", "bad", "none"])
def test_a_rewrite_is_one_reading_among_others(index: IndexReader, rewritten: str | None, read_as: str | None) -> None:
    model, asked = LogisticEvidence(index), []

    def rewrite(question: str, conversation: Conversation) -> str | None:
        asked.append(question)
        return rewritten

    def write(answer: Answer) -> Iterator[Answer]:
        yield answer

    chain = build_chain(index, model, threshold=model.threshold, top=3, chat=ChatSteps(rewrite, write))
    first = chain.invoke(Asked("Why does China matter for sanctions?"))
    follow_up = Asked("And their soldiers at Tokyo?", Conversation([Turn(first.question, first)]))
    answer = chain.invoke(follow_up)
    assert asked == [follow_up.question]
    assert answer.standalone_question == read_as if read_as else answer.standalone_question != rewritten
