"""What the fitted evidence model reaches on public test questions: python -m index.training.report BENCH ENCODER. Tunes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from index.evidence import LogisticWeights
from index.features import NAMES, summarise
from index.onnx_encoder import OnnxEncoder
from index.training.articles import squad_articles
from index.training.fit import SEED, Example, examples

RESAMPLES = 300


def main(bench: str, encoder_folder: str) -> None:
    """Print Markdown rows with 95 % intervals by bootstrap over the seven test articles of SQuAD 2.0 dev."""
    encoder, weights = OnnxEncoder(Path(encoder_folder)), LogisticWeights.packaged()
    articles = list(squad_articles(Path(bench), "squad2", "test", encoder, articles=99, questions=10_000, seed=SEED))
    groups = [examples([article], encoder) for article in articles]
    rankings: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "evidence model": weights.sentence.probabilities,
        "z(BM25) + z(dense)": lambda features: features[:, NAMES.index("bm25_z")] + features[:, NAMES.index("cosine_z")],
        "BM25": lambda features: features[:, NAMES.index("bm25")],
        "dense": lambda features: features[:, NAMES.index("cosine")],
    }
    for name, rank in rankings.items():
        found = [_interval(groups, partial(_recall, rank=rank, k=k)) for k in (1, 3)]
        print(f"| {name} | {found[0]} | {found[1]} |")
    sure = {id(example): _confidence(example, weights) for group in groups for example in group}
    top = {id(example): float(example.features[:, NAMES.index("cosine")].max()) for group in groups for example in group}
    for kind in ("adversarial", "off-topic"):
        for name, scores in (("confidence", sure), ("largest cosine", top)):
            print(f"| {name}, AUROC against {kind} | {_interval(groups, partial(_auroc, kind=kind, scores=scores))} |")
    for kind in ("answerable", "adversarial", "off-topic"):
        kept = [sure[id(e)] < weights.threshold for group in groups for e in group if e.kind == kind]
        print(f"| abstained on at {weights.threshold}, {kind} (n = {len(kept)}) | {np.mean(kept):.3f} |")


def _confidence(example: Example, weights: LogisticWeights) -> float:
    scores = weights.sentence.probabilities(example.features)
    return float(weights.question.probabilities(summarise(example.features, scores)[None])[0])


def _recall(those: Sequence[Example], rank: Callable[[np.ndarray], np.ndarray], k: int) -> float:
    asked = [example for example in those if example.kind == "answerable"]
    return float(np.mean([example.answers[np.argsort(-rank(example.features), kind="stable")[:k]].any() for example in asked]))


def _auroc(those: Sequence[Example], kind: str, scores: dict[int, float]) -> float:
    chosen = [example for example in those if example.kind in ("answerable", kind)]
    return float(roc_auc_score([example.kind == "answerable" for example in chosen], [scores[id(example)] for example in chosen]))


def _interval(groups: Sequence[list[Example]], measure: Callable[[Sequence[Example]], float]) -> str:
    chance = np.random.default_rng(SEED)
    value = measure([example for group in groups for example in group])
    draws = [chance.integers(len(groups), size=len(groups)) for _ in range(RESAMPLES if len(groups) > 1 else 0)]
    sampled = [measure([example for at in draw for example in groups[at]]) for draw in draws]
    low, high = np.quantile(sampled, [0.025, 0.975])
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main(*sys.argv[1:])
