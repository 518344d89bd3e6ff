"""Questions changed by rule: into ones that the text no longer answers, like those of SQuAD 2.0; into other words; into careless typing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from index.training.wordnet import WordNet, with_its_ending
from index.words import STOPWORDS

Chance = np.random.Generator
_NAME = r"[A-Z][\w'’-]+(?:\s(?:of\s|the\s|de\s)?[A-Z][\w'’-]+)*"
_NAME_AFTER = re.compile(rf"\b(\w+),?\s({_NAME})")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w])")
_WORD = re.compile(r"\b[a-z]{4,}\b")
_ANY_WORD = re.compile(r"\b[a-z]{3,}\b")
_AUXILIARY = re.compile(r"\b(did|does|do|was|were|is|are|could|has|had|would|should)\b(?! not)", re.I)
_PAST = re.compile(r"^(who|what|which \w+) (\w+ed)\b", re.I)
_INTERROGATIVES = frozenset("what which who whom whose when where why how in on at for by from to with the".split())
TYPO, KEYWORDS, LOWER = 0.05, 0.04, 0.10
# Of all questions that many are asked in other words; each word that has a synonym is exchanged at even odds.
REWORDED = 0.45


@dataclass(frozen=True)
class Vocabulary:
    """What an article's text offers in exchange: names by the word before them, numbers, and plain nouns."""

    names: dict[str, tuple[str, ...]]
    numbers: tuple[str, ...]
    nouns: tuple[str, ...]


def vocabulary(text: str, wordnet: WordNet) -> Vocabulary:
    """The names, numbers and nouns of `text`."""
    names: dict[str, dict[str, None]] = {"": {}}
    for match in _NAME_AFTER.finditer(text):
        for before in ("", match[1].lower()):
            names.setdefault(before, {})[match[2]] = None
    words = dict.fromkeys(match[0] for match in _WORD.finditer(text))
    nouns = tuple(word for word in words if _is_noun(word, wordnet))
    return Vocabulary({key: tuple(those) for key, those in names.items()}, tuple(dict.fromkeys(_NUMBER.findall(text))), nouns)


class Spoiler:
    """Makes questions that a passage answers into ones that it does not, by one small change."""

    def __init__(self, wordnet: WordNet) -> None:
        self._wordnet = wordnet
        self._vocabulary = lru_cache(512)(lambda text: vocabulary(text, wordnet))
        rules: list[tuple[float, Callable[[str, str, Vocabulary, Chance], str | None]]] = [
            (0.34, _other_name),
            (0.16, _other_number),
            (0.20, self._other_noun),
            (0.13, self._antonym),
            (0.06, _negated),
            (0.11, _with_condition),
        ]
        self._weights, self._rules = np.array([weight for weight, _ in rules]), [rule for _, rule in rules]

    def spoil(self, question: str, passage: str, article: str, chance: Chance) -> str | None:
        """A near question without an answer in `passage`; None if no rule applies. Rules are tried in a weighted random order."""
        have = self._vocabulary(article)
        for at in chance.choice(len(self._rules), size=len(self._rules), replace=False, p=self._weights):
            changed: str | None = self._rules[at](question, passage, have, chance)
            if changed and changed != question:
                return changed
        return None

    def _other_noun(self, question: str, passage: str, have: Vocabulary, chance: Chance) -> str | None:
        own = [match for match in _WORD.finditer(question) if _is_noun(match[0], self._wordnet) and match[0] in passage]
        if not own:
            return None
        match = own[chance.integers(len(own))]
        plural = match[0].endswith("s")
        return _put(question, match, [noun for noun in have.nouns if noun.endswith("s") == plural and noun not in question], chance)

    def _antonym(self, question: str, passage: str, have: Vocabulary, chance: Chance) -> str | None:
        own = [(match, others) for match in _WORD.finditer(question) if (others := with_its_ending(match[0], self._wordnet.antonyms))]
        if not own:
            return None
        match, others = own[chance.integers(len(own))]
        return _put(question, match, others, chance)


def reworded(question: str, synonyms: Mapping[str, tuple[str, ...]], chance: Chance) -> str:
    """The question as it is, or often with synonyms for some of its words: texts and those who ask choose other words."""
    if chance.random() >= REWORDED:
        return question

    def other(match: re.Match[str]) -> str:
        others = synonyms.get(match[0], ()) if chance.random() < 0.5 else ()
        return others[chance.integers(len(others))] if others else match[0]

    return _ANY_WORD.sub(other, question)


def careless(question: str, chance: Chance) -> str:
    """The question as it is, or now and then in lower case, with a typo or as keywords only."""
    lot = chance.random()
    if lot < TYPO:
        return _mistyped(question, chance)
    if lot < TYPO + KEYWORDS:
        return " ".join(word for word in question.rstrip("?").split() if word.lower() not in STOPWORDS) or question
    return question.lower().rstrip("? ") if lot < TYPO + KEYWORDS + LOWER else question


def _mistyped(question: str, chance: Chance) -> str:
    words = list(re.finditer(r"[^\W\d_]{5,}", question))
    if not words:
        return question
    at = words[chance.integers(len(words))].start() + int(chance.integers(1, 4))
    swapped = question[:at] + question[at + 1] + question[at] + question[at + 2 :]
    return swapped if chance.random() < 0.5 else question[:at] + question[at + 1 :]


def _other_name(question: str, passage: str, have: Vocabulary, chance: Chance) -> str | None:
    own = [match for match in _NAME_AFTER.finditer(question) if match[2].lower() not in _INTERROGATIVES]
    if not own:
        return None
    match = own[chance.integers(len(own))]
    fitting = have.names.get(match[1].lower(), ()) or have.names[""]
    others = [name for name in fitting if name not in question and match[2] not in name]
    near = [name for name in others if name in passage]
    chosen = near if near and chance.random() < 0.6 else others
    return question[: match.start(2)] + str(chosen[chance.integers(len(chosen))]) + question[match.end(2) :] if chosen else None


def _other_number(question: str, passage: str, have: Vocabulary, chance: Chance) -> str | None:
    own = list(_NUMBER.finditer(question))
    if not own:
        return None
    match = own[chance.integers(len(own))]
    alike = [number for number in have.numbers if len(number) == len(match[0]) and number not in question]
    if not alike and match[0].isdigit():
        alike = [str(int(match[0]) + int(step)) for step in (chance.integers(1, 20), 10, 100)]
    return _put(question, match, alike, chance)


def _negated(question: str, passage: str, have: Vocabulary, chance: Chance) -> str | None:
    if match := _AUXILIARY.search(question):
        return question[: match.end()] + "n't" + question[match.end() :]
    return _PAST.sub(r"\1 never \2", question) if _PAST.search(question) else None


def _with_condition(question: str, passage: str, have: Vocabulary, chance: Chance) -> str | None:
    years = [f"in {number}" for number in have.numbers if len(number) == 4 and number.isdigit()]
    places = [f"in {name}" for name in have.names.get("in", ())]
    people = [f"according to {name}" for name in have.names.get("by", ())]
    kinds = [those for those in (years, places, people) if those]
    if not kinds or not question.endswith("?"):
        return None
    those = [condition for condition in kinds[chance.integers(len(kinds))] if condition.split()[-1] not in question]
    return f"{question[:-1].rstrip()} {those[chance.integers(len(those))]}?" if those else None


def _put(question: str, match: re.Match[str], others: list[str], chance: Chance) -> str | None:
    return question[: match.start()] + str(others[chance.integers(len(others))]) + question[match.end() :] if others else None


def _is_noun(word: str, wordnet: WordNet) -> bool:
    return word not in STOPWORDS and (word in wordnet.nouns or (word.endswith("s") and word[:-1] in wordnet.nouns))
