"""Synonyms, antonyms and plain nouns from WordNet 3.0 (Princeton; Debian's package wordnet-base), to change questions by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PARTS = ("noun", "verb", "adj", "adv")
# Of a word's senses, which WordNet sorts by how often they are meant, synonyms are taken from the first.
SENSES = 3
ENDINGS = ("ing", "est", "er", "ed", "s")


@dataclass(frozen=True)
class WordNet:
    """`antonyms` and `synonyms` of a word in its base form; `nouns` are words that are nothing but nouns."""

    antonyms: Mapping[str, tuple[str, ...]]
    synonyms: Mapping[str, tuple[str, ...]]
    nouns: frozenset[str]

    @classmethod
    def load(cls, folder: Path) -> WordNet:
        """Read `data.*` and `index.*` of a WordNet dictionary folder (format: wndb(5))."""
        words = {part: frozenset(line.split(" ", 1)[0] for line in _lines(folder / f"index.{part}")) for part in PARTS}
        nouns = words["noun"] - words["verb"] - words["adj"] - words["adv"]
        antonyms = _table(pair for part in PARTS for pair in _antonyms(folder / f"data.{part}"))
        synonyms = _table(pair for part in PARTS for pair in _synonyms(folder, part))
        return cls(antonyms, synonyms, frozenset(word for word in nouns if word.isalpha()))


def with_its_ending(word: str, table: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What the table has for `word`, with its ending, as far as regular spelling goes: "largest" -> "smallest"."""
    found = list(table.get(word, ()))
    for ending in ENDINGS:
        if word.endswith(ending) and not found:
            stem = word[: -len(ending)]
            bases = [base for base in (stem, f"{stem}e", stem[:-1]) if base in table]
            found = [_joined(other, ending) for base in bases[:1] for other in table[base]]
    return found


def _joined(word: str, ending: str) -> str:
    return word[:-1] + ending if word.endswith("e") and ending[0] in "ei" else word + ending


def _table(pairs: Iterator[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """For each first word the second ones, each once, in their order."""
    found: dict[str, dict[str, None]] = {}
    for one, other in pairs:
        found.setdefault(one, {})[other] = None
    return {word: tuple(others) for word, others in found.items()}


def _lines(path: Path) -> Iterator[str]:
    """The lines after the licence, whose own lines begin with a space."""
    return (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(" "))


def _synonyms(folder: Path, part: str) -> Iterator[tuple[str, str]]:
    """Each single word with those that share one of its first SENSES synsets."""
    _, members = _synsets(folder / f"data.{part}")
    for line in _lines(folder / f"index.{part}"):
        fields = line.split()
        for synset in fields[-int(fields[2]) :][:SENSES]:
            others = (word.lower() for word in members[synset])
            yield from ((fields[0], other) for other in others if other.isalpha() and fields[0].isalpha() and other != fields[0])


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
