"""A conversation in the terminal: line editing, history and completion there, plain lines over a pipe."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.answers import Answer
from bot.conversation import Conversation
from bot.errors import QuestionError
from bot.extractive import as_quote
from bot.render import Page, about, as_line, as_markdown
from bot.session import Session
from index import CommentaryError

HELP = """\
Type a question; follow-ups such as "And Japan?" are understood. Commands:
  /more         further sentences that may answer the last question
  /context N    quote N of the last answer, marked in its paragraph
  /sources      the documents that are answered from
  /save FILE    write the conversation: .json for commentary verify, else Markdown
  /reset        forget the conversation
  /help         this help
  /quit         leave (so does Ctrl-D); Ctrl-C stops an answer"""
MORE = 3


class Chat:
    """One conversation over a session; `history` is the file that keeps what was typed."""

    def __init__(self, session: Session, *, history: Path) -> None:
        self._session, self._history = session, history
        self._conversation = Conversation()
        self._saved: list[tuple[Answer, float]] = []
        self._shown = 0
        self._page = Page(sys.stdout)
        self._commands: dict[str, Callable[[str], None]] = {
            "/more": self._more,
            "/context": self._context,
            "/sources": self._sources,
            "/save": self._save,
            "/reset": self._reset,
            "/help": lambda _: self._page.line(HELP),
        }

    def run(self) -> None:
        """Until the input ends or somebody types /quit."""
        if sys.stdin.isatty():
            self._page.line("Ask about the commentary; /help lists the commands, Ctrl-D leaves.", "dim")
        for line in self._typed() if sys.stdin.isatty() else sys.stdin:
            if line.strip() in ("/quit", "/exit"):
                return
            try:
                self._take(line.strip())
            except CommentaryError as error:
                print(f"commentary: {error}", file=sys.stderr)
            except KeyboardInterrupt:
                self._page.line("Stopped.", "dim")

    def _typed(self) -> Iterator[str]:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.history import FileHistory

        self._history.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self._history, os.O_CREAT | os.O_APPEND, 0o600))  # what people ask is theirs alone
        commands = WordCompleter([*self._commands, "/quit"], sentence=True)
        prompt: PromptSession[str] = PromptSession("> ", history=FileHistory(str(self._history)), completer=commands)
        while True:
            try:
                yield prompt.prompt()
            except KeyboardInterrupt:
                continue  # drops the line that was being typed
            except EOFError:
                return

    def _take(self, line: str) -> None:
        if not line:
            return
        name, _, rest = line.partition(" ")
        if not name.startswith("/"):
            self._ask(line)
        elif name in self._commands:
            self._commands[name](rest.strip())
        else:
            raise QuestionError(f"There is no command {name}; /help lists them")

    def _ask(self, question: str) -> None:
        started = time.perf_counter()
        answer = self._session.ask(question, self._conversation)
        self._saved.append((answer, (time.perf_counter() - started) * 1000))
        self._shown = 0
        self._page.answer(answer)

    def _last(self) -> Answer:
        """The last answer to a question; small talk has nothing to show more of."""
        last = next((answer for answer, _ in reversed(self._saved) if answer.quotes or answer.evidence), None)
        if last is None:
            raise QuestionError("Ask a question first")
        return last

    def _more(self, _: str) -> None:
        answer = self._last()
        quoted = [(quote.document.id, quote.start, quote.end) for quote in (*answer.quotes, *filter(None, [answer.nearest]))]
        further = [
            as_quote(item)
            for item in answer.evidence
            if not any(name == item.sentence.document.id and start <= item.sentence.start < end for name, start, end in quoted)
        ]
        shown = further[self._shown : self._shown + MORE]
        self._shown += len(shown)
        if not shown:
            self._page.line("There is nothing more on this question.")
        for quote in shown:
            self._page.quote(quote, answer.standalone_question)

    def _context(self, number: str) -> None:
        answer = self._last()
        quotes = answer.quotes or tuple(filter(None, [answer.nearest]))
        if not number.isdecimal() or not 1 <= int(number) <= len(quotes):
            raise QuestionError(f"Type /context N with N from 1 to {len(quotes)}" if quotes else "The last answer has no quote")
        self._page.marked(quotes[int(number) - 1])

    def _sources(self, _: str) -> None:
        for document in self._session.index.documents.values():
            self._page.line(f"{document.id}: {about(document)}")

    def _save(self, name: str) -> None:
        names = shlex.split(name) if name else []
        if len(names) != 1:
            raise QuestionError("Type /save FILE, for example /save answers.json")
        path = Path(names[0]).expanduser()
        if path.suffix == ".json":
            written = "[" + ",\n ".join(as_line(answer.as_json(elapsed_ms=elapsed)) for answer, elapsed in self._saved) + "]\n"
        else:
            written = as_markdown((answer.question, answer) for answer, _ in self._saved)
        try:
            path.write_text(written, encoding="utf-8")
        except OSError as error:
            raise QuestionError(f"{path} cannot be written ({error.strerror}); choose another file") from error
        self._page.line(f"Saved {len(self._saved)} answers to {path}.")

    def _reset(self, _: str) -> None:
        self._conversation.clear()
        self._saved.clear()
        self._page.line("The conversation is forgotten.")
