"""Which reading of a question the evidence speaks for, and which sentences answer it: pure, over what was judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.conversation import Asked
from bot.readings import adds_to, goes_on
from index import Evidence, Judgement, Sentence, terms

# The first reading of a question is kept unless another is at least this much more probably answered.
CLEARLY = 0.1


@dataclass(frozen=True)
class Reading:
    """One way to understand a question, and what the evidence says of it."""

    question: str
    worded: str
    """The same in the words of the text."""
    judged: Judgement


def likeliest(asked: Asked, readings: Sequence[Reading], rewritten: Sequence[Reading] = ()) -> Reading:
    """The first reading, unless another finds clearly better evidence; a chat model's, if it finds better evidence than that one.

    A reading that brings in the topic counts only if its evidence speaks of what the question adds: else the topic alone was answered.
    A rewrite that says no more than the topic must find clearly better evidence too. The reading kept decides whether there is an answer;
    its sentences are those that the readings speak for together.
    """
    kept, topic = _likeliest(asked, readings), asked.conversation.topic
    kept = replace(kept, judged=Judgement(_agreed(asked.question, readings, kept), kept.judged.answerable))
    for reading in rewritten:
        least = kept.judged.answerable + (0.0 if adds_to(topic, reading.question) else CLEARLY)
        if reading.judged.answerable > least and _speaks_of_what_is_new(reading, asked):
            return reading
    return kept


def _likeliest(asked: Asked, readings: Sequence[Reading]) -> Reading:
    found = [reading for reading in readings if reading.question == asked.question or _speaks_of_what_is_new(reading, asked)] or readings
    best = max(found, key=lambda reading: reading.judged.answerable)
    return best if best.judged.answerable > found[0].judged.answerable + CLEARLY else found[0]


def _agreed(question: str, readings: Sequence[Reading], kept: Reading) -> tuple[Evidence, ...]:
    """A sentence scores by the mean of its shares in the readings: what several speak for comes before what one is sure of.

    "And Japan?" says nothing by itself and has no part in it. What stands in place of a question ("no, I meant Japan") is no reading of
    it, so there the evidence of the one kept stays.
    """
    others = [reading for reading in readings if reading.question != question]
    if not others or len(others) == len(readings):
        return kept.judged.evidence
    heard = others if goes_on(question) else readings
    shares: dict[Sentence, float] = defaultdict(float)
    for reading in heard:
        for item in reading.judged.evidence:
            shares[item.sentence] += item.score / (reading.judged.answerable or 1.0) / len(heard)
    scored = (Evidence(sentence, kept.judged.answerable * share) for sentence, share in shares.items())
    return tuple(sorted(scored, key=lambda item: -item.score))


def _speaks_of_what_is_new(reading: Reading, asked: Asked) -> bool:
    """What is new are the question's own words beyond the topic; in a rewrite that has none of them, its own."""
    topic = asked.conversation.topic
    new = adds_to(topic, asked.question) & frozenset(terms(reading.question)) or adds_to(topic, reading.question)
    return not new or bool(new & _spoken_of(reading.judged))


def _spoken_of(judged: Judgement) -> set[str]:
    """Terms of the best sentence's paragraph and section."""
    if not judged.evidence:
        return set()
    best = judged.evidence[0].sentence
    paragraph = best.document.paragraph_at(best.start)
    around = best.document.text[paragraph.start : paragraph.end] if paragraph else best.text
    return {*terms(around), *terms(best.section)}
