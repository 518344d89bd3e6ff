"""Small talk gets a sentence of help; a question never does."""

import pytest

from bot.session import Session
from bot.smalltalk import small_talk


@pytest.mark.parametrize(
    "message", ["hi", "Hello!", "thanks", "Thank you so much!!", "what can you do?", "good morning", "ok", "bye", "help", "Who are you?"]
)
def test_small_talk_is_answered_without_a_quote(session: Session, message: str) -> None:
    answer = session.ask(message)
    assert (answer.answered, answer.quotes, answer.nearest) == (False, (), None)
    assert len(answer.text) < 250


@pytest.mark.parametrize(
    "message",
    [
        "hi, why does China matter?",
        "thanks" + " for a" * 300 + " bridge?",
        "Thanks to whom was the summit set up?",
        "What can China do?",
        "help North Korea",
        "good will of China",
    ],
)
def test_a_question_is_no_small_talk(message: str) -> None:
    assert small_talk(message) is None
