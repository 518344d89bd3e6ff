"""An extractive answer, worded anew by a chat model: sentence by sentence, each shown only with quotes that hold."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from pydantic import ValidationError
from pydantic_core import from_json

from bot.answers import Answer, Piece, Quote, Usage
from bot.claims import Checker, Reply, Sentence, numbered
from bot.errors import ChatModelError
from bot.generative import spent_on
from bot.ledger import Ledger, Spent, key_of
from index import Passage
from prompts import load_prompt

if TYPE_CHECKING:
    from bot.generative import ChatModel

log = logging.getLogger(__name__)

MOST = 12  # sentences in one answer
SHOWN_BACK = 2000  # characters of a reply that is no JSON, in the request to try again
UNSUPPORTED = "(unsupported)"
NO_REPLY = "The chat model gave no answer that can be used; these are the author's own words."
NOTHING_HELD = "Nothing that the chat model wrote is borne out by the text; these are the author's own words."
DAY_IS_SPENT = "The chat model has done its share for today; these are the author's own words."


class Writer:
    """Asks the chat models in their order. Safe to share between threads."""

    def __init__(self, models: Sequence[ChatModel], ledger: Ledger, *, keep_unsupported: bool = False) -> None:
        self._models, self._ledger, self._keep_unsupported = models, ledger, keep_unsupported

    def write(self, answer: Answer) -> Iterator[Piece | Answer]:
        """Verified pieces as they come, then the answer; the extractive one, with a note, where no chat model's words hold.

        Without evidence no chat model is asked.
        """
        if not answer.answered or not answer.evidence:
            yield answer
            return
        if self._ledger.exhausted:
            yield replace(answer, usage=Usage(note=DAY_IS_SPENT))
            return
        draft, note = _Draft(answer, keep_unsupported=self._keep_unsupported), NO_REPLY
        for model in self._models:
            try:
                yield from self._written(model, draft)
                note = NOTHING_HELD
                break
            except ChatModelError as error:
                log.warning("%s", error)
                draft.restart()
        yield draft.finished(note)

    def _written(self, model: ChatModel, draft: _Draft) -> Iterator[Piece]:
        """The pieces of one model's reply, kept from earlier or asked for anew. Raises ChatModelError."""
        draft.model = model.name
        key = key_of(model.name, *_versions(), draft.question, *map(_as_shown, draft.checker.passages))
        kept = self._ledger.reply(key)
        draft.cached = kept is not None
        if kept is not None:
            yield from draft.add(Reply.model_validate_json(kept).sentences)
        else:
            reply = yield from self._asked(model, draft)
            if draft.quotes:
                self._ledger.keep(key, reply)
        log.info("%s", draft)

    def _asked(self, model: ChatModel, draft: _Draft) -> Generator[Piece, None, str]:
        """The pieces of a new reply; returns its text. Tries again once if it is not the JSON that was asked for. Raises ChatModelError."""
        messages = _messages(draft)
        for last in (False, True):
            text = yield from self._reply(model, messages, draft)
            try:
                yield from draft.add(Reply.model_validate_json(text).sentences)
                return text
            except ValidationError as error:
                if last:
                    raise ChatModelError(f"{model.name} gave no answer (twice not the JSON that was asked for)") from None
                draft.restart()
                fault = f"{'.'.join(map(str, error.errors()[0]['loc']))} {error.errors()[0]['msg']}".strip()
                again = load_prompt("retry").fill(fault=fault)
                messages = [*messages, AIMessage(text[:SHOWN_BACK] or "..."), HumanMessage(again)]
        raise AssertionError("the last try returns or raises")

    def _reply(self, model: ChatModel, messages: list[BaseMessage], draft: _Draft) -> Generator[Piece, None, str]:
        """The pieces of sentences that are complete while the rest is still coming; returns the whole text. Raises ChatModelError."""
        reply: AIMessageChunk | None = None
        try:
            for chunk in model.stream(messages, Reply):
                reply = chunk if reply is None else reply + chunk
                yield from draft.add(_complete(reply.text))
        finally:
            if reply is not None:  # what broke off was paid for too
                spent = spent_on(reply, sum(len(message.text) for message in messages))
                draft.spend(spent)
                self._ledger.spend(model.name, spent)
        return str(reply.text) if reply else ""


class _Draft:
    """An answer while it is written: what of a reply has held so far."""

    def __init__(self, answer: Answer, *, keep_unsupported: bool) -> None:
        self._extractive, self._keep_unsupported = answer, keep_unsupported
        self.question = answer.standalone_question
        self.checker = Checker(self.question, answer.evidence, instructions=load_prompt("answer").text)
        self.model, self.cached, self.spent = "", False, Spent()
        self._silent = False
        self._clear()

    def _clear(self) -> None:
        self.texts: list[str] = []
        self.quotes: list[Quote] = []
        self._seen = self._dropped_quotes = self._dropped_sentences = 0

    def __str__(self) -> str:
        return (
            f"{self.model}{' (kept)' if self.cached else ''}, prompts {' '.join(_versions())}: {self.spent.input_tokens} + "
            f"{self.spent.output_tokens} tokens, {len(self.texts)} sentences on {len(self.quotes)} quotes, dropped "
            f"{self._dropped_sentences} sentences and {self._dropped_quotes} quotes"
        )

    def restart(self) -> None:
        """Begin again with another reply; where pieces were shown already, no more are: they are not what the answer will be."""
        self._silent = self._silent or bool(self.texts)
        self._clear()

    def add(self, sentences: Sequence[Sentence]) -> Iterator[Piece]:
        """Verify what is new of the reply's sentences, and show what may be shown."""
        for sentence in sentences[self._seen : MOST]:
            self._seen += 1
            checked = self.checker.check(sentence)
            self._dropped_quotes += checked.dropped if checked else len(sentence.quotes)
            if checked is None or not (checked.supported or self._keep_unsupported):
                self._dropped_sentences += 1
                continue
            text, new = numbered(checked, self.quotes)
            self.texts.append(text if checked.supported else f"{text} {UNSUPPORTED}")
            self.quotes.extend(new)
            if not self._silent:
                yield Piece(self.texts[-1], new, self.question)

    def spend(self, spent: Spent) -> None:
        self.spent += spent

    def finished(self, note: str) -> Answer:
        """The chat model's answer if a quote carries it, else the extractive one with `note`."""
        usage = Usage(
            self.spent.input_tokens, self.spent.output_tokens, self.spent.cost, self.cached, self._dropped_quotes, self._dropped_sentences
        )
        if not self.quotes:
            return replace(self._extractive, usage=replace(usage, note=note))
        return replace(self._extractive, text=" ".join(self.texts), quotes=tuple(self.quotes), model=self.model, usage=usage)


def _complete(text: str) -> list[Sentence]:
    """The sentences of a reply that has not ended yet, without the last, which may go on. What is no such reply has none so far."""
    try:
        begun = from_json(text, allow_partial=True)
        return [Sentence.model_validate(one) for one in begun["sentences"][:-1]]
    except (ValueError, TypeError, KeyError):
        return []


def _messages(draft: _Draft) -> list[BaseMessage]:
    """Instructions, and the passages and the question between tags that nothing inside them can know, so nothing can close them."""
    fence = secrets.token_hex(4)
    passages = "\n\n".join(
        f"<passage {number} {fence}>\n{_as_shown(passage)}\n</passage {number} {fence}>"
        for number, passage in enumerate(draft.checker.passages, start=1)
    )
    asked = load_prompt("question").fill(fence=fence, passages=passages, question=draft.question)
    return [SystemMessage(load_prompt("answer").fill(fence=fence)), HumanMessage(asked)]


def _as_shown(passage: Passage) -> str:
    document = passage.document
    source = ", ".join(filter(None, (document.author, document.title, passage.section)))
    return f"({source})\n{passage.text}"


def _versions() -> tuple[str, ...]:
    return tuple(f"{name}:{load_prompt(name).version}" for name in ("answer", "question", "retry"))
