"""Fit what is carried over into a follow-up: python -m bot.training.carry BENCH (make train does it). A minute on one core.

BENCH holds the prepared public question sets, of which CANARD's tune conversations are read. Writes bot/carrying.json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from bot.carrying import NAMES, Carrier, measure
from bot.training.canard import Rewritten, rewritten_turns
from index import Regression

# Chosen on a quarter of the tune conversations, held out of the fit: over half of what rewrites add comes back, and 86 % of whole
# questions are left alone.
THRESHOLDS = {"leaning": 0.1, "whole": 0.4}


def examples(turns: Sequence[Rewritten]) -> Iterator[tuple[np.ndarray, list[bool]]]:
    """Features and labels of each question, and of its rewrite, which needs nothing more; with and without a known title."""
    for turn in turns:
        for before in (turn.said, replace(turn.said, title="", section="")):
            for question, right in ((turn.question, turn.added), (turn.rewrite, set())):
                found, features = measure(question, before)
                yield features, [term in right for term in found]


def fit(turns: Sequence[Rewritten]) -> Carrier:
    """An L2-regularised logistic regression (scikit-learn) over terms, on standardised features."""
    measured = list(examples(turns))
    features, labels = np.vstack([one for one, _ in measured]), np.concatenate([marks for _, marks in measured])
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=0.1, max_iter=3000).fit(scaler.transform(features), labels)
    return Carrier(Regression(NAMES, scaler.mean_, scaler.scale_, model.coef_[0], float(model.intercept_[0])), **THRESHOLDS)


def main(bench: str) -> None:
    """Fit on CANARD's tune conversations; the test split is not read."""
    turns = list(rewritten_turns(Path(bench), "tune"))
    carrier = fit(turns)
    target = Path(__file__).parents[1] / "carrying.json"
    target.write_text(json.dumps({**THRESHOLDS, "terms": carrier.regression.as_json()}) + "\n", encoding="utf-8")
    print(f"{len(turns)} turns; wrote {target}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
