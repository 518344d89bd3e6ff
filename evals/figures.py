"""From marks to figures: a value, its interval and the number of questions behind it; and two runs compared question by question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from typing import Protocol

import numpy as np

from evals.confidence import calibration_error, risk_coverage, would_be_wrong
from evals.scorers import Mark, Scored
from evals.statistics import difference_interval, interval_of, mcnemar, ratio_interval

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
class Reply:
    """Of one question, what is not a share of marks: times in ms, `characters` in all quotes."""

    confidence: float
    wrong: bool
    answerable: bool
    elapsed_ms: float
    characters: int


def reply(scored: Scored) -> Reply:
    """The reply of a scored answer; `wrong` counts what it would have said where it abstained."""
    answer = scored.answer
    size = sum(len(quote.text) for quote in answer.quotes)
    return Reply(answer.confidence, would_be_wrong(scored), scored.row.answerable, scored.elapsed_ms, size)


class Comparable(Protocol):
    """A run, or a saved one: figures, and what they were made of by the question's key."""

    @property
    def figures(self) -> Mapping[str, Figure]: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def replies(self) -> Mapping[str, Reply]: ...


@dataclass(frozen=True)
class Difference:
    """One figure of two runs over the `n` questions that both have.

    Of a share, ours is better on `wins` of them and worse on `losses`; other figures have no such count.
    """

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
    table, n = _table(list(map(reply, scored))), len(scored)
    for name in _OF_REPLIES if n else ():
        if name != "ece" or probabilities:
            found[name] = _of_replies(name, table)
    return {name: figure for name, figure in found.items() if figure}


def compare(ours: Comparable, theirs: Comparable) -> dict[str, Difference]:
    """Each figure that both runs have, over the questions that both were asked."""
    return {**compare_marks(ours.marks, theirs.marks), **_compare_replies(ours, theirs)}


def _compare_replies(ours: Comparable, theirs: Comparable) -> dict[str, Difference]:
    keys = [key for key in ours.replies if key in theirs.replies]
    one, other = (_table([run.replies[key] for key in keys]) for run in (ours, theirs))
    found = {}
    for name, statistic in _OF_REPLIES.items() if keys else ():
        if name in ours.figures and name in theirs.figures:
            # a statistic of all replies together: no question has a share in it that could be won or lost
            low, high = interval_of(len(keys), partial(_change, statistic, one, other))
            found[name] = Difference(statistic(one), statistic(other), low, high, len(keys), 0, 0, None)
    return found


def compare_marks(ours: Marks, theirs: Marks) -> dict[str, Difference]:
    """As `compare`, of the figures that are shares."""
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


def _table(replies: Sequence[Reply]) -> np.ndarray:
    """(replies, 5) float64, columns as the fields of Reply."""
    return np.array([astuple(one) for one in replies], float).reshape(-1, len(fields(Reply)))


def _of_replies(name: str, table: np.ndarray) -> Figure | None:
    statistic, kept = _OF_REPLIES[name], table[table[:, _CHARACTERS] > 0] if name == "quoted_characters" else table
    n = len(kept)
    return Figure(statistic(kept), *interval_of(n, lambda rows: statistic(kept[rows])), n) if n else None


def _change(statistic: Callable[[np.ndarray], float], one: np.ndarray, other: np.ndarray, rows: np.ndarray) -> float:
    return statistic(one[rows]) - statistic(other[rows])


def _mean_characters(table: np.ndarray) -> float:
    lengths = table[:, _CHARACTERS]
    return float(lengths[lengths > 0].mean()) if (lengths > 0).any() else 0.0


_CHARACTERS = 4
# Statistics of all replies of a run at once, by the name of their figure.
_OF_REPLIES: dict[str, Callable[[np.ndarray], float]] = {
    "aurc": lambda table: risk_coverage(table[:, 0].tolist(), table[:, 1].tolist()).area,
    "ece": lambda table: calibration_error(table[:, 0].tolist(), table[:, 2].tolist()),
    "quoted_characters": _mean_characters,
    "p50_ms": lambda table: float(np.quantile(table[:, 3], 0.5)),
    "p95_ms": lambda table: float(np.quantile(table[:, 3], 0.95)),
}
