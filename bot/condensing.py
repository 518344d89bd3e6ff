"""A follow-up, rewritten by a chat model so that it stands alone: one reading among those that the evidence chooses from."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.conversation import Conversation
from bot.errors import ChatModelError, QuestionError
from bot.generative import spent_on
from bot.ledger import Ledger
from bot.session import clean_question
from prompts import load_prompt

if TYPE_CHECKING:
    from bot.generative import ChatModel

log = logging.getLogger(__name__)

TURNS = 4  # of the conversation, the last ones
SHOWN = 400  # characters of an earlier answer


class Standalone(BaseModel):
    """The question as it can be understood alone."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    question: str


class Rewriter:
    """Asks the chat models in their order, each once: a follow-up has other readings too. Safe to share between threads."""

    def __init__(self, models: Sequence[ChatModel], ledger: Ledger) -> None:
        self._models, self._ledger = models, ledger

    def rewrite(self, question: str, conversation: Conversation) -> str | None:
        """The question standing alone; None where no chat model gives one."""
        for model in self._models if not self._ledger.exhausted else ():
            try:
                return clean_question(Standalone.model_validate_json(self._reply(model, question, conversation)).question)
            except ChatModelError as error:
                log.warning("%s", error)
            except (ValidationError, QuestionError):
                log.info("%s rewrote a follow-up as something that is no question, prompt %s", model.name, load_prompt("condense").version)
        return None

    def _reply(self, model: ChatModel, question: str, conversation: Conversation) -> str:
        fence = secrets.token_hex(4)
        turns = [f"Q: {turn.question}\nA: {turn.answer.text[:SHOWN]}" for turn in list(conversation)[-TURNS:]]
        asked = load_prompt("follow_up").fill(fence=fence, conversation="\n\n".join(turns), question=question)
        instructions = load_prompt("condense").fill(fence=fence)
        chunks = list(model.stream([SystemMessage(instructions), HumanMessage(asked)], Standalone))
        if not chunks:
            return ""
        reply: AIMessageChunk = reduce(add, chunks)
        self._ledger.spend(model.name, spent_on(reply, len(instructions) + len(asked)))
        return str(reply.text)
