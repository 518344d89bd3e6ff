"""Words of a text as terms: stemmed, without the words that carry no content. The only place that imports Stemmer."""

from __future__ import annotations

import re

import Stemmer

# Letters and digits, with inner separators of numbers (3.5, 30,000); a dotted abbreviation ("U.S.") is one word.
WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[.,](?=\d)[^\W_]+)*")
# A run of capitalised words, but not at the very beginning, where a capital says nothing.
_NAME = re.compile(r"(?<!^)\b[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*)*")
STOPWORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being between both but by can could did do
    does doing done during each few for from further get had has have having he her here hers him his how i if in into is
    it its just let many may me might more most much must my myself nor now of off on once only or other our out over own
    please same say says shall she should so some such tell than that the their them themselves then there these they this
    those through to too under until up upon us very was we were what when where which while who whom whose why will with
    would you your s t d ll m re ve don doesn didn isn aren wasn weren couldn wouldn
    """.split()
)
_stem = Stemmer.Stemmer("english")


def words(text: str) -> list[tuple[str, int, int]]:
    """(word, start, end) of each word of `text`; a dotted abbreviation is joined: "U.S." -> "US"."""
    return [(match[0].replace(".", "") if match[0].endswith(".") else match[0], *match.span()) for match in WORD.finditer(text)]


def names(text: str) -> list[tuple[str, int, int]]:
    """(name, start, end) of each run of capitalised words but the first word's."""
    return [(match[0], *match.span()) for match in _NAME.finditer(text)]


def terms(text: str) -> list[str]:
    """Stemmed content words of `text`, in order, with repeats. "US" in capitals is a country, "us" is a stop word."""
    return [_stem.stemWord(word.lower()) for word, _, _ in words(text) if _is_content(word)]


def matching_words(text: str, question: str) -> list[tuple[int, int]]:
    """[start, end) of each word of `text` whose term stands in `question` too."""
    wanted = frozenset(terms(question))
    return [(start, end) for word, start, end in words(text) if _is_content(word) and _stem.stemWord(word.lower()) in wanted]


def _is_content(word: str) -> bool:
    return word.lower() not in STOPWORDS or (len(word) > 1 and word.isupper())
