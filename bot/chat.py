"""A conversation in the terminal: line editing, history and completion there, plain lines over a pipe."""

from __future__ import annotations

import os
import secrets
import shlex
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from bot.answers import Quote
from bot.conversations import Conversations
from bot.errors import ConversationsError, QuestionError
from bot.render import Page, about, as_line, as_markdown, safe
from bot.session import Session
from index import CommentaryError

HELP = """\
Type a question; follow-ups such as "And Japan?", "more", "go on", "show that in context" or "are you sure?" are understood. Commands:
  /more           further sentences that answer the last question
  /context N      quote N of the last answer, marked in its paragraph
  /sources        the documents that are answered from
  /conversations  what was talked about before; commentary chat --resume goes on with one
  /save FILE      write the conversation: .json for commentary verify, else Markdown
  /reset          forget this conversation
  /forget         forget all conversations and everything that was typed
  /help           this help
  /quit           leave (so does Ctrl-D); Ctrl-C stops an answer"""
KEYS = "terminal:"
PERSON = "terminal"  # whoever owns the data folder


def new_key() -> str:
    """A key for a conversation that begins now."""
    return f"{KEYS}{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def resumed_key(kept: Conversations, name: str) -> str:
    """The key of the conversation whose name begins so; without a name, of the last one. Raises ConversationsError."""
    found = kept.recent(prefix=KEYS + name, limit=1)
    if not found:
        what = f"No conversation is called {name!r}" if name else "There is no conversation to go on with"
        raise ConversationsError(f"{what}; type: commentary chat, and in it /conversations for a list")
    return found[0].key


class Chat:
    """One conversation over a session, kept under `key`; `history` is the file that keeps what was typed."""

    def __init__(self, session: Session, kept: Conversations, *, key: str, history: Path) -> None:
        self._session, self._kept, self._key, self._history = session, kept, key, history
        self._conversation = kept.load(key)
        self._page = Page(sys.stdout)
        self._commands: dict[str, Callable[[str], None]] = {
            "/more": lambda _: self._ask("more"),
            "/context": self._context,
            "/sources": self._sources,
            "/conversations": self._list,
            "/save": self._save,
            "/reset": self._reset,
            "/forget": self._forget,
            "/help": lambda _: self._page.line(HELP),
        }

    def run(self) -> None:
        """Until the input ends or somebody types /quit."""
        if sys.stdin.isatty():
            self._page.line("Ask about the commentary; /help lists the commands, Ctrl-D leaves.", "dim")
        if self._conversation.last:
            self._page.line(f"Going on after: {safe(self._conversation.last.question)}", "dim")
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
        self._page.stream(question, self._session.stream(question, self._conversation))
        if self._conversation.last:
            self._kept.add(self._key, self._conversation.last, person=PERSON)

    def _quotes(self) -> tuple[Quote, ...]:
        """Those of the last answer that had any; of an abstention, the nearest passage."""
        answer = self._conversation.last_answer
        if answer is None:
            raise QuestionError("Ask a question first")
        return answer.quotes or tuple(filter(None, [answer.nearest]))

    def _context(self, number: str) -> None:
        quotes = self._quotes()
        if not number.isdecimal() or not 1 <= int(number) <= len(quotes):
            raise QuestionError(f"Type /context N with N from 1 to {len(quotes)}")
        self._page.marked(quotes[int(number) - 1])

    def _sources(self, _: str) -> None:
        for document in self._session.index.documents.values():
            self._page.line(f"{document.id}: {about(document)}")

    def _save(self, name: str) -> None:
        names = shlex.split(name) if name else []
        if len(names) != 1:
            raise QuestionError("Type /save FILE, for example /save answers.json")
        path, turns = Path(names[0]).expanduser(), list(self._conversation)
        if path.suffix == ".json":
            written = "[" + ",\n ".join(as_line(turn.answer.as_json(elapsed_ms=turn.elapsed_ms)) for turn in turns) + "]\n"
        else:
            written = as_markdown((turn.question, turn.answer) for turn in turns)
        try:
            path.write_text(written, encoding="utf-8")
        except OSError as error:
            raise QuestionError(f"{path} cannot be written ({error.strerror}); choose another file") from error
        self._page.line(f"Saved {len(turns)} answers to {path}.")

    def _list(self, _: str) -> None:
        for one in self._kept.recent(prefix=KEYS):
            when = datetime.fromtimestamp(one.when)
            self._page.line(f"{one.key.removeprefix(KEYS)}  {when:%Y-%m-%d %H:%M}, {one.turns} turns: {safe(one.first_question)}")

    def _reset(self, _: str) -> None:
        self._conversation.clear()
        self._kept.reset(self._key)
        self._page.line("The conversation is forgotten.")

    def _forget(self, _: str) -> None:
        self._conversation.clear()
        forgotten = self._kept.forget(PERSON)
        try:
            if self._history.exists():
                os.truncate(self._history, 0)
        except OSError as error:
            raise ConversationsError(f"{self._history} cannot be emptied ({error.strerror}); delete it") from error
        self._page.line(f"{forgotten} turns and everything that was typed are forgotten.")
