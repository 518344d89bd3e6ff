"""Turns of a conversation, and what a follow-up may mean in it: rules, no model."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bot.answers import Answer
from index import terms

LONGEST = 50  # turns that are kept
# Words that point outside the question; "there" does at its end only ("are there any" points nowhere).
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those|former|latter|one|ones|else|instead|so|there(?=\W*$))\b",
    re.I,
)
_CONTINUES = re.compile(r"^\W*(?:and|but|or|so|then|also|what about|how about|what of|why not|what else|who else)\b", re.I)
_SWAPS = re.compile(
    r"^\W*(?:and|but|or|so|then|also|what about|how about|what of)\b(?:\s+(?:what about|how about|for|in|with|the case of))*\s+(.+?)\W*$",
    re.I,
)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*)*")
# How a whole question opens; "What is the capital of France?" stands alone with two terms, "troop numbers" does not.
_OPENS = re.compile(
    r"^\W*(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.I
)
_FEW = 2  # what opens like no question and has no more terms than this says too little to stand alone


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


def leans_back(question: str) -> bool:
    """Whether the question's words point at something outside it."""
    if _POINTS_BACK.search(question) or _CONTINUES.search(question):
        return True
    return len(set(terms(question))) <= (0 if _OPENS.search(question) else _FEW)


def readings(question: str, conversation: Conversation) -> list[str]:
    """What the question may mean, the likeliest first: itself, the topic with the new name in place of the old, the topic in front.

    "And Japan?" says openly that it goes on from the topic, so there the plain words come last.
    """
    topic = conversation.topic
    if not topic or not leans_back(question):
        return [question]
    swapped = _swap_name(question, topic)
    in_topic = [*([swapped] if swapped else []), f"{topic} {question}"]
    return [*in_topic, question] if _CONTINUES.search(question) else [question, *in_topic]


def adds_to(topic: str, question: str) -> frozenset[str]:
    """Terms that the question brings beyond its topic: what evidence for it must speak of."""
    return frozenset(terms(question)) - frozenset(terms(topic))


def _swap_name(question: str, topic: str) -> str:
    """After "How did Trump tell South Korea?", "And Japan?" is "How did Trump tell Japan?"; empty if it is no bare phrase."""
    phrase, name = _SWAPS.match(question), next(reversed(list(_NAME.finditer(topic))), None)
    if not phrase or not name or len(phrase[1].split()) > 3 or _POINTS_BACK.search(phrase[1]):
        return ""
    return topic[: name.start()] + phrase[1] + topic[name.end() :]
