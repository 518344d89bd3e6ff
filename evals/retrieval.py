"""How well the passages are ranked. The only place that imports ir_measures.

It runs trec_eval's own code, which every published figure rests on; ranx is faster on many queries but brings numba and pandas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, R, nDCG

from evals.scorers import Mark

DEPTH = 10
_NAMES = {R @ 1: "recall_at_1", R @ 5: "recall_at_5", R @ 10: "recall_at_10", RR @ 10: "mrr", nDCG @ 10: "ndcg_at_10"}


@dataclass(frozen=True)
class Ranking:
    """The names of the passages that were retrieved for a question, best first, and of all that hold evidence for it."""

    retrieved: Sequence[str]
    relevant: Sequence[str]


def score_rankings(rankings: Mapping[str, Ranking]) -> dict[str, dict[str, Mark]]:
    """For each question, recall@k (of all passages that hold a snippet), reciprocal rank and nDCG@10."""
    judged = {key: ranking for key, ranking in rankings.items() if ranking.relevant}
    relevant = {key: dict.fromkeys(ranking.relevant, 1) for key, ranking in judged.items()}
    retrieved = {key: {name: float(DEPTH - rank) for rank, name in enumerate(ranking.retrieved[:DEPTH])} for key, ranking in judged.items()}
    marks: dict[str, dict[str, Mark]] = {key: {} for key in judged}
    for found in ir_measures.iter_calc(list(_NAMES), relevant, retrieved):
        marks[found.query_id][_NAMES[found.measure]] = Mark(found.value, 1, _why(judged[found.query_id]))
    return marks


def _why(ranking: Ranking) -> str:
    ranks = [rank for rank, name in enumerate(ranking.retrieved[:DEPTH], start=1) if name in ranking.relevant]
    return f"evidence at rank {', '.join(map(str, ranks))}" if ranks else f"no evidence among the first {DEPTH}"
