"""What a follow-up may mean in its conversation: rules for how it points back, a small model for what it leaves out."""

from __future__ import annotations

import re

from bot.carrying import Carrier, Said
from bot.conversation import Conversation
from index import is_country, names, terms

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
# "No, not Japan. China.": what was asked of before, and what was meant.
_NOT_BUT = re.compile(
    r"^\W*(?:no\W+)?not (?:the )?(?P<old>[^.,;:]{2,60}?)\s*(?:[.,;:–—-]+\s*(?:but\s+)?|\s+but\s+)(?P<meant>.+?)\W*$", re.I
)
_AND_NOT = re.compile(r"^(?P<meant>.+?),?\s+(?:and )?not (?:the )?(?P<old>[^,;:]+?)\W*$", re.I)
# "Ok, different topic: ...": an opening that says that what follows stands alone.
_NEW_TOPIC = re.compile(
    r"^\W*(?:(?:ok|okay|and|now|so|well|right|but|then|let's (?:move|go) on to|on to)\b\W*)*"
    r"(?:(?:(?:on|about|for|to) )?(?:an? )?(?:new|different|another|other|next|unrelated|separate)"
    r" (?:topic|question|subject|matter|thing|note)"
    r"|something (?:else|different)(?: (?:entirely|altogether))?|chang(?:e|ing) (?:of )?(?:the )?(?:subject|topic)"
    r"|by the way|btw)\b\W+(?=\w)",
    re.I,
)
# How a whole question opens; "What is the capital of France?" stands alone with two terms, "troop numbers" does not.
_OPENS = re.compile(
    r"^\W*(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\b", re.I
)
_FEW = 2  # what opens like no question and has no more terms than this says too little to stand alone


def leans_back(question: str) -> bool:
    """Whether the question's words point at something outside it."""
    if _POINTS_BACK.search(question) or goes_on(question):
        return True
    return len(set(terms(question))) <= (0 if _OPENS.search(question) else _FEW)


def goes_on(question: str) -> bool:
    """Whether the question says openly that it goes on from the one before: "And Japan?", "what about 1990?"."""
    return bool(_CONTINUES.search(question))


def readings(question: str, conversation: Conversation) -> list[str]:
    """At most three things that the question may mean, the likeliest first.

    These are itself, itself with what the conversation supplies, and the topic with the new name in place of the old or in front.
    "And Japan?" says openly that it goes on from the topic, so there the plain words come last; "no, I meant Japan" corrects the last
    question, answered or not; "different topic: ..." leaves the conversation aside.
    """
    last = conversation.last_answer
    if last and (corrected := _correction(question, last.standalone_question)):
        return corrected
    opening = _NEW_TOPIC.match(question)
    if opening:
        return [question[opening.end() :]]
    leaning, topic = leans_back(question), conversation.topic
    if not topic:
        return [question]
    carried = Carrier.packaged().standalone(question, Said.of(conversation), leaning=leaning)
    if not leaning:
        return _distinct(question, carried)
    in_topic = _swap_name(question, topic) or f"{topic} {question}"
    return _distinct(in_topic, carried, question) if goes_on(question) else _distinct(question, carried, in_topic)


def _correction(said: str, question: str) -> list[str]:
    """What was meant instead of the last question, the likeliest first; empty if nothing is corrected."""
    meant = _CORRECTS.match(said)
    named = _AND_NOT.match(meant[1]) if meant else _NOT_BUT.match(said)
    if named and (swapped := _in_place_of(named["old"], named["meant"], question)):
        return [swapped]
    return _corrected(meant[1], question) if meant else []


def _in_place_of(old: str, meant: str, question: str) -> str:
    """The question with what was meant in place of what was not; empty if it does not hold that."""
    place = re.search(rf"\b(?:the )?{re.escape(old)}\b", question, re.I)
    return question[: place.start()] + meant + question[place.end() :] if place else ""


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
    """After "How did Trump tell South Korea?", "And Japan?" is "How did Trump tell Japan?"; empty if it is no bare phrase.

    A country takes the place of the last country, anything else that of the last other name, if there is one.
    """
    phrase, found = _SWAPS.match(question), names(topic)
    if not phrase or not found or len(phrase[1].split()) > 3 or _POINTS_BACK.search(phrase[1]):
        return ""
    alike = [name for name in found if is_country(name[0]) == is_country(phrase[1])]
    _, start, end = (alike or found)[-1]
    return re.sub(r"\bthe $", "", topic[:start]) + phrase[1] + topic[end:]  # an article of the old name goes with it
