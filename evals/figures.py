"""From marks to figures: a value, its interval and the number of questions behind it; and two runs compared question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.confidence import calibration_error, risk_coverage, would_be_wrong
from evals.scorers import Mark, Scored
from evals.statistics import difference_interval, interval_of, mcnemar, quantile_interval, ratio_interval

Marks = Mapping[str, Mapping[str, Mark]]  # of each question, by its key, of each scorer


@dataclass(frozen=True)
class Kind:
    """A figure's name in words, what it means, and whether less of it is better."""

    title: str
    meaning: str
    less: bool = False
    unit: str = "share"


FIGURES = {
    "right": Kind("Right", "answerable: every place is quoted; unanswerable: abstained on, or the premise corrected by the first quote"),
    "evidence_hit": Kind("Evidence hit", "answerable questions of which every evidence group is quoted"),
    "first_quote_hit": Kind("First-quote hit", "answerable questions whose first quote is evidence"),
    "quote_precision": Kind("Quote precision", "quotes that are evidence, of all given to answerable questions"),
    "verbatim": Kind("Verbatim", "quotes that are, as printed, whole words of the source file at the printed offsets"),
    "answer_facts": Kind("Answer facts", "required facts that the answer states"),
    "follow_up": Kind("Follow-ups right", "right, of the questions that lean on earlier ones"),
    "false_abstention": Kind("False abstention", "answerable questions that are abstained on", less=True),
    "abstention_off_topic": Kind("Abstention, off-topic", "off-topic questions abstained on"),
    "abstention_near_miss": Kind("Abstention, near-miss", "near-misses abstained on"),
    "abstention_false_premise": Kind("Abstention, false premise", "false premises abstained on or corrected"),
    "supported_sentences": Kind(
        "Supported sentences", "sentences of answers that share a quote's words and numbers (not their meaning: no model judges)"
    ),
    "recall_at_1": Kind("Recall@1", "of all passages that hold evidence, those ranked first"),
    "recall_at_5": Kind("Recall@5", "of all passages that hold evidence, those among the first 5"),
    "recall_at_10": Kind("Recall@10", "of all passages that hold evidence, those among the first 10"),
    "mrr": Kind("MRR", "mean reciprocal rank of the first passage that holds evidence"),
    "ndcg_at_10": Kind("nDCG@10", "gain of the first 10 passages, discounted by rank"),
    "aurc": Kind("AURC", "mean risk over all coverages: how wrong, taken in order of confidence", less=True, unit="number"),
    "ece": Kind("ECE", "mean distance between confidence and the share that the text answers", less=True, unit="number"),
    "quoted_characters": Kind("Characters quoted", "mean length of all quotes of an answer", less=True, unit="characters"),
    "p50_ms": Kind("Latency p50", "median time of a question", less=True, unit="ms"),
    "p95_ms": Kind("Latency p95", "time that 95 % of the questions stay under", less=True, unit="ms"),
}


@dataclass(frozen=True)
class Figure:
    """`value` with its 95 % interval `low` to `high`, over `n` questions; in ms, characters, or a share of 1."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Difference:
    """One figure of two runs over the `n` questions that both have; ours is better on `wins` of them and worse on `losses`."""

    ours: float
    theirs: float
    low: float
    high: float
    n: int
    wins: int
    losses: int
    p: float | None


def summary(scored: Sequence[Scored], *, probabilities: bool = True) -> dict[str, Figure]:
    """The figures that a run has questions for; `probabilities` says whether its confidence claims to be one."""
    found = {name: _share([one.marks[name] for one in scored if name in one.marks]) for name in FIGURES}
    found |= _of_confidence(scored, probabilities=probabilities)
    found |= _of_size(scored)
    return {name: figure for name, figure in found.items() if figure}


def _of_size(scored: Sequence[Scored]) -> dict[str, Figure | None]:
    """How much is quoted and how long it takes."""
    found: dict[str, Figure | None] = {}
    lengths = [float(sum(len(quote.text) for quote in one.answer.quotes)) for one in scored if one.answer.quotes]
    times = [one.elapsed_ms for one in scored]
    found["quoted_characters"] = (
        Figure(float(np.mean(lengths)), *ratio_interval(lengths, [1.0] * len(lengths)), len(lengths)) if lengths else None
    )
    for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95)):
        found[name] = Figure(float(np.quantile(times, share)), *quantile_interval(times, share), len(times)) if times else None
    return found


def compare(ours: Marks, theirs: Marks) -> dict[str, Difference]:
    """Each figure that both runs have, over the questions that both were asked."""
    found = {}
    for name in FIGURES:
        pairs = [(marks[name], theirs[key][name]) for key, marks in ours.items() if key in theirs and name in marks and name in theirs[key]]
        if pairs:
            found[name] = _difference([our for our, _ in pairs], [their for _, their in pairs], less=FIGURES[name].less)
    return found


def _difference(ours: Sequence[Mark], theirs: Sequence[Mark], *, less: bool) -> Difference:
    shares = [(our.got / our.of, their.got / their.of) for our, their in zip(ours, theirs, strict=True)]
    more, fewer = sum(our > their for our, their in shares), sum(our < their for our, their in shares)
    wins, losses = (fewer, more) if less else (more, fewer)
    columns = _columns(ours), _columns(theirs)
    binary = all(share in (0, 1) for pair in shares for share in pair)
    value, other = (sum(got) / sum(of) for got, of in columns)
    low, high = difference_interval(*columns)
    return Difference(value, other, low, high, len(shares), wins, losses, mcnemar(wins, losses) if binary else None)


def _columns(marks: Sequence[Mark]) -> tuple[list[float], list[float]]:
    return [mark.got for mark in marks], [mark.of for mark in marks]


def _share(marks: Sequence[Mark]) -> Figure | None:
    if not marks:
        return None
    got, of = _columns(marks)
    return Figure(sum(got) / sum(of), *ratio_interval(got, of), len(marks))


def _of_confidence(scored: Sequence[Scored], *, probabilities: bool) -> dict[str, Figure | None]:
    confidence = np.array([one.answer.confidence for one in scored])
    wrong = np.array([would_be_wrong(one) for one in scored])
    answerable = np.array([one.row.answerable for one in scored])

    def area(rows: np.ndarray) -> float:
        return risk_coverage(confidence[rows], wrong[rows]).area

    def error(rows: np.ndarray) -> float:
        return calibration_error(confidence[rows], answerable[rows])

    n = len(scored)
    every = np.arange(n)
    found: dict[str, Figure | None] = {"aurc": Figure(area(every), *interval_of(n, area), n) if n else None}
    if probabilities and n:
        found["ece"] = Figure(error(every), *interval_of(n, error), n)
    return found
