"""What a follow-up may mean in its conversation: rules for how it points back, a small model for what it leaves out."""

from __future__ import annotations

import re

from bot.carrying import Carrier, Said
from bot.conversation import Conversation
from index import terms

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
_CORRECTS = re.compile(
    r"^\W*(?:(?:no|nope|sorry|wait|oops|actually|not that)\b\W*)*i (?:meant|mean|was asking about|am asking about)\s+(.+?)\W*$", re.I
)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*)*")
# How a whole question opens; "What is the capital of France?" stands alone with two terms, "troop numbers" does not.
_OPENS = re.compile(
    r"^\W*(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.I
)
MOST = 3  # readings of one question
_FEW = 2  # what opens like no question and has no more terms than this says too little to stand alone


def leans_back(question: str) -> bool:
    """Whether the question's words point at something outside it."""
    if _POINTS_BACK.search(question) or _CONTINUES.search(question):
        return True
    return len(set(terms(question))) <= (0 if _OPENS.search(question) else _FEW)


def readings(question: str, conversation: Conversation) -> list[str]:
    """At most MOST things that the question may mean, the likeliest first.

    These are itself, itself with what the conversation supplies, and the topic with the new name in place of the old or in front.
    "And Japan?" says openly that it goes on from the topic, so there the plain words come last; "no, I meant Japan" corrects the last
    question, answered or not.
    """
    correction, last = _CORRECTS.match(question), conversation.last_answer
    if correction and last:
        return _corrected(correction[1], last.standalone_question)
    leaning, topic = leans_back(question), conversation.topic
    if not topic:
        return [question]
    carried = Carrier.packaged().standalone(question, Said.of(conversation), leaning=leaning)
    if not leaning:
        return _distinct(question, carried)
    in_topic = _swap_name(question, topic) or f"{topic} {question}"
    return _distinct(in_topic, carried, question) if _CONTINUES.search(question) else _distinct(question, carried, in_topic)


def with_rewritten(found: list[str], rewritten: str) -> list[str]:
    """The readings with that of a chat model behind the likeliest, and no more of them: to weigh one takes time."""
    return _distinct(found[0], rewritten, *found[1:])[:MOST]


def _corrected(meant: str, question: str) -> list[str]:
    """The last question with what was meant in place of its last name, or behind it; by itself if it is a whole question."""
    if not leans_back(meant):
        return [meant]
    swapped = _swap_name(f"what about {meant}", question)
    return _distinct(*([swapped] if swapped else []), f"{question} {meant}", meant)


def _distinct(*possible: str) -> list[str]:
    return list(dict.fromkeys(possible))


def adds_to(topic: str, question: str) -> frozenset[str]:
    """Terms that the question brings beyond its topic: what evidence for it must speak of."""
    return frozenset(terms(question)) - frozenset(terms(topic))


def _swap_name(question: str, topic: str) -> str:
    """After "How did Trump tell South Korea?", "And Japan?" is "How did Trump tell Japan?"; empty if it is no bare phrase."""
    phrase, name = _SWAPS.match(question), next(reversed(list(_NAME.finditer(topic))), None)
    if not phrase or not name or len(phrase[1].split()) > 3 or _POINTS_BACK.search(phrase[1]):
        return ""
    return re.sub(r"\bthe $", "", topic[: name.start()]) + phrase[1] + topic[name.end() :]  # an article of the old name goes with it
