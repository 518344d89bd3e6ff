"""Text -> sentences with exact offsets, by sentencex (Wikimedia's rule-based segmenter; `BENCHMARKS.md` compares it with others)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

# The library takes quadratic time on pathological text (100,000 quotation marks: seconds), so it sees at most this much at once.
WINDOW = 20_000
# Text that runs on longer than this without a sentence end is no prose (a table, a log): it is cut at white space.
LONGEST = 2000


def _pieces(longest: int) -> re.Pattern[str]:
    """Matches the text in pieces of at most `longest` characters, cut at white space where there is any."""
    return re.compile(rf".{{1,{longest}}}(?:\s|$)|.{{{longest}}}", re.DOTALL)


_WINDOWS, _CUT = _pieces(WINDOW), _pieces(LONGEST)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """[start, end) of each sentence of one paragraph, without the white space around it."""
    return list(_sentences(text))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    # A lone surrogate cannot cross into the library; any other character in its place keeps the offsets.
    readable = text.encode("utf-8", "replace").decode()
    for window in _WINDOWS.finditer(readable) if len(text) > WINDOW else [None]:
        first, last = window.span() if window else (0, len(text))
        for boundary in sentencex.get_sentence_boundaries("en", readable[first:last]):
            yield from _trimmed(text, first + boundary["start_index"], first + boundary["end_index"])


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for piece in _CUT.finditer(text, start, end) if end - start > LONGEST else [None]:
        first, last = piece.span() if piece else (start, end)
        stretch = text[first:last]
        if stretch.strip():
            yield first + len(stretch) - len(stretch.lstrip()), last - len(stretch) + len(stretch.rstrip())
