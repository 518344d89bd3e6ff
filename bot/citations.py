"""Where in a passage the words stand that somebody claims to quote. Pure: no model, no file.

A claim is found if its words, as whole words in a row, are those of the passage, after both are folded: compatibility forms and case, runs
of white space, kinds of quotation marks and dashes, invisible characters. Every other difference, one letter, one accent, one "not",
means that it does not stand there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index import Passage, Span

# What is shorter stands anywhere by chance, and carries no sentence: "of the United" has eleven letters.
LEAST = 12
_SINGLE, _DOUBLE, _DASHES = "‘’‚‛`´′‹›", "“”„‟«»″〝〞", "‐‑‒–—―−﹘"
_FOLDS = str.maketrans({**dict.fromkeys(_SINGLE, "'"), **dict.fromkeys(_DOUBLE, '"'), **dict.fromkeys(_DASHES, "-")})
_FIRST_MARK = "\u0300"
# What stands in quotation marks, with a quotation inside it; a straight or single mark must not be an apostrophe inside a word.
_QUOTED = re.compile(
    r"“((?:[^“”]|“[^“”]*”)+)”"
    r"|[“”„«»‟]([^“”„«»‟]+)[“”«»‟]|\"([^\"]+)\"|[「『]([^「」『』]+)[」』]"
    r"|(?<!\w)‘([^‘]+?)’(?!\w)|(?<!\w)'([^']+?)'(?!\w)|[‹›]([^‹›]+)[‹›]"
)


@dataclass(frozen=True)
class Folded:
    """A folded text; `starts[i]` and `ends[i]` are the characters of the original that its character i comes from."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@lru_cache(maxsize=256)
def fold(text: str) -> Folded:
    """NFKD by whole characters (a letter and its marks), so that offsets lead back into `text`."""
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _characters(text):
        for char in _plain(text[start:end]):
            if char == " " and chars and chars[-1] == " ":
                ends[-1] = end
                continue
            chars.append(char)
            starts.append(start)
            ends.append(end)
    return Folded("".join(chars), tuple(starts), tuple(ends))


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    """One character with its marks, folded: nothing, one character or several."""
    shown = "".join(char for char in character if unicodedata.category(char) != "Cf")
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", shown.translate(_FOLDS)).casefold()).translate(_FOLDS)
    return " " if plain and plain.isspace() else plain


def _characters(text: str) -> Iterator[tuple[int, int]]:
    """Each character with the combining marks that follow it."""
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or text[at] < _FIRST_MARK or not unicodedata.combining(text[at]):
            yield start, at
            start = at


def locate(claim: str, within: Span) -> Span | None:
    """The words of `claim` as they stand in `within`: the first place, or none."""
    source, wanted = fold(within.text), fold(claim).text.strip(" '\".,;:!?-")
    at = source.text.find(wanted) if wanted else -1
    while at >= 0:
        end = at + len(wanted)
        if _whole(source, at, end):
            return Span(within.document, within.start + source.starts[at], within.start + source.ends[end - 1])
        at = source.text.find(wanted, at + 1)
    return None


def _whole(source: Folded, start: int, end: int) -> bool:
    """Whether no word, and no character of the original, is cut at either end."""
    inside = source.text, source.starts
    return all(
        at in (0, len(source.text)) or (inside[1][at - 1] != inside[1][at] and not _joined(inside[0][at - 1], inside[0][at]))
        for at in (start, end)
    )


def _joined(one: str, other: str) -> bool:
    """Whether the two characters belong to one word; ideographs and kana stand for themselves."""
    return one.isalnum() and other.isalnum() and not {unicodedata.east_asian_width(one), unicodedata.east_asian_width(other)} & {"W", "F"}


def carries(claim: str) -> bool:
    """Whether a claim has enough letters for a sentence to rest on."""
    return sum(map(str.isalnum, claim)) >= LEAST


def whole_sentences(span: Span, within: Passage) -> Span:
    """`span` widened to the sentences it stands in: half of what somebody says can turn it round."""
    touched = [sentence for sentence in within.sentences if sentence.start < span.end and span.start < sentence.end]
    return Span(span.document, *((touched[0].start, touched[-1].end) if touched else (span.start, span.end)))


def quoted_inside(prose: str) -> list[tuple[int, int]]:
    """Where words stand in quotation marks in `prose`, without the marks."""
    return [found.span(found.lastindex or 0) for found in _QUOTED.finditer(prose)]
