"""What the packaged models reach on public test questions: python -m index.training.report BENCH ENCODER. Tunes nothing.

Prints Markdown rows with 95 % intervals by bootstrap over articles, the models and the baselines on the same questions.
"""

from __future__ import annotations

import re
import sys
from functools import cache, partial
from pathlib import Path

import numpy as np

from index.features import NAMES, summarise
from index.onnx_encoder import OnnxEncoder
from index.reading_model import ReadingModel
from index.stacked import StackedWeights
from index.training.articles import of_split, policy_articles, pool, search_articles, squad_articles, talk_articles, talks
from index.training.cases import Case, cases
from index.training.fit import SEED
from index.training.scores import Groups, Rank, Sure, auroc, calibration_error, interval, recall, risk_area, risk_at, span_f1

# Questions of each privacy policy.
POLICY_QUESTIONS = 40
COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
RRF = 60  # the constant of reciprocal rank fusion (Cormack et al. 2009)
# What a question asks for, by the first of these words in it.
_ASKS = re.compile(r"\b(who|whom|whose|what|which|when|where|why|how (?:many|much|long|far|old|often)|how)\b", re.I)
_KIND = {"whom": "who", "whose": "who", "which": "what"}


def main(bench: str, encoder_folder: str) -> None:
    """SQuAD 2.0's test articles, then the test questions of CLAPNQ and CANARD, and the privacy policies."""
    encoder, folder = OnnxEncoder(Path(encoder_folder)), Path(bench)
    model, weights = ReadingModel.packaged(), StackedWeights.packaged()
    squad = list(squad_articles(folder, "squad2", of_split("test"), encoder, articles=99, questions=10_000, seed=SEED))
    groups = [cases([article], encoder, model) for article in squad]
    _print(f"SQuAD 2.0, {len(groups)} test articles", groups, weights)
    _print_kinds(groups, rankings(weights))
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
        "RRF of BM25 and dense": lambda case: 1 / (RRF + _places(column("bm25")(case))) + 1 / (RRF + _places(column("cosine")(case))),
        "BM25": column("bm25"),
        "dense": column("cosine"),
    }
    return {name: cache(rank) for name, rank in found.items()}  # a case comes again in most samples of the bootstrap


def _places(scores: np.ndarray) -> np.ndarray:
    """(sentences,) each one's place in the ranking, from 1."""
    places: np.ndarray = np.argsort(np.argsort(-scores, kind="stable")) + 1
    return places


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
    _print_rankings(groups, ranks)
    for kind in dict.fromkeys(kind for kind in kinds if kind != "answerable"):
        print(f"\n| AUROC against {kind} | |\n| --- | --- |")
        for name, scores in sure.items():
            print(f"| {name} | {interval(groups, partial(auroc, kind=kind, scores=scores))} |")
    if "adversarial" in kinds:
        _print_calibration(groups, ranks, sure)
    for kind in dict.fromkeys(kinds):
        kept = [sure["stacked"](case) < weights.threshold for group in groups for case in group if case.question.kind == kind]
        print(f"\nabstained on at {weights.threshold}, {kind} (n = {len(kept)}): {np.mean(kept):.3f}")


def _print_rankings(groups: Groups, ranks: dict[str, Rank]) -> None:
    print("\n| sentence ranking | R@1 | R@3 |\n| --- | --- | --- |")
    for name, rank in ranks.items():
        print(f"| {name} | {interval(groups, partial(recall, rank=rank, k=1))} | {interval(groups, partial(recall, rank=rank, k=3))} |")
    print(f"\nspan F1 of the first sentence: {interval(groups, partial(span_f1, rank=ranks['stacked']))}")


def _print_calibration(groups: Groups, ranks: dict[str, Rank], sure: dict[str, Sure]) -> None:
    shares, everything = " | ".join(f"{coverage:.0%}" for coverage in COVERAGES), [case for group in groups for case in group]
    print(f"\n| confidence | ECE | AURC, risk at coverage: | {shares} |\n| --- | --- | --- |{' --- |' * len(COVERAGES)}")
    for name in ("stacked", "logistic regression"):
        error, area = partial(calibration_error, scores=sure[name]), partial(risk_area, scores=sure[name], rank=ranks[name])
        risks = [f"{risk_at(everything, sure[name], ranks[name], coverage):.3f}" for coverage in COVERAGES]
        print(f"| {name} | {interval(groups, error)} | {interval(groups, area)} | {' | '.join(risks)} |")


def _print_kinds(groups: Groups, ranks: dict[str, Rank]) -> None:
    print("\n| asks | n | R@1 stacked | logistic regression | z(BM25) + z(dense) |\n| --- | --- | --- | --- | --- |")
    answerable = [[case for case in group if case.question.kind == "answerable"] for group in groups]
    for kind in sorted({asks_for(case.question.text) for group in answerable for case in group}):
        own = [those for those in ([case for case in group if asks_for(case.question.text) == kind] for group in answerable) if those]
        cells = [interval(own, partial(recall, rank=ranks[name], k=1)) for name in ("stacked", "logistic regression", "z(BM25) + z(dense)")]
        print(f"| {kind} | {sum(map(len, own))} | {' | '.join(cells)} |")


def asks_for(question: str) -> str:
    """What kind of thing a question asks for: its interrogative, "how many" for every measure, "other" if it has none."""
    found = _ASKS.search(question)
    word = found[1].lower() if found else "other"
    return "how many" if word.startswith("how ") else _KIND.get(word, word)


if __name__ == "__main__":
    main(*sys.argv[1:])
