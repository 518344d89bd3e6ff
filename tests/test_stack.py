"""The regression that judges whether a text answers, and its threshold, on questions drawn at random."""

import numpy as np
import pytest

from index.stacked import QUESTION_NAMES
from index.training.stack import FALSE_ABSTENTION, Asked, fit_question, threshold


def drawn(kind: str, article: str, count: int, mean: float, seed: int) -> Asked:
    chance = np.random.default_rng(seed)
    return Asked(chance.normal(mean, 1.0, (count, len(QUESTION_NAMES))), np.array([kind] * count), np.array([article] * count))


def both(*those: Asked) -> Asked:
    return Asked(*(np.concatenate([getattr(one, name) for one in those]) for name in ("features", "kinds", "articles")))


@pytest.fixture(scope="module")
def asked() -> Asked:
    kinds = (("answerable", 1.0), ("adversarial", -0.5), ("off-topic", -2.0))
    articles = ("one", "two", "three")
    return both(*(drawn(kind, name, 80, mean, seed) for seed, name in enumerate(articles) for kind, mean in kinds))


def test_the_surer_of_two_questions_is_the_one_that_looks_like_the_answerable(asked: Asked) -> None:
    sure = fit_question(asked).probabilities(asked.features)
    means = [float(sure[asked.kinds == kind].mean()) for kind in ("off-topic", "adversarial", "answerable")]
    assert means[0] < means[1] < 0.5 < means[2]


def test_deceiving_questions_count_less_than_those_off_the_topic(asked: Asked) -> None:
    as_off_topic = Asked(asked.features, np.where(asked.kinds == "adversarial", "off-topic", asked.kinds), asked.articles)
    assert fit_question(as_off_topic).probabilities(asked.features).mean() < fit_question(asked).probabilities(asked.features).mean()


def test_the_threshold_abstains_on_the_stated_share_of_the_answerable(asked: Asked) -> None:
    judged = drawn("answerable", "unseen", 1000, 0.5, 9)
    sure = fit_question(asked).probabilities(judged.features)
    assert np.mean(sure < threshold(asked, judged)) == pytest.approx(FALSE_ABSTENTION, abs=0.001)


def test_a_question_is_judged_without_those_of_its_own_article(asked: Asked) -> None:
    judged = drawn("answerable", "odd", 100, 0.0, 10)
    misleading = both(asked, drawn("off-topic", "odd", 400, 0.0, 11))
    assert threshold(misleading, judged) == pytest.approx(threshold(asked, judged))
    assert threshold(misleading, Asked(judged.features, judged.kinds, np.array(["even"] * 100))) < threshold(asked, judged)
