"""Average networks that were taught from the same start: python -m index.training.average FOLDER TAUGHT TAUGHT ...

Runs that differ in nothing but their seed end in the same basin; the mean of their weights generalises better than each, at no cost in
use (Wortsman et al. 2022, "Model soups").
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from index.training.network import ReadingNetwork


def average(networks: Sequence[ReadingNetwork]) -> ReadingNetwork:
    """The first network with the mean of all weights."""
    states = [network.state_dict() for network in networks]
    mean = {name: torch.stack([state[name].float() for state in states]).mean(0).to(weight.dtype) for name, weight in states[0].items()}
    networks[0].load_state_dict(mean)
    return networks[0]


def main(folder: str, *taught: str) -> None:
    """Write the average of the networks in the folders `taught`."""
    average([ReadingNetwork.beginning(Path(one)) for one in taught]).save(Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
