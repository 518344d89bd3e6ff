"""Text -> sentences with exact offsets, by sentencex (Wikimedia's rule-based segmenter; `BENCHMARKS.md` compares it with others)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

# Text that runs on longer than this without a sentence end is no prose (a table, a log): it is cut at white space.
LONGEST = 2000
_CUT = re.compile(rf".{{1,{LONGEST}}}(?:\s|$)|.{{{LONGEST}}}", re.DOTALL)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """[start, end) of each sentence of one paragraph, without the white space around it."""
    return list(_sentences(text))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    # A lone surrogate cannot cross into the library; any other character in its place keeps the offsets.
    readable = text.encode("utf-8", "replace").decode() if not text.isascii() else text
    for boundary in sentencex.get_sentence_boundaries("en", readable):
        start, end = boundary["start_index"], boundary["end_index"]
        for piece in _CUT.finditer(text, start, end) if end - start > LONGEST else [None]:
            first, last = piece.span() if piece else (start, end)
            stretch = text[first:last]
            if stretch.strip():
                yield first + len(stretch) - len(stretch.lstrip()), last - len(stretch) + len(stretch.rstrip())
