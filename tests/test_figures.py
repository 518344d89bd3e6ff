"""Figures, intervals, tests between runs, and what the confidence is worth; checked against values worked out by hand."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from bot.answers import Answer, Quote
from evals.confidence import Bin, calibration_error, reliability, risk_coverage, would_be_wrong
from evals.figures import Figure, Reply, compare, compare_marks, reply, summary
from evals.gold import GoldRow
from evals.retrieval import Ranking, score_rankings
from evals.scorers import Mark, Scored, score
from evals.statistics import mcnemar, ratio_interval
from index import Document


def test_risk_is_the_share_of_errors_among_the_surest() -> None:
    curve = risk_coverage([0.9, 0.7, 0.5, 0.1], [False, True, False, True])
    assert curve.coverage == (0.25, 0.5, 0.75, 1.0)
    assert curve.risk == pytest.approx((0, 1 / 2, 1 / 3, 1 / 2))
    assert curve.area == pytest.approx(1 / 3)


def test_equal_confidence_is_no_order() -> None:
    assert risk_coverage([0.5] * 4, [True, True, False, False]).risk == risk_coverage([0.5] * 4, [False, False, True, True]).risk


def test_calibration_compares_confidence_with_truth_bin_by_bin() -> None:
    assert reliability([0.95, 0.85, 0.05, 1.0], [True, False, False, True]) == (
        Bin(0.05, 0.0, 1),
        Bin(0.85, 0.0, 1),
        Bin(0.975, 1.0, 2),
    )
    assert calibration_error([0.95, 0.85, 0.05, 1.0], [True, False, False, True]) == pytest.approx((0.05 + 0.85 + 2 * 0.025) / 4)


def test_intervals_hold_the_value_and_narrow_with_more_questions() -> None:
    few, many = ratio_interval([1, 0] * 10, [1] * 20), ratio_interval([1, 0] * 200, [1] * 400)
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    assert many == pytest.approx((0.45, 0.55), abs=0.01)


def test_where_all_agree_the_interval_is_exact_not_empty() -> None:
    assert ratio_interval([1] * 20, [1] * 20) == (pytest.approx(0.025 ** (1 / 20)), 1.0)


def test_mcnemar_is_exact() -> None:
    assert mcnemar(5, 0) == pytest.approx(2 * 0.5**5)
    assert mcnemar(3, 3) == 1.0 == mcnemar(0, 0)


def test_runs_are_compared_on_the_questions_that_both_have() -> None:
    ours = {str(at): {"right": Mark(at != 0, 1, ""), "false_abstention": Mark(at == 0, 1, "")} for at in range(10)}
    theirs = {str(at): {"right": Mark(0, 1, ""), "false_abstention": Mark(0, 1, "")} for at in range(5, 12)}
    found = compare_marks(ours, theirs)
    assert (found["right"].n, found["right"].ours, found["right"].theirs) == (5, 1.0, 0.0)
    assert (found["right"].wins, found["right"].losses, found["right"].p) == (5, 0, pytest.approx(0.0625))
    assert compare_marks({"a": {"right": Mark(1, 1, "")}}, {"b": {"right": Mark(1, 1, "")}}) == {}


def test_of_a_figure_that_should_be_small_more_is_a_loss() -> None:
    found = compare_marks({"a": {"false_abstention": Mark(1, 1, "")}}, {"a": {"false_abstention": Mark(0, 1, "")}})
    assert (found["false_abstention"].wins, found["false_abstention"].losses) == (0, 1)


def test_rankings_are_scored_by_where_the_evidence_stands() -> None:
    marks = score_rankings({"q": Ranking(["a", "b", "c"], ["b", "z"]), "none": Ranking(["a"], [])})
    assert {name: mark.got for name, mark in marks["q"].items()} == pytest.approx(
        {"recall_at_1": 0, "recall_at_5": 0.5, "recall_at_10": 0.5, "mrr": 0.5, "ndcg_at_10": (1 / np.log2(3)) / (1 + 1 / np.log2(3))}
    )
    assert marks["q"]["mrr"].why == "evidence at rank 2" and "none" not in marks


def scored(commentary: Document, *, answerable: bool, quote: str, confidence: float, gave: bool = True) -> Scored:
    start = commentary.text.index(quote)
    found = Quote(commentary, start, start + len(quote))
    answer = Answer("q", "q", gave, quote, quotes=(found,) if gave else (), nearest=None if gave else found, confidence=confidence)
    kind, evidence = ("direct", (("50,000",),)) if answerable else ("off-topic", ())
    return score(GoldRow("r", "q", kind, (), answerable, evidence, (), ""), answer, {commentary.id: commentary.text}, 10 * confidence)


def test_an_abstention_risks_what_its_nearest_passage_would_have_said(commentary: Document) -> None:
    near = scored(commentary, answerable=True, quote="some 50,000 American troops", confidence=0.1, gave=False)
    far = scored(commentary, answerable=True, quote="Some 90 percent", confidence=0.1, gave=False)
    off = scored(commentary, answerable=False, quote="Some 90 percent", confidence=0.1, gave=False)
    assert [would_be_wrong(one) for one in (near, far, off)] == [False, True, True]


def test_the_summary_has_each_figure_with_its_interval_and_number(commentary: Document) -> None:
    run = [scored(commentary, answerable=True, quote="some 50,000 American troops", confidence=0.9)] * 3
    run += [scored(commentary, answerable=False, quote="Some 90 percent", confidence=0.1, gave=False)]
    found = summary(run)
    assert found["right"] == Figure(1.0, pytest.approx(0.025 ** (1 / 4)), 1.0, 4)
    assert {name: (found[name].value, found[name].n) for name in ("evidence_hit", "abstention_off_topic", "aurc")} == {
        "evidence_hit": (1.0, 3),
        "abstention_off_topic": (1.0, 1),
        "aurc": (pytest.approx(1 / 16), 4),
    }
    assert found["ece"].value == pytest.approx(0.1) and found["p50_ms"].value == 9
    assert "follow_up" not in found and "ece" not in summary(run, probabilities=False)


@dataclass(frozen=True)
class Kept:
    """What two runs are compared by."""

    figures: dict[str, Figure]
    marks: dict[str, dict[str, Mark]]
    replies: dict[str, Reply]


def kept(scored: dict[str, Scored]) -> Kept:
    return Kept(summary(list(scored.values())), {}, {key: reply(one) for key, one in scored.items()})


def test_times_lengths_and_confidence_are_compared_on_the_questions_of_both(commentary: Document) -> None:
    sure = scored(commentary, answerable=True, quote="some 50,000 American troops", confidence=0.9)
    slow = replace(sure, elapsed_ms=29.0)
    found = compare(kept({"a": slow, "b": slow, "gone": sure}), kept({"a": sure, "b": sure, "new": slow}))
    assert {name: (one.ours, one.theirs, one.low, one.high, one.n) for name, one in found.items()} == {
        "aurc": (0, 0, 0, 0, 2),
        "ece": (pytest.approx(0.1), pytest.approx(0.1), 0, 0, 2),
        "quoted_characters": (27, 27, 0, 0, 2),
        "p50_ms": (29, 9, 20, 20, 2),
        "p95_ms": (29, 9, 20, 20, 2),
    }


def test_confidence_that_is_no_probability_is_not_compared_as_one(commentary: Document) -> None:
    ours = kept({"a": scored(commentary, answerable=True, quote="Some 90 percent", confidence=0.9)})
    theirs = replace(ours, figures={name: figure for name, figure in ours.figures.items() if name != "ece"})
    assert "ece" not in compare(ours, theirs) and "aurc" in compare(ours, theirs)
