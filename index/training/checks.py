"""How a network does, while it is taught, on tune questions that no lesson is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from index.training.batches import BATCH, as_batch
from index.training.lessons import Example, Lesson, example
from index.training.network import ReadingNetwork, sentence_logits
from index.training.sources import onward_lessons, own_lessons, tune_lessons

CHECKED = 500


def run_network(network: ReadingNetwork, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """The logits of a batch, in bfloat16 where the processor has it."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits: torch.Tensor = network(batch["input_ids"], batch["attention_mask"], batch["token_type_ids"])
    return logits


@dataclass(frozen=True)
class Checked:
    """On the held-out tune questions, each with its own passage: is the right sentence first, and are deceiving ones told apart?"""

    first: float
    auroc: float


@torch.no_grad()
def check(network: ReadingNetwork, rows: Sequence[Example], tokenizer: Any) -> Checked:
    network.eval()
    right, sure, answerable = [], [], []
    ordered = sorted(rows, key=lambda one: len(one.window.text))
    for start in range(0, len(ordered), BATCH):
        part = ordered[start : start + BATCH]
        batch = as_batch(part, tokenizer)
        logits = run_network(network, batch).float()
        scores = sentence_logits(logits, batch["sentence"], batch["gold"].shape[1] - 1)
        sure += (torch.logsumexp(scores, 1) - logits[:, 0, 3]).tolist()
        answerable += [bool(row.gold) for row in part]
        right += [int(scores[at].argmax()) in row.gold for at, row in enumerate(part) if row.gold]
    network.train()
    return Checked(float(np.mean(right)), auroc(np.array(sure), np.array(answerable)))


def auroc(scores: np.ndarray, positive: np.ndarray) -> float:
    """The probability that a positive scores above a negative; ties count half."""
    difference = scores[positive][:, None] - scores[~positive][None]
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def held_out(bench: Path, seed: int) -> dict[str, list[Example]]:
    """By source, at most CHECKED examples, whole passages."""
    sources = {
        "SQuAD 2.0": list(tune_lessons(bench, held_out=True)),
        "own": list(own_lessons(bench, kept=True)),
        "follow-ups": list(onward_lessons(bench, kept=True)),
    }
    return {name: _some(lessons, np.random.default_rng(seed)) for name, lessons in sources.items()}


def _some(lessons: Sequence[Lesson], chance: np.random.Generator) -> list[Example]:
    order = chance.permutation(len(lessons))[:CHECKED]
    return [example(lessons[at], 0, len(lessons[at].passage.sentences)) for at in order]
