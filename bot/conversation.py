"""The turns of a conversation, and what it is about."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.answers import Answer

LONGEST = 50  # turns that are kept


@dataclass(frozen=True)
class Turn:
    """A question and its answer. `lost` counts the quotes that a kept turn had and whose text has changed since."""

    question: str
    answer: Answer
    lost: int = 0
    elapsed_ms: float = 0.0


class Conversation:
    """The last turns, oldest first."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._turns = deque(turns, maxlen=LONGEST)

    def __iter__(self) -> Iterator[Turn]:
        return iter(self._turns)

    def add(self, turn: Turn) -> None:
        self._turns.append(turn)

    def clear(self) -> None:
        self._turns.clear()

    @property
    def last(self) -> Turn | None:
        """The turn that was added last."""
        return self._turns[-1] if self._turns else None

    @property
    def last_answer(self) -> Answer | None:
        """The last answer that showed something of the text; small talk did not."""
        return next((turn.answer for turn in reversed(self._turns) if turn.answer.quotes or turn.answer.nearest), None)

    @property
    def topic(self) -> str:
        """The last question that was answered, standing alone; a turn without an answer does not become the topic.

        Of a question that was itself read with a topic in front, the topic: it would grow with every turn.
        """
        last = next((turn.answer.standalone_question for turn in reversed(self._turns) if turn.answer.answered), "")
        first, mark, _ = last.partition("? ")
        return first + mark.strip()


@dataclass(frozen=True)
class Asked:
    """A question in its conversation: what the chain takes in."""

    question: str
    conversation: Conversation = field(default_factory=Conversation)
