"""An endless, seeded stream of examples in fixed proportions, so that any stretch of it is a fair sample of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace

import numpy as np

from index.training.edits import Chance, Spoiler, careless, reworded
from index.training.lessons import Example, Lesson, example, show, show_beside
from index.training.sources import School, article_text, off_topic
from index.training.wordnet import WordNet

# How many of each kind, beside each other.
MIX = {
    "squad": 11, "far": 9, "near": 11, "spoiled": 6, "beside": 2, "written": 3, "deceiving": 8, "tales": 3, "searches": 2,
    "talks": 6, "own": 17, "missing": 17, "onward": 10, "off topic": 5,
}  # fmt: skip


class Deck:
    """Deals lessons in a random order, each once before any comes again."""

    def __init__(self, lessons: Sequence[Lesson], chance: Chance) -> None:
        self._lessons, self._chance = lessons, chance
        self._order: Iterator[int] = iter(())

    def deal(self) -> Lesson:
        at = next(self._order, None)
        if at is None:
            self._order = iter(self._chance.permutation(len(self._lessons)).tolist())
            at = next(self._order)
        return self._lessons[at]


def examples(school: School, wordnet: WordNet, synonyms: Mapping[str, tuple[str, ...]], seed: int) -> Iterator[Example]:
    """Examples without end, the same for the same seed."""
    chance = np.random.default_rng(seed)
    names, shares = list(MIX), np.array(list(MIX.values())) / sum(MIX.values())
    deal = _dealers(school, Spoiler(wordnet), chance)
    while True:
        found = deal[names[chance.choice(len(names), p=shares)]]()
        if found is not None and found.window.sentences:
            yield replace(found, question=careless(reworded(found.question, synonyms, chance), chance))


def _dealers(school: School, spoiler: Spoiler, chance: Chance) -> dict[str, Callable[[], Example | None]]:
    decks = {field.name: Deck(getattr(school, field.name), chance) for field in fields(School)}
    again = Deck(school.squad, chance)

    def spoiled() -> Example | None:
        lesson = again.deal()
        question = spoiler.spoil(lesson.question, lesson.passage.text, article_text(lesson), chance)
        return show(replace(lesson, question=question, answerable=False, span=None), chance) if question else None

    def deceiving() -> Example:
        lesson = decks["deceiving"].deal()
        return show(lesson, chance) if lesson.anchor else example(lesson, 0, len(lesson.passage.sentences))

    def shown(deck: Deck) -> Callable[[], Example]:
        return lambda: show(deck.deal(), chance)

    return {
        **{name: shown(deck) for name, deck in decks.items()},
        "deceiving": deceiving,
        "spoiled": spoiled,
        "beside": lambda: show_beside(again.deal(), chance),
        "off topic": lambda: show(off_topic(school.squad, chance), chance),
    }
