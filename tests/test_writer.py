"""Answers worded by a chat model over loopback HTTP: what holds is shown as it comes; whatever fails, the author's own words are left."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Answer, Piece
from bot.generative import open_chat_models
from bot.ledger import Ledger
from bot.session import Session
from bot.settings import Settings
from bot.writer import DAY_IS_SPENT, NO_REPLY, NOTHING_HELD, Writer
from tests.chat_server import ChatServer, reply_of, running

DEPEND = "Economic sanctions on the North depend on China for enforcement."
GOOD = reply_of(
    ("King argues that sanctions on the North depend on China.", [(1, DEPEND)]),
    ("Some 90 percent of the trade of North Korea is with China.", [(1, "some 90 percent of North Korea's total trade is with China")]),
)
SECONDS = 2.0
Ask = Callable[..., list[Piece | Answer]]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with running() as found:
        found.script.says = GOOD
        yield found


@pytest.fixture(scope="module")
def found(session: Session) -> Answer:
    return session.ask("Why does China matter for sanctions?")


@pytest.fixture
def ask(server: ChatServer, found: Answer, tmp_path: Path) -> Ask:
    """Word `found`, or another answer, anew: all events."""

    def run(answer: Answer = found, **options: Any) -> list[Piece | Answer]:
        limits = {"chat_timeout": SECONDS, "chat_max_tokens": 200, "chat_api_key": "sk-canary-9"}
        settings = Settings(**{"chat_model": "openai:scripted", "chat_base_url": server.url, **limits, **options})
        return list(
            Writer(
                open_chat_models(settings),
                Ledger(tmp_path / "ledger.sqlite", daily_tokens=settings.chat_daily_tokens),
                keep_unsupported=settings.keep_unsupported,
            ).write(answer)
        )

    return run


def is_the_authors(answer: Piece | Answer, found: Answer, note: str) -> bool:
    assert isinstance(answer, Answer) and answer.usage is not None
    return (answer.text, answer.quotes, answer.model, answer.usage.note) == (found.text, found.quotes, "extractive", note)


def test_the_answer_is_prose_with_numbered_quotes(ask: Ask) -> None:
    *pieces, answer = ask()
    assert isinstance(answer, Answer)
    assert answer.text == (
        "King argues that sanctions on the North depend on China. [1] Some 90 percent of the trade of North Korea is with China. [2]"
    )
    assert [quote.text[:15] for quote in answer.quotes] == ["Economic sancti", "Some 90 percent"]
    assert answer.text == " ".join(piece.text for piece in pieces) and answer.model == "openai:scripted"
    assert answer.as_json(elapsed_ms=1)["usage"] == {
        "input_tokens": 700, "output_tokens": 50, "cost": 0.0125, "cached": False, "dropped_quotes": 0, "dropped_sentences": 0, "note": "",
    }  # fmt: skip


def test_a_sentence_is_shown_once_it_holds_while_the_rest_is_still_to_come(
    server: ChatServer, session: Session, found: Answer, tmp_path: Path
) -> None:
    server.script.between = 0.1
    settings = Settings(chat_model="openai:scripted", chat_base_url=server.url)
    started = time.perf_counter()
    times = [time.perf_counter() - started for _ in Writer(open_chat_models(settings), Ledger(tmp_path / "l")).write(found)]
    assert len(times) == 3 and times[1] - times[0] > 0.5


def test_without_evidence_no_chat_model_is_asked(server: ChatServer, session: Session, ask: Ask) -> None:
    for question in ("Who won the 1998 World Cup?", "hi", "Who wrote this?"):
        answer = session.ask(question)
        assert ask(answer) == [answer]
    assert server.requests == []


def test_the_model_sees_the_question_and_fenced_passages_alone(server: ChatServer, ask: Ask) -> None:
    ask()
    system, user = (message["content"] for message in server.requests[0]["messages"])
    fence = system.split("carry the mark ")[1].split(".")[0]
    assert user.count(f" {fence}>") == 2 * 7 and user.startswith(f"<passage 1 {fence}>")
    assert "Why does China matter for sanctions?" in user and "Shinzo" not in user
    ask(chat_daily_tokens=10**9, chat_max_tokens=64)
    assert len(server.requests) == 1


def test_a_sentence_without_a_quote_is_dropped_and_counted_or_kept_and_marked(server: ChatServer, ask: Ask) -> None:
    loose = ("Sanctions on the North are important to China.", [(1, "words that stand nowhere")])
    server.script.says = reply_of(loose, ("King argues that sanctions on the North depend on China.", [(1, DEPEND)]))
    answer = ask()[-1]
    assert isinstance(answer, Answer) and answer.usage is not None
    assert answer.text == "King argues that sanctions on the North depend on China. [1]"
    assert (answer.usage.dropped_sentences, answer.usage.dropped_quotes) == (1, 1)
    assert ask(keep_unsupported=True)[-1].text.startswith("Sanctions on the North are important to China. (unsupported) King")


def test_where_nothing_holds_the_author_answers_and_the_note_says_so(server: ChatServer, ask: Ask, found: Answer) -> None:
    server.script.says = reply_of(("Sanctions depend on China.", [(1, "sanctions depend on nobody at all")]))
    assert is_the_authors(ask()[-1], found, NOTHING_HELD)
    server.script.says = '{"sentences": []}'
    assert is_the_authors(ask()[-1], found, NOTHING_HELD)


FAULTS: dict[str, dict[str, Any]] = {
    "never answers": {"waits": 30.0},
    "stalls": {"stalls_after": 8},
    "a few letters a second": {"between": 0.5, "size": 4},
    "drops at once": {"drops_after": 0},
    "drops mid-stream": {"drops_after": 20},
    "never ends": {"says": '{"sentences": [' + " " * 500, "endless": True},
    "never ends a sentence": {"says": "x" * 100, "endless": True},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_server_costs_its_time_limit_and_leaves_the_authors_words(server: ChatServer, ask: Ask, found: Answer, fault: str) -> None:
    vars(server.script).update(FAULTS[fault])
    started = time.perf_counter()
    assert is_the_authors(ask()[-1], found, NO_REPLY)
    assert time.perf_counter() - started < SECONDS + 1.5
    assert len(server.requests) <= 3


def test_pieces_that_were_shown_before_a_break_are_replaced_by_the_authors_words(server: ChatServer, ask: Ask, found: Answer) -> None:
    server.script.drops_after = 16
    piece, answer = ask()
    assert isinstance(piece, Piece) and is_the_authors(answer, found, NO_REPLY)


REFUSALS: list[tuple[int, dict[str, str]]] = [
    (500, {}), (502, {}), (503, {}), (429, {}), (429, {"Retry-After": "0"}), (503, {"Retry-After": "1"}), (429, {"Retry-After": "120"}),
    (400, {}), (401, {}), (403, {}), (404, {}), (418, {}),
]  # fmt: skip


@pytest.mark.parametrize(("status", "headers"), REFUSALS, ids=lambda value: str(value))
def test_a_refusal_is_tried_at_most_three_times(server: ChatServer, ask: Ask, found: Answer, status: int, headers: dict[str, str]) -> None:
    server.script.status, server.script.headers = status, headers
    assert is_the_authors(ask(chat_timeout=6)[-1], found, NO_REPLY)
    retried = status in (429, 500, 502, 503)
    assert len(server.requests) == (1 if headers.get("Retry-After") == "120" else 3 if retried or status == 400 else 1)


BODIES = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"0",
    b'"text"',
    b"<html><body>Bad gateway</body></html>",
    b"data: [DONE]\n\n",
    b"data: \n\n",
    b"data: {}\n\n",
    b"data: null\n\ndata: [DONE]\n\n",
    b"data: []\n\ndata: [DONE]\n\n",
    b'data: {"choices": []}\n\ndata: [DONE]\n\n',
    b'data: {"choices": null}\n\n',
    b'data: {"choices": [null]}\n\n',
    b'data: {"choices": [{}]}\n\n',
    b'data: {"choices": [{"delta": null}]}\n\n',
    b'data: {"choices": [{"delta": {"content": 5}}]}\n\n',
    b'data: {"choices": [{"delta": {"content": ["x"]}}]}\n\n',
    b"\xff\xfe\x00\x01" * 50,
    b'data: {"choices": [{"index": "x", "delta": {"content": "y"}}]}\n\n',
    b'data: {"error": {"message": "overloaded"}}\n\n',
    b'data: {"error": "x"}\n\n',
    b'data: {"id": ' + b"[" * 5000,
    b": comment\n\n" * 100,
    b"event: error\ndata: {\n\n",
    b'{"choices": [{"message": {"content": "whole, not streamed"}}]}',
    b'{"error": {"message": "in a 200"}}',
    b"data: " + b"9" * 5000 + b"\n\n",
]
TEXTS = [
    "",
    "   ",
    "I would rather not.",
    "{",
    "[]",
    "null",
    "true",
    '{"sentences"',
    '{"sentences": [',
    '{"sentences": null}',
    '{"sentences": {}}',
    '{"sentences": [null]}',
    '{"sentences": ["text"]}',
    '{"sentences": [{"text": 5, "quotes": []}]}',
    '{"sentences": [{"text": "x"}]}',
    '{"sentences": [{"text": "x", "quotes": [{"passage": "1", "words": "y"}]}]}',
    '{"sentences": [], "more": 1}',
    "{'sentences': []}",
    f"```json\n{GOOD}\n```",
    f"Here you are: {GOOD}",
    GOOD + GOOD,
    GOOD[:-1],
    GOOD[:-20],
    "[" * 20_000,
    '{"a":' * 5000,
    "\x00",
    json.dumps({"sentences": [{"text": "x" * 9000, "quotes": []}]})[:-1],
    "<think>hm</think>" + GOOD,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_a_body_that_is_no_stream_of_a_reply_leaves_the_authors_words(server: ChatServer, ask: Ask, found: Answer, body: bytes) -> None:
    server.script.raw, server.script.headers = body, {"Content-Type": "text/event-stream"}
    assert is_the_authors(ask()[-1], found, NO_REPLY)
    assert len(server.requests) <= 3


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_reply_that_is_no_json_of_that_shape_is_asked_for_once_more_then_given_up(
    server: ChatServer, ask: Ask, found: Answer, text: str
) -> None:
    server.script.says, server.script.size = text, 400
    assert is_the_authors(ask(chat_max_tokens=10_000)[-1], found, NO_REPLY)
    assert len(server.requests) == 2


def test_the_second_try_is_told_what_was_wrong_and_may_succeed(server: ChatServer, ask: Ask) -> None:
    server.script.says = lambda request: GOOD if len(request["messages"]) > 2 else '{"sentences": 5}'
    answer = ask()[-1]
    assert isinstance(answer, Answer) and answer.model == "openai:scripted" and answer.usage is not None
    assert answer.usage.input_tokens == 1400
    assert "sentences Input should be a valid array" in server.requests[1]["messages"][-1]["content"]


def test_the_next_model_is_asked_when_one_fails(server: ChatServer, ask: Ask) -> None:
    server.script.says = lambda request: GOOD if request["model"] == "second" else "no"
    answer = ask(chat_fallbacks=("openai:second",))[-1]
    assert isinstance(answer, Answer) and answer.model == "openai:second"


def test_the_same_question_over_the_same_evidence_is_asked_once_and_verified_again(server: ChatServer, ask: Ask, found: Answer) -> None:
    first, again = ask()[-1], ask()[-1]
    assert isinstance(first, Answer) and isinstance(again, Answer) and again.usage is not None
    assert (again.text, again.quotes, again.usage.cached, again.usage.input_tokens) == (first.text, first.quotes, True, 0)
    assert len(server.requests) == 1
    ask(chat_model="openai:other")
    assert len(server.requests) == 2


def test_past_the_daily_tokens_no_model_is_asked(server: ChatServer, ask: Ask, found: Answer) -> None:
    ask(chat_daily_tokens=750)
    assert is_the_authors(ask(chat_model="openai:other", chat_daily_tokens=750)[-1], found, DAY_IS_SPENT)
    assert len(server.requests) == 1


def test_every_answer_leaves_a_line_with_the_versions_of_its_prompts(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "bot.writer"):
        ask()
    assert "openai:scripted, prompts answer:" in caplog.text and "700 + 50 tokens, 2 sentences on 2 quotes" in caplog.text


def test_a_bad_key_is_told_to_the_operator_without_the_key(server: ChatServer, ask: Ask, found: Answer, caplog: Any) -> None:
    server.script.status = 401
    assert is_the_authors(ask()[-1], found, NO_REPLY)
    assert "HTTP 401: check its API key" in caplog.text and "canary" not in caplog.text
