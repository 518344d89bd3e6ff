"""The measures of the report on public questions, on a handful of questions that can be counted by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from index.features import Candidates
from index.stacked import Weighed
from index.training.articles import Question
from index.training.cases import Case
from index.training.report import asks_for
from index.training.scores import auroc, calibration_error, interval, recall, risk_area, risk_at


def case(kind: str, answers: list[bool], sure: float) -> Case:
    nothing = np.zeros(len(answers))
    weighed = Weighed(Candidates((), (), ()), nothing, np.full(len(answers), sure), np.arange(len(answers), 0, -1.0), nothing, (), 0.0)
    return Case(Question("?", "d", (), kind), weighed, np.array(answers))


def sure(one: Case) -> float:
    return float(one.weighed.likely[0])


def rank(one: Case) -> np.ndarray:
    return one.weighed.read


ASKED = [
    case("answerable", [True, False], 0.9),
    case("answerable", [False, True], 0.7),
    case("adversarial", [False, False], 0.8),
    case("off-topic", [False, False], 0.1),
]


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (lambda: recall(ASKED, rank, 1), 0.5),
        (lambda: recall(ASKED, rank, 2), 1.0),
        (lambda: auroc(ASKED, "adversarial", sure), 0.5),
        (lambda: auroc(ASKED, "off-topic", sure), 1.0),
        (lambda: risk_at(ASKED, sure, rank, 0.25), 0.0),
        (lambda: risk_at(ASKED, sure, rank, 0.5), 0.5),
        (lambda: risk_at(ASKED, sure, rank, 1.0), 0.75),
        (lambda: risk_area(ASKED, sure, rank), (0 + 1 / 2 + 2 / 3 + 3 / 4) / 4),
        # bins of 0.1: 0.9 and right, 0.7 and right, 0.8 and wrong at half weight, 0.1 and wrong
        (lambda: calibration_error(ASKED, sure), (0.1 + 0.3 + 0.5 * 0.8 + 0.1) / 3.5),
    ],
    ids=["R@1", "R@2", "adversarial", "off-topic", "risk of a quarter", "risk of half", "risk of all", "area", "calibration"],
)
def test_a_measure_is_what_counting_gives(measure: Callable[[], float], value: float) -> None:
    assert measure() == pytest.approx(value)


def test_an_interval_is_drawn_over_groups_and_holds_the_value() -> None:
    right, wrong = [case("answerable", [True], 0.5)] * 3, [case("answerable", [False], 0.5)]
    assert interval([right, wrong], lambda those: recall(those, rank, 1)) == "0.750 (0.000 to 1.000)"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("In which year did it fall?", "what"),
        ("Whose bridge was it?", "who"),
        ("How far is Leeds?", "how many"),
        ("how did it fall and why?", "how"),
        ("Name the bridge.", "other"),
    ],
)
def test_a_question_is_of_the_kind_of_its_first_interrogative(question: str, kind: str) -> None:
    assert asks_for(question) == kind
