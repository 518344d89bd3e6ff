"""Word pieces of a question and a window know which sentence they stand in."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from index.onnx_runtime import open_tokenizer
from index.windows import LONGEST, Window, in_pieces

WINDOW = Window("It rained. They were wet.", ((0, 10), (11, 25)))


@pytest.fixture(scope="module")
def tokenizer():
    return open_tokenizer(Path(str(files("index") / "reading" / "tokenizer.json")))


def test_a_piece_knows_its_sentence_and_its_characters(tokenizer) -> None:
    pieces = in_pieces(tokenizer, ["Why wet?"], [WINDOW])
    spoken = [
        (int(at), WINDOW.text[start:end])
        for at, start, end in zip(pieces.sentence[0], pieces.starts[0], pieces.ends[0], strict=True)
        if at >= 0
    ]
    assert spoken == [(0, "It"), (0, "rained"), (0, "."), (1, "They"), (1, "were"), (1, "wet"), (1, ".")]


def test_what_is_padded_belongs_to_no_sentence(tokenizer) -> None:
    pieces = in_pieces(tokenizer, ["Why?", "Why did it rain?"], [WINDOW, WINDOW], multiple=32)
    assert pieces.ids.shape == (2, 32)
    assert (pieces.sentence[pieces.mask == 0] == -1).all() and pieces.mask[0].sum() < pieces.mask[1].sum()


def test_white_space_between_sentences_is_in_none(tokenizer) -> None:
    apart = Window("A b. (c) D e.", ((0, 4), (9, 13)))
    pieces = in_pieces(tokenizer, ["?"], [apart])
    between = (pieces.starts[0] >= 4) & (pieces.starts[0] < 9)
    assert between.any() and (pieces.sentence[0][between] == -1).all()


def test_long_windows_are_cut(tokenizer) -> None:
    long = Window("word " * 2000, tuple((at, at + 5) for at in range(0, 10_000, 5)))
    assert in_pieces(tokenizer, ["Why?"], [long]).ids.shape == (1, LONGEST)


def test_no_windows_are_no_pieces(tokenizer) -> None:
    assert in_pieces(tokenizer, [], []).ids.shape == (0, 0)
    assert np.array_equal(in_pieces(tokenizer, ["Why?"], [Window("", ())]).sentence[0], [-1] * 5)
