"""Antonyms and plain nouns from WordNet 3.0 (Princeton; Debian's package wordnet-base), to change questions by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = ("noun", "verb", "adj", "adv")


@dataclass(frozen=True)
class WordNet:
    """`antonyms` of a word in its base form; `nouns` are words that are nothing but nouns."""

    antonyms: dict[str, tuple[str, ...]]
    nouns: frozenset[str]

    @classmethod
    def load(cls, folder: Path) -> WordNet:
        """Read `data.*` and `index.*` of a WordNet dictionary folder (format: wndb(5))."""
        words = {part: frozenset(line.split(" ", 1)[0] for line in _lines(folder / f"index.{part}")) for part in PARTS}
        nouns = words["noun"] - words["verb"] - words["adj"] - words["adv"]
        antonyms: dict[str, dict[str, None]] = {}
        for one, other in (pair for part in PARTS for pair in _antonyms(folder / f"data.{part}")):
            antonyms.setdefault(one, {})[other] = None
        plain = frozenset(word for word in nouns if word.isalpha())
        return cls({word: tuple(others) for word, others in antonyms.items()}, plain)


def _lines(path: Path) -> Iterator[str]:
    """The lines after the licence, whose own lines begin with a space."""
    return (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(" "))


def _antonyms(path: Path) -> Iterator[tuple[str, str]]:
    """Each pair of single words that a `!` pointer joins; such pointers stay within one part of speech."""
    synsets, members = _synsets(path)
    for key, fields in synsets.items():
        first = 5 + 2 * int(fields[3], 16)
        for at in range(first, first + 4 * int(fields[first - 1]), 4):
            symbol, target, _, ends = fields[at : at + 4]
            if symbol == "!":
                one, other = members[key][int(ends[:2], 16) - 1], members[target][int(ends[2:], 16) - 1]
                if one.isalpha() and other.isalpha():
                    yield one.lower(), other.lower()


def _synsets(path: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The fields of each synset, and the words in it."""
    synsets = {line[:8]: line.split(" | ", 1)[0].split() for line in _lines(path)}
    return synsets, {key: [word.split("(")[0] for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2]] for key, fields in synsets.items()}
