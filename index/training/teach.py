"""Teach the reading network: python -m index.training.teach BENCH WORDNET ENCODER FOLDER --minutes 80. Resumes from FOLDER if it can."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from index.models import DEFAULT_MODEL, find_model
from index.onnx_encoder import OnnxEncoder
from index.onnx_runtime import open_tokenizer
from index.training.batches import BATCH, batches
from index.training.checks import check, held_out, run_network
from index.training.clock import Clock
from index.training.curriculum import examples
from index.training.network import ReadingNetwork, loss
from index.training.pace import Pace
from index.training.sources import open_school
from index.training.synonyms import close_synonyms
from index.training.wordnet import WordNet

SEED = 1
RATE, HEAD_RATE, DECAY, CLIP = 1.2e-4, 1e-3, 0.01, 1.0
# Seconds between two lines of news, and between two checkpoints.
NEWS, KEPT = 30.0, 600.0


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
    """Run to the end of the clock and leave the weights in FOLDER/taught."""
    torch.manual_seed(arguments.seed)
    folder: Path = arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    packaged = find_model(DEFAULT_MODEL).folder
    tokenizer = open_tokenizer(packaged / "tokenizer.json")
    network = ReadingNetwork.beginning(arguments.start or packaged).train()
    optimiser = _optimiser(network)
    wordnet = WordNet.load(arguments.wordnet)
    common = {piece for piece in tokenizer.get_vocab() if piece.isalpha()}
    synonyms = close_synonyms(wordnet, common, OnnxEncoder(arguments.encoder).encode)
    stream = examples(open_school(arguments.bench), wordnet, synonyms, arguments.seed)
    held = held_out(arguments.bench, arguments.seed)
    clock = _resume(folder, network, optimiser, arguments.minutes * 60)
    ahead = batches(islice(stream, clock.step * BATCH, None), tokenizer, arguments.seed)

    def keep() -> None:
        _keep(folder, network, optimiser, clock)
        for source, rows in held.items():
            print(f"{source}: {check(network, rows, tokenizer)}", file=sys.stderr, flush=True)

    _learn(network, optimiser, clock, ahead, keep)
    network.save(folder / "taught")


def _learn(
    network: ReadingNetwork, optimiser: torch.optim.AdamW, clock: Clock, stream: Iterator[dict[str, torch.Tensor]], keep: Callable[[], None]
) -> None:
    kept = told = time.monotonic()
    losses: list[float] = []
    pace = Pace(range(1, torch.get_num_threads() + 1))
    while clock.progress < 1.0:
        batch, began, step = next(stream), time.monotonic(), clock.step
        torch.set_num_threads(pace.threads(step))
        losses.append(_step(network, optimiser, clock, batch))
        pace.hear(step, (time.monotonic() - began) / batch["input_ids"].numel())
        if time.monotonic() - told > NEWS:
            news = f"{clock.elapsed:.0f} s, step {clock.step}, {clock.progress:.1%}, loss {np.mean(losses):.3f}"
            print(news, file=sys.stderr, flush=True)
            told, losses = time.monotonic(), []
        if time.monotonic() - kept > KEPT:
            keep()
            kept = time.monotonic()
    keep()


def _step(network: ReadingNetwork, optimiser: torch.optim.AdamW, clock: Clock, batch: dict[str, torch.Tensor]) -> float:
    """One update at the clock's learning rate; the loss before it."""
    for group in optimiser.param_groups:
        group["lr"] = group["full"] * clock.rate()
    value = loss(run_network(network, batch), batch)
    optimiser.zero_grad(set_to_none=True)
    value.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
    optimiser.step()
    clock.step += 1
    return float(value.detach())


def main(given: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Teach the reading network")
    parser.add_argument("bench", type=Path, help="folder of the public question sets")
    parser.add_argument("wordnet", type=Path, help="folder of WordNet's dictionary files")
    parser.add_argument("encoder", type=Path, help="folder of the exported embedding model")
    parser.add_argument("folder", type=Path, help="where checkpoints and the taught weights go")
    parser.add_argument("--minutes", type=float, default=80.0)
    parser.add_argument("--start", type=Path, help="folder of weights to continue from, instead of the packaged encoder")
    parser.add_argument("--seed", type=int, default=SEED)
    teach(parser.parse_args(given))


if __name__ == "__main__":
    main()
