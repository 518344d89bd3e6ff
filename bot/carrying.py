"""What a follow-up leaves out: which words of the conversation belong to its meaning, by a small regression (`bot/carrying.md`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from bot.conversation import Conversation
from index import Regression, is_country, terms, words

MOST = 4  # phrases that are carried over
LEAD = 6  # an answer's first content words
_QUESTION = {
    "any": r"",
    "person": r"\b(?:he|she|him|his|her|hers|himself|herself)\b",
    "it": r"\b(?:it|its|itself)\b",
    "they": r"\b(?:they|them|their|theirs|themselves)\b",
    "that": r"\b(?:this|that|these|those|there|then)\b",
    "the": r"\bthe\b",
    "continues": r"^\W*(?:and|but|or|so|then|also|what about|how about|why|why not)\b|\b(?:else|other)\b",
    "no pointer": r"^(?!.*\b(?:he|she|him|his|hers?|it|its|they|them|theirs?|this|that|these|those|there|then)\b)",
}
_PATTERNS = {name: re.compile(pattern, re.IGNORECASE | re.DOTALL) for name, pattern in _QUESTION.items()}
_TERM = (
    "bias", "mentions", "asked", "last question", "last answer", "first question", "recent", "name", "title", "section",
    "lead", "long name", "number", "name in last answer", "name in last question", "name in first question", "title in history",
)  # fmt: skip
NAMES = tuple(f"{term} x {kind}" for term in _TERM for kind in (*_QUESTION, "short", "has name", "knows title"))
_PERSONAL = re.compile(r"\b(?:(he|she|it|they|him|them|her(?!\s+\w))|(his|her|its|their))\b", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """What was said before a question, oldest first, (by the person?, text); what it was all about, and the section of it."""

    turns: tuple[tuple[bool, str], ...]
    title: str = ""
    section: str = ""

    @classmethod
    def of(cls, conversation: Conversation) -> Said:
        """The questions, the answers that were given, and the section that the last quotes stand in, which names what they are about.

        A document's title does not: all of a document is called so. What nothing was found on is not carried on.
        """
        answered = [turn for turn in conversation if turn.answer.answered]
        turns = [said for turn in answered for said in ((True, turn.answer.standalone_question), (False, turn.answer.text))]
        quotes = answered[-1].answer.quotes if answered else ()
        return cls(tuple(turns), quotes[0].section if quotes else "")


@dataclass(frozen=True)
class _Word:
    """A content word in its place; `begins` a text, so that its capital says nothing."""

    term: str
    text: str
    start: int
    end: int
    begins: bool

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@dataclass(frozen=True)
class Carrier:
    """Chooses the terms to carry over: those at least `leaning` probable if the question leans on others, else `whole`."""

    regression: Regression
    leaning: float
    whole: float

    @classmethod
    @cache
    def packaged(cls) -> Carrier:
        stored = json.loads((files("bot") / "carrying.json").read_text(encoding="utf-8"))
        found = cls(Regression.from_json(stored["terms"]), float(stored["leaning"]), float(stored["whole"]))
        if found.regression.names != NAMES:
            raise ValueError("bot/carrying.json was fitted on other features than bot.carrying has; type: make train")
        return found

    def standalone(self, question: str, said: Said, *, leaning: bool) -> str:
        """The question with what it leaves out: a name for its pronoun, further words in brackets. Itself if it leaves out nothing."""
        found, features = measure(question, said)
        if not found:
            return question
        likely, least = self.regression.probabilities(features), self.leaning if leaning else self.whole
        wanted = {term: float(value) for term, value in zip(found, likely, strict=True) if value >= least}
        return _written(question, _phrases(wanted, said)[:MOST])


def measure(question: str, said: Said) -> tuple[list[str], np.ndarray]:
    """The terms that the question lacks, and (terms, len(NAMES)) features of each beside it."""
    own = frozenset(terms(question))
    mentioned = _mentions(said)
    found = [term for term in mentioned if term not in own]
    of_question = np.array([
        *(bool(pattern.search(question)) for pattern in _PATTERNS.values()),
        1 / (1 + len(own)), any(word[:1].isupper() and start > 0 for word, start, _ in words(question)), bool(said.title),
    ], float)  # fmt: skip
    rows = [np.outer(_term_features(mentioned[term]), of_question).ravel() for term in found]
    return found, np.array(rows).reshape(len(rows), len(NAMES))


@dataclass(frozen=True)
class _Mention:
    """A term in turn `back` (0 is the last exchange) or, with `back` -1, in the title ("title") or section ("section")."""

    where: str
    back: int
    first: bool
    word: _Word
    place: int
    in_name: bool


def _mentions(said: Said) -> dict[str, list[_Mention]]:
    found: dict[str, list[_Mention]] = {}
    exchanges = sum(by_person for by_person, _ in said.turns)
    asked = 0
    for by_person, text in said.turns:
        asked += by_person
        for mention in _in_text(text, "question" if by_person else "answer", exchanges - asked, first=asked == 1):
            found.setdefault(mention.word.term, []).append(mention)
    for where, text in (("title", said.title), ("section", said.section)):
        for mention in _in_text(text, where, -1):
            found.setdefault(mention.word.term, []).append(mention)
    return found


def _in_text(text: str, where: str, back: int, *, first: bool = False) -> Iterator[_Mention]:
    spoken = _content(text)
    for place, word in enumerate(spoken):
        beside = [other for other in spoken[max(place - 1, 0) : place + 2] if other is not word]
        in_name = word.capital and any(other.capital and _adjoin(text, word, other) for other in beside)
        yield _Mention(where, back, first, word, place, in_name)


def _term_features(mentions: Sequence[_Mention]) -> list[float]:
    spoken = [one for one in mentions if one.back >= 0]
    asked = [one for one in spoken if one.where == "question"]
    capitals = sum(one.word.capital and not one.word.begins for one in spoken)
    name = capitals > sum(not one.word.capital for one in spoken)
    last_question, last_answer = (any(one.back == 0 and one.where == where for one in spoken) for where in ("question", "answer"))
    first_question = any(one.first for one in asked)
    lead = any(one.back == 0 and one.where == "answer" and one.place < LEAD for one in spoken)
    title, section = (any(one.where == where for one in mentions) for where in ("title", "section"))
    return [
        1, np.log1p(len(spoken)), np.log1p(len(asked)), last_question, last_answer, first_question,
        1 / (1 + min((one.back for one in spoken), default=20)), name, title, section, lead,
        any(one.in_name for one in spoken), any(char.isdigit() for char in mentions[0].word.text),
        name and last_answer, name and last_question, name and first_question, title and bool(spoken),
    ]  # fmt: skip


def _phrases(wanted: Mapping[str, float], said: Said) -> list[str]:
    """The wanted terms in words of the conversation, likeliest first: neighbours together, names whole, no term twice."""
    left = dict(wanted)
    found: list[tuple[float, str]] = []
    for text in (said.title, said.section, *(text for _, text in reversed(said.turns))):
        for run in _runs(text, left):
            likely = max((left.pop(word.term, 0.0) for word in run), default=0.0)
            if likely:
                found.append((likely, text[run[0].start : run[-1].end]))
    return [phrase for _, phrase in sorted(found, key=lambda one: -one[0])]


def _runs(text: str, wanted: Iterable[str]) -> list[list[_Word]]:
    """Runs of neighbouring words that are wanted or belong to one name; those with no wanted word are left out."""
    spoken, runs = _content(text), list[list[_Word]]()
    for word in spoken:
        last = runs[-1][-1] if runs else None
        both = last and _adjoin(text, last, word) and ((last.term in wanted and word.term in wanted) or (last.capital and word.capital))
        if both:
            runs[-1].append(word)
        else:
            runs.append([word])
    return [run for run in runs if any(word.term in wanted for word in run)]


def _content(text: str) -> list[_Word]:
    found = [(word, start, end, terms(word)) for word, start, end in words(text)]
    return [_Word(own[0], word, start, end, begins=start == 0) for word, start, end, own in found if own]


def _adjoin(text: str, one: _Word, other: _Word) -> bool:
    first, last = sorted((one, other), key=lambda word: word.start)
    between = text[first.end : last.start]
    return between in (" ", "-") or (between == ". " and len(first.text) == 1)  # "Robert R. King"


def _written(question: str, phrases: Sequence[str]) -> str:
    """The likeliest name in place of the first pronoun, or of a part of the name that the question has; the rest in brackets.

    "He" and "she" are no country.
    """
    rest, pronoun = list(phrases), _PERSONAL.search(question)
    somebody = pronoun and _PATTERNS["person"].search(pronoun[0])
    name = next((phrase for phrase in phrases if phrase[0].isupper() and not (somebody and is_country(phrase))), "")
    if name and pronoun:
        rest.remove(name)
        question = f"{question[: pronoun.start()]}{name}{'’s' if pronoun[2] else ''}{question[pronoun.end() :]}"
    for phrase in list(rest):
        part = next((word for word in _content(question) if word.capital and not word.begins and word.term in terms(phrase)), None)
        if part:
            rest.remove(phrase)
            question = question[: part.start] + phrase + question[part.end :]
    return f"{question} ({', '.join(rest)})" if rest else question
