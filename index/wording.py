"""A question in the words of the text: misspelt words, acronyms, countries and their people under another name."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from index.words import STOPWORDS, WORD, terms, words

# The shortest word that is taken for a misspelt one, and how many edits make it so: one, from LONG letters on two.
SHORT, LONG = 4, 8
# Words of the longest name of a country that is looked for.
LONGEST_NAME = 6
# Names of several words with small ones inside: "Ministry of Foreign Affairs".
_NAME = re.compile(r"[A-Z][\w'’-]*(?:\s+(?:of|the|and|for|de)(?=\s+[A-Z])|\s+[A-Z][\w'’-]*)+")


@dataclass(frozen=True)
class Vocabulary:
    """What a text offers instead of other words: how often each word of at least SHORT letters stands in it, as it is most often
    written, and of its names the commonest for each acronym."""

    words: dict[str, int]
    acronyms: dict[str, str]

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        written, names = Counter[str](), Counter[str]()
        for text in texts:
            written.update(word for word, _, _ in words(text) if len(word) >= SHORT and word.isalpha())
            names.update(_names(text))
        counts = Counter[str]()
        for word, count in written.items():
            counts[word.lower()] += count
        as_written = {word.lower(): word for word, _ in reversed(written.most_common())}
        acronym_of = {short: name for name, _ in reversed(names.most_common()) for short in acronyms(name)}
        return cls({as_written[word]: count for word, count in counts.items()}, acronym_of)

    @classmethod
    def load(cls, path: Path) -> Vocabulary:
        return cls(**json.loads(path.read_bytes()))

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")


class Wording:
    """Exchanges what a question says and the text never does for what the text says instead.

    `spoken` are the terms of the texts; `ordinary` says whether a lower-case word is no misspelling, though they lack it.
    """

    def __init__(self, vocabulary: Vocabulary, spoken: Container[str], ordinary: Callable[[str], bool], texts: Sequence[str]) -> None:
        self._vocabulary, self._spoken, self._ordinary, self._texts = vocabulary, spoken, ordinary, texts

    def of(self, question: str) -> str:
        """The question with other words for those that the text lacks; as it is if the text has them all, or has no others."""
        foreign = [word for word, _, _ in words(question) if not self._says(word)]
        if any(word[0].isupper() for word in foreign):
            question = self._renamed(question)
        return self._respelt(question) if foreign else question

    def _renamed(self, question: str) -> str:
        for form, others in self._other_names(question):
            own = next((other for other in others if self._writes(other)), None)
            if own and not self._says(form):
                question = re.sub(_pattern(form), own, question)  # names have no backslash
        return question

    def _other_names(self, question: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Names in the question with what else the same thing is called, long ones first."""
        yield from ((name, tuple(acronyms(name))) for name in _names(question))
        learnt = self._vocabulary.acronyms
        yield from ((word, (learnt[word],)) for word, _, _ in words(question) if word in learnt)
        for phrase in _runs(question):
            if names := _countries().get(phrase if phrase.isupper() else phrase.lower()):
                yield phrase, names

    def _respelt(self, question: str) -> str:
        found = question
        for match in reversed(list(WORD.finditer(question))):
            word = match[0]
            if len(word) >= SHORT and word.isalpha() and not self._says(word) and not self._ordinary(word.lower()):
                named = word[0].isupper() and not word.isupper() and bool(question[: match.start()].strip())
                found = found[: match.start()] + (self._nearest(word, named=named) or word) + found[match.end() :]
        return found

    def _nearest(self, word: str, *, named: bool) -> str | None:
        """The text's word that is so little else than `word` that it was meant; of several as near, the commonest. A name is only
        taken for a name: "Comey" is not "comes"."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        edits, have = 2 if len(word) >= LONG else 1, self._vocabulary.words
        near = extract(word, have.keys(), processor=str.lower, scorer=OSA.distance, score_cutoff=edits, limit=None)
        first = {word[0]} if named else {word[0].lower(), word[0].upper()}
        same = [(distance, -have[other], other) for other, distance, _ in near if other[0] in first]
        return min(same)[2] if same else None

    def _says(self, name: str) -> bool:
        """Whether the text has every content word of `name`, if not always together."""
        return all(term in self._spoken for term in terms(name))

    def _writes(self, name: str) -> bool:
        """Whether a text has `name` as it is, or its plural; an acronym in capitals only."""
        spaced = r"\s+".join(map(re.escape, name.split()))  # a text may break its lines anywhere
        pattern = _pattern(name) if name.isupper() else rf"(?i:(?<!\w){spaced}s?(?!\w))"
        return self._says(name) and any(re.search(pattern, text) for text in self._texts)


def _names(text: str) -> list[str]:
    """Names of several words, without the small word that a sentence may open with."""
    parts = [match[0].split() for match in _NAME.finditer(text)]
    return [" ".join(own[own[0].lower() in STOPWORDS :]) for own in parts]


def acronyms(name: str) -> list[str]:
    """The initials of a name of several words, without and with those of its small words: "Republic of Korea" -> RK, ROK."""
    parts = name.split()
    if len(parts) < 2 or not name.isascii():
        return []
    short = "".join(part[0] for part in parts if part[0].isupper())
    return [made for made in dict.fromkeys([short, "".join(part[0].upper() for part in parts)]) if len(made) > 1]


def is_country(name: str) -> bool:
    """Whether a country, or its people, is called so; "the" in front does not matter."""
    bare = re.sub(r"^the\s+", "", name, flags=re.I)
    return (bare if bare.isupper() else bare.lower()) in _countries()


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    """By each name of a country, acronym of one and name of its people, in lower case but for acronyms, all of them.

    What several are called is the one's with most people, and no name of those with less than a tenth of them: who asks for Hong Kong
    does not ask what is "Chinese". The only place that imports countryinfo.
    """
    from countryinfo import all_countries

    found: dict[str, tuple[str, ...]] = {}
    most: dict[str, int] = {}
    for country in sorted(all_countries(), key=lambda country: -(country.population() or 0)):
        names = [country.name(), *(name for name in country.alt_spellings() if name.isascii() and "," not in name and len(name) > 2)]
        short = [made for name in names for made in acronyms(name)]
        people = country.population() or 0
        called = {name: name if name.isupper() else name.lower() for name in filter(None, [*names, *short, country.demonym()])}
        own = tuple(name for name, key in called.items() if most.get(key, 0) <= 10 * people)
        for key in called.values():
            found.setdefault(key, own)
            most.setdefault(key, people)
    return found


def _runs(question: str) -> Iterator[str]:
    """Every run of at most LONGEST_NAME words, long ones first; a dotted acronym without its dots."""
    found = words(question)
    for size in range(min(LONGEST_NAME, len(found)), 0, -1):
        for at in range(len(found) - size + 1):
            yield found[at][0] if size == 1 else question[found[at][1] : found[at + size - 1][2]]


def _pattern(name: str) -> str:
    """An acronym with or without dots; whatever else in either case."""
    if name.isupper():
        return rf"(?<!\w)(?:{re.escape(name)}\b|{re.escape(''.join(f'{letter}.' for letter in name))})"
    return rf"(?i:(?<!\w){re.escape(name)}(?!\w))"
