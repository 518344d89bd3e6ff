"""What the packaged models reach on public test questions: python -m index.training.report BENCH ENCODER. Tunes nothing.

Prints Markdown rows with 95 % intervals by bootstrap over articles, the models and the baselines on the same questions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from index.features import NAMES, summarise
from index.onnx_encoder import OnnxEncoder
from index.reading_model import ReadingModel
from index.stacked import StackedWeights
from index.training.articles import of_split, policy_articles, pool, search_articles, squad_articles, talk_articles, talks
from index.training.cases import Case, cases
from index.training.fit import SEED
from index.words import terms

RESAMPLES = 300
BINS = 10
# Questions of each privacy policy.
POLICY_QUESTIONS = 40

Rank = Callable[[Case], np.ndarray]
Sure = Callable[[Case], float]
Groups = Sequence[list[Case]]


def main(bench: str, encoder_folder: str) -> None:
    """SQuAD 2.0's test articles, then the test questions of CLAPNQ and CANARD, and the privacy policies."""
    encoder, folder = OnnxEncoder(Path(encoder_folder)), Path(bench)
    model, weights = ReadingModel.packaged(), StackedWeights.packaged()
    squad = list(squad_articles(folder, "squad2", of_split("test"), encoder, articles=99, questions=10_000, seed=SEED))
    groups = [cases([article], encoder, model) for article in squad]
    _print(f"SQuAD 2.0, {len(groups)} test articles", groups, weights)
    pooled = cases([pool(squad, encoder)], encoder, model)
    by_article = [[case for case in pooled if case.question.document == article.name] for article in squad]
    _print(f"SQuAD 2.0, {len(groups)} test articles in one index", by_article, weights)
    searched = [cases([article], encoder, model) for article in search_articles(folder, "test", encoder)]
    _print(f"CLAPNQ, {len(searched)} test questions, one passage each", searched, weights)
    told = [cases([article], encoder, model) for article in talk_articles(talks(folder, "test"), encoder)]
    _print(f"CANARD, {len(told)} test conversations", told, weights)
    policies = policy_articles(folder, encoder, questions=POLICY_QUESTIONS, seed=SEED)
    _print("PolicyQA, privacy policies", [cases([article], encoder, model) for article in policies], weights)


def rankings(weights: StackedWeights) -> dict[str, Rank]:
    """How each model orders a case's sentences; larger is better."""

    def column(name: str) -> Rank:
        return lambda case: case.weighed.measured[:, NAMES.index(name)]

    found: dict[str, Rank] = {
        "stacked": lambda case: weights.sentence.probabilities(case.weighed.sentence_features),
        "reading alone": lambda case: case.weighed.read,
        "logistic regression": lambda case: case.weighed.likely,
        "z(BM25) + z(dense)": lambda case: column("bm25_z")(case) + column("cosine_z")(case),
        "BM25": column("bm25"),
        "dense": column("cosine"),
    }
    return {name: cache(rank) for name, rank in found.items()}  # a case comes again in most samples of the bootstrap


def confidences(weights: StackedWeights) -> dict[str, Sure]:
    """How sure each model is that the text answers."""
    found: dict[str, Sure] = {
        "stacked": partial(_stacked, weights=weights),
        "reading alone": lambda case: float(case.weighed.read.max(initial=-99.0)),
        "logistic regression": partial(_measured, weights=weights),
        "largest cosine": lambda case: float(case.weighed.measured[:, NAMES.index("cosine")].max(initial=-1.0)),
    }
    return {name: cache(sure) for name, sure in found.items()}


def _stacked(case: Case, weights: StackedWeights) -> float:
    return weights.answerable(case.weighed, weights.sentence.probabilities(case.weighed.sentence_features)) if len(case.answers) else 0.0


def _measured(case: Case, weights: StackedWeights) -> float:
    features = summarise(case.weighed.measured, case.weighed.likely)
    return float(weights.measured.question.probabilities(features[None])[0]) if len(case.answers) else 0.0


def _print(title: str, groups: Groups, weights: StackedWeights) -> None:
    kinds = [case.question.kind for group in groups for case in group]
    print(f"\n{title}: " + ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)))
    ranks, sure = rankings(weights), confidences(weights)
    print("\n| sentence ranking | R@1 | R@3 |\n| --- | --- | --- |")
    for name, rank in ranks.items():
        print(f"| {name} | {_interval(groups, partial(_recall, rank=rank, k=1))} | {_interval(groups, partial(_recall, rank=rank, k=3))} |")
    print(f"\nspan F1 of the first sentence: {_interval(groups, partial(_span_f1, rank=ranks['stacked']))}")
    for kind in ("adversarial", "off-topic"):
        if kind in kinds:
            print(f"\n| AUROC against {kind} | |\n| --- | --- |")
            for name, scores in sure.items():
                print(f"| {name} | {_interval(groups, partial(_auroc, kind=kind, scores=scores))} |")
    if "adversarial" in kinds:
        print("\n| confidence | ECE | AURC |\n| --- | --- | --- |")
        for name in ("stacked", "logistic regression"):
            error, area = (
                partial(_calibration_error, scores=sure[name]),
                partial(_risk_area, scores=sure[name], rank=ranks[name]),
            )
            print(f"| {name} | {_interval(groups, error)} | {_interval(groups, area)} |")
    for kind in dict.fromkeys(kinds):
        kept = [sure["stacked"](case) < weights.threshold for group in groups for case in group if case.question.kind == kind]
        print(f"\nabstained on at {weights.threshold}, {kind} (n = {len(kept)}): {np.mean(kept):.3f}")


def _recall(those: Sequence[Case], rank: Rank, k: int) -> float:
    asked = [case for case in those if case.question.kind == "answerable"]
    return float(np.mean([case.answers[np.argsort(-rank(case), kind="stable")[:k]].any() for case in asked]))


def _auroc(those: Sequence[Case], kind: str, scores: Sure) -> float:
    chosen = [case for case in those if case.question.kind in ("answerable", kind)]
    return float(roc_auc_score([case.question.kind == "answerable" for case in chosen], [scores(case) for case in chosen]))


def _calibration_error(those: Sequence[Case], scores: Sure) -> float:
    """Expected calibration error over BINS equal bins; unanswerable questions count as the regressions were fitted: half if adversarial."""
    sure = np.array([scores(case) for case in those])
    true = np.array([case.question.kind == "answerable" for case in those])
    weight = np.array([0.5 if case.question.kind == "adversarial" else 1.0 for case in those])
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(np.sum(weight[own] * (sure[own] - true[own]))) for own in (bins == at for at in range(BINS))]
    return float(sum(gaps) / weight.sum())


def _risk_area(those: Sequence[Case], scores: Sure, rank: Rank) -> float:
    """Area under the curve of risk by coverage: an answer is wrong if its first sentence does not answer. Lower is better."""
    wrong = np.array([not case.answers[np.argmax(rank(case))] if len(case.answers) else True for case in those])
    order = np.argsort([-scores(case) for case in those], kind="stable")
    return float(np.mean(np.cumsum(wrong[order]) / np.arange(1, len(order) + 1)))


def _span_f1(those: Sequence[Case], rank: Rank) -> float:
    """Mean word F1 of the best span in the first sentence against the nearest right span."""
    scores = []
    for case in (case for case in those if case.question.kind == "answerable"):
        best, found = int(np.argmax(rank(case))), case.weighed.found
        texts = {sentence.document.id: sentence.document.text for sentence in found.sentences}
        given = terms(found.sentences[best].document.text[slice(*case.weighed.spans[best])])
        right = [texts.get(case.question.document, "")[start:end] for start, end in case.question.spans]
        scores.append(max(_f1(given, terms(text)) if text else 0.0 for text in right))
    return float(np.mean(scores))


def _f1(given: Sequence[str], right: Sequence[str]) -> float:
    shared = sum(min(given.count(term), right.count(term)) for term in set(given))
    return 2 * shared / (len(given) + len(right)) if given and right else float(list(given) == list(right))


def _interval(groups: Groups, measure: Callable[[Sequence[Case]], float]) -> str:
    chance = np.random.default_rng(SEED)
    value = measure([case for group in groups for case in group])
    draws = [chance.integers(len(groups), size=len(groups)) for _ in range(RESAMPLES)]
    sampled = [measure([case for at in draw for case in groups[at]]) for draw in draws]
    low, high = np.quantile(sampled, [0.025, 0.975])
    return f"{value:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main(*sys.argv[1:])
