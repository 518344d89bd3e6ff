"""Conversations of our own on the commentary, kept apart from the gold questions: for working on follow-ups."""

import json
from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.session import Session

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "follow_ups.jsonl").read_text(encoding="utf-8").splitlines()]
LEAST = 0.85  # of the follow-ups are answered, or left alone, rightly


def right(session: Session, row) -> bool:
    conversation = Conversation()
    for earlier in row["history"]:
        session.ask(earlier, conversation)
    answer = session.ask(row["question"], conversation)
    wanted = [snippet for group in row["evidence"] for snippet in group]
    return any(snippet in quote.text for quote in answer.quotes for snippet in wanted) if wanted else not answer.answered


def test_most_follow_ups_find_the_right_thing(session: Session) -> None:
    wrong = [row["question"] for row in ROWS if not right(session, row)]
    assert len(wrong) <= (1 - LEAST) * len(ROWS), wrong


@pytest.mark.parametrize("row", [row for row in ROWS if not row["answerable"]], ids=lambda row: row["question"])
def test_what_the_text_does_not_say_is_not_said_in_mid_conversation_either(session: Session, row) -> None:
    assert right(session, row)
