"""Examples -> tensors of like length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import torch

from index.training.lessons import Example
from index.windows import in_pieces

# Examples in a batch, and batches that are sorted by length together.
BATCH, SORTED = 32, 40
MULTIPLE = 32


def batches(stream: Iterator[Example], tokenizer: Any, seed: int) -> Iterator[dict[str, torch.Tensor]]:
    """Batches of windows of like length, drawn from stretches of SORTED batches."""
    chance = np.random.default_rng(seed)
    while True:
        stretch = sorted(islice(stream, BATCH * SORTED), key=lambda one: len(one.window.text) + len(one.question))
        for at in chance.permutation(SORTED):
            yield as_batch(stretch[at * BATCH : (at + 1) * BATCH], tokenizer)


def as_batch(rows: Sequence[Example], tokenizer: Any) -> dict[str, torch.Tensor]:
    """Tensors of some examples; column 0 of `gold` stands for no answer, row 0 of a window's pieces for no span."""
    pieces = in_pieces(tokenizer, [row.question for row in rows], [row.window for row in rows], multiple=MULTIPLE)
    gold = np.zeros((len(rows), 1 + max(len(row.window.sentences) for row in rows)), np.float32)
    span, known = np.zeros((len(rows), 2), np.int64), np.ones(len(rows), np.float32)
    for at, row in enumerate(rows):
        seen = [number for number in row.gold if (pieces.sentence[at] == number).any()]
        gold[at, [number + 1 for number in seen] or [0]] = 1.0
        inside = _pieces_of(row.span, pieces.sentence[at], pieces.starts[at], pieces.ends[at]) if row.span else np.array([], int)
        known[at] = float(not seen or len(inside) > 0)
        if seen and len(inside):
            span[at] = inside[0], inside[-1]
    columns = {"input_ids": pieces.ids, "attention_mask": pieces.mask, "token_type_ids": pieces.types, "sentence": pieces.sentence}
    return {name: torch.from_numpy(column) for name, column in {**columns, "gold": gold, "span": span, "known": known}.items()}


def _pieces_of(span: tuple[int, int], sentence: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    return np.flatnonzero((sentence >= 0) & (starts < span[1]) & (ends > span[0]))
