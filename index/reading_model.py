"""The reading model: question and window together, for each sentence how well it answers. What it was taught is in `index/evidence.md`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from index.onnx_runtime import open_session, open_tokenizer
from index.windows import Pieces, Window, in_pieces

# Windows of like length are read together, so that short ones are not padded to the longest.
TOGETHER = 8
# The longest span, in word pieces, that counts as an answer's words.
SPAN = 30
# The logit of a sentence that was cut off.
UNREAD = -15.0


@dataclass(frozen=True)
class Reading:
    """Of each sentence of a window, (sentences,) float64 log odds against the window's "none of these": as a whole, by its best span.

    `spans` are those spans, [start, end) in the window's text.
    """

    sentences: np.ndarray
    best_span: np.ndarray
    spans: tuple[tuple[int, int], ...]


class ReadingModel:
    """An exported network in `folder`; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = open_tokenizer(folder / "tokenizer.json")
        self._session = open_session(folder / "model.onnx")

    @classmethod
    def packaged(cls) -> ReadingModel:
        return cls(Path(str(files("index") / "reading")))

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading for each window, in their order."""
        order = sorted(range(len(windows)), key=lambda at: len(windows[at].text))
        found: dict[int, Reading] = {}
        for start in range(0, len(order), TOGETHER):
            part = order[start : start + TOGETHER]
            pieces = in_pieces(self._tokenizer, [question] * len(part), [windows[at] for at in part])
            logits = self._logits(pieces)
            for row, at in enumerate(part):
                found[at] = _reading(logits[row], pieces, row, windows[at])
        return [found[at] for at in range(len(windows))]

    def _logits(self, pieces: Pieces) -> np.ndarray:
        feed = {"input_ids": pieces.ids, "attention_mask": pieces.mask, "token_type_ids": pieces.types}
        logits: np.ndarray = self._session.run(["logits"], feed)[0]
        return logits.astype(np.float64)


def _reading(logits: np.ndarray, pieces: Pieces, row: int, window: Window) -> Reading:
    places = [np.flatnonzero(pieces.sentence[row] == at) for at in range(len(window.sentences))]
    none, no_span = logits[0, 3], logits[0, 0] + logits[0, 1]
    whole = [float(logits[own, 2].mean() - none) if len(own) else UNREAD for own in places]
    best = [_best_span(logits[own, 0], logits[own, 1]) if len(own) else (UNREAD, 0, 0) for own in places]
    spans = tuple(
        (int(pieces.starts[row, own[first]]), int(pieces.ends[row, own[last]])) if len(own) else (0, 0)
        for own, (_, first, last) in zip(places, best, strict=True)
    )
    return Reading(
        np.array(whole), np.array([score - no_span if len(own) else UNREAD for own, (score, _, _) in zip(places, best, strict=True)]), spans
    )


def _best_span(starts: np.ndarray, ends: np.ndarray) -> tuple[float, int, int]:
    """The largest sum of a start and an end at or after it, at most SPAN pieces on, and their places."""
    sums = starts[:, None] + ends[None]
    allowed = np.triu(np.ones_like(sums, bool)) & ~np.triu(np.ones_like(sums, bool), SPAN)
    first, last = np.unravel_index(np.where(allowed, sums, -np.inf).argmax(), sums.shape)
    return float(sums[first, last]), int(first), int(last)
