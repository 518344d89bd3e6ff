"""Run as `python -m index.probe DATA GENERATION`: open a generation and find a passage by its own vector, or die trying."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from index.generations import Generations
from index.reader import IndexReader


def main(data: str, name: str) -> int:
    """0 if the first passage is the nearest to its own vector."""
    index = IndexReader.of(Path(data), Generations(Path(data)).manifest(name))
    vector = np.asarray(index.passage_vectors[0])
    nearest = index.store.ranking(vector, 1)
    return 0 if nearest and nearest[0][1] > 0.99 else 1


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
