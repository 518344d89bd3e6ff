"""Teach the reading network: python -m index.training.teach BENCH WORDNET FOLDER --minutes 80. Resumes from FOLDER if it can.

The learning rate follows the clock as well as the steps, so that a busy machine shortens the lesson and never spoils its end.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch

from index.models import DEFAULT_MODEL, find_model
from index.onnx_runtime import open_tokenizer
from index.training.curriculum import examples
from index.training.edits import Spoiler
from index.training.lessons import Example, example
from index.training.network import ReadingNetwork, loss, sentence_logits
from index.training.sources import open_school, tune_lessons
from index.training.wordnet import WordNet
from index.windows import Window, in_pieces

SEED, BATCH, SORTED = 1, 32, 40
RATE, HEAD_RATE, WARMUP, DECAY, CLIP = 1.2e-4, 1e-3, 0.03, 0.01, 1.0
STEPS = 6000
MULTIPLE = 32
CHECKED = 500


@dataclass
class Clock:
    """How far a run is: the further of its share of steps and its share of seconds."""

    seconds: float
    spent: float = 0.0
    step: int = 0

    def __post_init__(self) -> None:
        self._began = time.monotonic() - self.spent

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._began

    @property
    def progress(self) -> float:
        return min(1.0, max(self.step / STEPS, self.elapsed / self.seconds))

    def rate(self) -> float:
        """Of the full learning rate: up over WARMUP, then down to 0 in a line."""
        return min(self.progress / WARMUP, (1.0 - self.progress) / (1.0 - WARMUP), 1.0)


def batches(stream: Iterator[Example], tokenizer: Any) -> Iterator[dict[str, torch.Tensor]]:
    """Batches of windows of like length, drawn from stretches of SORTED batches."""
    chance = np.random.default_rng(SEED)
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


def held_out(bench: Path) -> list[Example]:
    """At most CHECKED examples, whole passages."""
    lessons = list(tune_lessons(bench, held_out=True))
    order = np.random.default_rng(SEED).permutation(len(lessons))[:CHECKED]
    return [example(lessons[at], 0, len(lessons[at].passage.sentences)) for at in order]


def _optimiser(network: ReadingNetwork) -> torch.optim.AdamW:
    plain = [weight for name, weight in network.bert.named_parameters() if weight.ndim > 1]
    small = [weight for name, weight in network.bert.named_parameters() if weight.ndim == 1]
    groups = [(plain, RATE, DECAY), (small, RATE, 0.0), (list(network.head.parameters()), HEAD_RATE, 0.0)]
    return torch.optim.AdamW([{"params": weights, "lr": rate, "full": rate, "weight_decay": decay} for weights, rate, decay in groups])


def _keep(folder: Path, network: ReadingNetwork, optimiser: torch.optim.AdamW, clock: Clock) -> None:
    """Replace the checkpoint in one step: a killed run leaves the one before."""
    state = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "spent": clock.elapsed, "step": clock.step}
    torch.save(state, folder / "new.pt")
    (folder / "new.pt").replace(folder / "checkpoint.pt")


def _resume(folder: Path, network: ReadingNetwork, optimiser: torch.optim.AdamW, seconds: float) -> Clock:
    if not (folder / "checkpoint.pt").exists():
        return Clock(seconds)
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    network.load_state_dict(state["network"])
    optimiser.load_state_dict(state["optimiser"])
    return Clock(seconds, state["spent"], state["step"])


def teach(arguments: argparse.Namespace) -> None:
    torch.manual_seed(SEED)
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    packaged = find_model(DEFAULT_MODEL).folder
    tokenizer = open_tokenizer(packaged / "tokenizer.json")
    network = ReadingNetwork.beginning(arguments.start or packaged).train()
    optimiser = _optimiser(network)
    stream = examples(open_school(arguments.bench), Spoiler(WordNet.load(arguments.wordnet)), arguments.seed)
    checks = held_out(arguments.bench)
    clock = _resume(folder, network, optimiser, arguments.minutes * 60)
    _learn(network, optimiser, clock, batches(islice(stream, clock.step * BATCH, None), tokenizer), folder, lambda: check(network, checks, tokenizer))
    network.save(folder / "taught")


def _learn(network, optimiser, clock, stream, folder, checked) -> None:
    kept = shown = time.monotonic()
    losses: list[float] = []
    while clock.progress < 1.0:
        for group in optimiser.param_groups:
            group["lr"] = group["full"] * clock.rate()
        batch = next(stream)
        value = loss(run_network(network, batch), batch)
        optimiser.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
        optimiser.step()
        clock.step += 1
        losses.append(float(value.detach()))
        if time.monotonic() - shown > 30:
            print(f"{clock.elapsed:.0f} s, step {clock.step}, {clock.progress:.1%}, loss {np.mean(losses):.3f}", file=sys.stderr, flush=True)
            shown, losses = time.monotonic(), []
        if time.monotonic() - kept > 300:
            _keep(folder, network, optimiser, clock)
            print(checked(), file=sys.stderr, flush=True)
            kept = time.monotonic()
    _keep(folder, network, optimiser, clock)
    print(checked(), file=sys.stderr, flush=True)


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Teach the reading network")
    parser.add_argument("bench", type=Path, help="folder of the public question sets")
    parser.add_argument("wordnet", type=Path, help="folder of WordNet's dictionary files")
    parser.add_argument("folder", type=Path, help="where checkpoints and the taught weights go")
    parser.add_argument("--minutes", type=float, default=80.0)
    parser.add_argument("--start", type=Path, help="folder of weights to continue from, instead of the packaged encoder")
    parser.add_argument("--seed", type=int, default=SEED)
    teach(parser.parse_args(given))


if __name__ == "__main__":
    main()
