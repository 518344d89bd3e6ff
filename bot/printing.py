"""`commentary ask` in the terminal: one answer, or one for each line of stdin."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable

from bot.answers import Answer
from bot.conversation import Conversation
from bot.errors import QuestionError
from bot.render import Page, as_line, explanation
from bot.session import Session

_LINE = 'A line that begins with { must be {"question": "...", "history": ["...", ...]}'


def print_answer(session: Session, question: str, conversation: Conversation, *, as_json: bool, explain: bool) -> Answer:
    """Print the answer, as it comes or as one line of JSON; with `explain` its scores go to stderr. Raises QuestionError."""
    started = time.perf_counter()
    if as_json:
        answer = session.ask(question, conversation)
        print(as_line(answer.as_json(elapsed_ms=(time.perf_counter() - started) * 1000)), flush=True)
    else:
        answer = Page(sys.stdout).stream(question, session.stream(question, conversation))
    if explain:
        print("\n".join(explanation(answer)), file=sys.stderr)
    return answer


def answer_lines(session: Session, lines: Iterable[str], *, as_json: bool, explain: bool) -> None:
    """One answer a line, in order; a line that is no question gets a hint in its place."""
    for line in lines:
        try:
            question, history = _asked(line)
            conversation = Conversation()
            for earlier in history:
                session.ask(earlier, conversation)
            print_answer(session, question, conversation, as_json=as_json, explain=explain)
        except QuestionError as error:
            hint = Answer(line.strip()[:200], line.strip()[:200], False, str(error))
            if as_json:
                print(as_line(hint.as_json(elapsed_ms=0)), flush=True)
            else:
                Page(sys.stdout).answer(hint)


def _asked(line: str) -> tuple[str, list[str]]:
    """The question and the earlier questions of one line. Raises QuestionError."""
    if not line.lstrip().startswith("{"):
        return line, []
    try:
        given = json.loads(line)
        question, history = given["question"], given.get("history", [])
    except (ValueError, KeyError, RecursionError) as error:
        raise QuestionError(_LINE) from error
    if not isinstance(question, str) or not isinstance(history, list) or not all(isinstance(earlier, str) for earlier in history):
        raise QuestionError(_LINE)
    return question, history
