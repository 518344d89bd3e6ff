"""What a reading model is given: a question and a window of neighbouring sentences, as word pieces that know their sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# Word pieces of question and window together; a passage of the index has about 220, a table more.
LONGEST = 320


@dataclass(frozen=True)
class Window:
    """Text that is read at once; `sentences` are [start, end) characters of it, in order."""

    text: str
    sentences: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Pieces:
    """Word pieces of pairs of question and window, all (pairs, longest) int64, padded on the right.

    `sentence` numbers the window's sentence that a piece stands in, -1 for the question, white space and padding; `starts` and
    `ends` are characters of the window.
    """

    ids: np.ndarray
    mask: np.ndarray
    types: np.ndarray
    sentence: np.ndarray
    starts: np.ndarray
    ends: np.ndarray


def in_pieces(tokenizer: Any, questions: Sequence[str], windows: Sequence[Window], *, multiple: int = 1) -> Pieces:
    """Pair each question with its window, cut to LONGEST, padded to a multiple of `multiple`; `tokenizer` is of the tokenizers library."""
    encoded = tokenizer.encode_batch([(question, window.text) for question, window in zip(questions, windows, strict=True)])
    length = max((len(row.ids) for row in encoded), default=0)
    shape = (len(encoded), -(-length // multiple) * multiple)
    ids, mask, types, starts, ends = (np.zeros(shape, np.int64) for _ in range(5))
    sentence = np.full(shape, -1, np.int64)
    for at, (row, window) in enumerate(zip(encoded, windows, strict=True)):
        size = len(row.ids)
        ids[at, :size], mask[at, :size], types[at, :size] = row.ids, 1, row.type_ids
        offsets = np.array(row.offsets, np.int64).reshape(-1, 2)
        starts[at, :size], ends[at, :size] = offsets.T
        of_window = np.array([part == 1 for part in row.sequence_ids], bool)
        sentence[at, :size] = np.where(of_window, _sentence_at(window, offsets[:, 0]), -1)
    return Pieces(ids, mask, types, sentence, starts, ends)


def _sentence_at(window: Window, offsets: np.ndarray) -> np.ndarray:
    """The number of the sentence that holds each character, -1 between sentences."""
    bounds = np.array(window.sentences, np.int64).reshape(-1, 2)
    found = np.searchsorted(bounds[:, 0], offsets, side="right") - 1
    inside = (found >= 0) & (offsets < bounds[found, 1]) if len(bounds) else np.zeros(len(offsets), bool)
    return np.where(inside, found, -1)
