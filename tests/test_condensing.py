"""A chat model rewrites follow-ups; the evidence decides whether its reading is taken."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.conversation import Conversation
from bot.session import Session
from bot.settings import Settings
from tests.chat_server import ChatServer, running

FIRST = "How many American troops are stationed in South Korea?"


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def chatting(server: ChatServer, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = Path(shutil.copytree(data, tmp_path_factory.mktemp("own") / "data", symlinks=True))
    settings = Settings(data_dir=folder, chat_model="openai:scripted", chat_base_url=server.url, chat_timeout=5, evidence_model="measuring")
    return Session(settings)


def rewriting(question: str) -> Any:
    """Rewrites every follow-up as `question`, and answers nothing."""
    return lambda request: json.dumps({"question": question} if "You rewrite" in request["messages"][0]["content"] else {"sentences": []})


def test_a_rewrite_that_is_answered_becomes_the_question(server: ChatServer, chatting: Session) -> None:
    conversation = Conversation()
    server.script.says = rewriting("How many American troops are stationed in Japan?")
    chatting.ask(FIRST, conversation)
    answer = chatting.ask("And what of the ones over there?", conversation)
    assert answer.standalone_question == "How many American troops are stationed in Japan?" and "50,000" in answer.quotes[0].text


@pytest.mark.parametrize("said", ["Who won the 1998 World Cup?", "", "\u200b", "x" * 5000], ids=["off topic", "empty", "invisible", "long"])
def test_a_bad_rewrite_changes_nothing(server: ChatServer, chatting: Session, session: Session, said: str) -> None:
    server.script.says = rewriting(said)
    answers = []
    for asked in (chatting, session):
        conversation = Conversation()
        asked.ask(FIRST, conversation)
        answers.append(asked.ask("And in Japan?", conversation))
    ours, plain = ((answer.standalone_question, [quote.text for quote in answer.quotes]) for answer in answers)
    assert ours == plain


def test_a_question_that_stands_alone_is_not_rewritten(server: ChatServer, chatting: Session) -> None:
    server.script.says = rewriting("nothing")
    server.requests.clear()
    chatting.ask("Who is Moon Jae-in?", Conversation())
    assert [request for request in server.requests if "You rewrite" in request["messages"][0]["content"]] == []
