"""Which lessons are made of public question sets: at the right place, and never of what is kept from them."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.training import sources
from index.training.articles import OWN, read_rows
from index.training.sources import KEPT_TALK_EVERY, onward_lessons, own_lessons, squad_lessons, talk_lessons

ABOUT = {"title": "Bridges", "section": "Falls"}
TEXT = (
    "In 1874 the bridge fell. Nobody was hurt, since it was a Sunday, and all of the workmen and their families were at home and asleep. "
    "In 1874 the town of Leeds also built a school for girls."
)


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for row in rows:
            print(json.dumps(row), file=lines)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("When was the school for girls built?", "In 1874 the town of Leeds also built a school for girls."),
        ("When did the bridge fall?", "In 1874 the bridge fell."),
        ("When was that?", None),
    ],
    ids=["the second place", "the first place", "no telling which"],
)
def test_an_answer_that_stands_in_several_places_is_meant_where_the_words_of_the_question_are(
    tmp_path: Path, question: str, sentence: str | None
) -> None:
    documents = [{"doc_id": name, "text": TEXT, "paras": [[0, len(TEXT)]]} for name in ("kept", "taught")]
    asked = [{"doc_id": name, "question": question, "para": 0, "answers": ["1874"], "spans": [[3, 7]]} for name in ("kept", "taught")]
    write(tmp_path / "squad11_train_docs.jsonl.gz", documents)
    write(tmp_path / "squad11_train_questions.jsonl.gz", asked)
    lessons, _ = squad_lessons(tmp_path)
    assert [(lesson.passage.document.id, lesson.passage.sentences[lesson.anchor[0]].text) for lesson in lessons] == (
        [("taught", sentence)] if sentence else []
    )


def test_of_conversations_every_fourth_is_kept_and_what_was_not_known_is_a_question_without_an_answer(tmp_path: Path) -> None:
    history = [
        ["user", "Who fell?"],
        ["agent", "Ann fell from the bridge."],
        ["user", "Why?"],
        ["agent", "I don't know."],
        ["user", "?"],
        ["agent", "?"],
    ]
    asked = [("Who fell from the bridge?", history[:0]), ("Why did Ann fall?", history[:2]), ("When did Ann fall?", history)]
    rows = [
        {"qid": f"C_{talk}:{turn}", "rewrite": rewrite, "history": said, "split": "tune", **ABOUT}
        for talk in range(KEPT_TALK_EVERY + 1)
        for turn, (rewrite, said) in enumerate(asked)
    ]
    write(tmp_path / "conv_canard.jsonl.gz", rows)
    found = [(lesson.passage.document.id, lesson.question, lesson.answerable) for lesson in talk_lessons(tmp_path)]
    assert found[:2] == [("C_1", "Who fell from the bridge?", True), ("C_1", "Why did Ann fall?", False)]
    assert {name for name, _, _ in found} == {"C_1", "C_2", "C_3"}


def test_an_own_question_is_asked_of_all_sentences_it_needs_and_one_without_an_answer_of_what_looks_like_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [{"doc_id": name, "text": TEXT, "paras": [[0, len(TEXT)]]} for name in ("kept", "taught")]
    fell, asleep, school = (TEXT.index(words) for words in ("In 1874 the bridge", "Nobody", "In 1874 the town"))
    both = {"question": "Why did nobody die?", "evidence": [[fell, asleep - 1], [asleep, school - 1]], "span": [49, 63]}
    none = {"question": "Who built the bridge?", "evidence": [[school, len(TEXT)]]}
    write(tmp_path / "squad11_train_docs.jsonl.gz", documents)
    write(tmp_path / "questions.jsonl.gz", [{"doc_id": name, "para": 0, **asked} for name in ("kept", "taught") for asked in (both, none)])
    monkeypatch.setattr(sources, "OWN", tmp_path / "questions.jsonl.gz")
    assert {lesson.passage.document.id for lesson in own_lessons(tmp_path, kept=True)} == {"kept"}
    lessons = list(own_lessons(tmp_path, kept=False))
    assert {lesson.passage.document.id for lesson in lessons} == {"taught"}
    assert [(lesson.question, lesson.anchor, lesson.answerable, lesson.span) for lesson in lessons] == [
        ("Why did nobody die?", (0, 1), True, (49, 63)),
        ("Who built the bridge?", (2,), False, None),
    ]


def test_a_follow_up_stands_behind_the_question_it_goes_on_from_and_counts_for_no_other_deck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = TEXT.index("In 1874 the town")
    alone = {"question": "When did the bridge fall?", "evidence": [[0, 24]], "span": [3, 7]}
    onward = {"before": "When did the bridge fall?", "question": "And the school?", "evidence": [[school, len(TEXT)]]}
    write(
        tmp_path / "squad11_train_docs.jsonl.gz", [{"doc_id": name, "text": TEXT, "paras": [[0, len(TEXT)]]} for name in ("kept", "taught")]
    )
    write(
        tmp_path / "questions.jsonl.gz", [{"doc_id": name, "para": 0, **asked} for name in ("kept", "taught") for asked in (alone, onward)]
    )
    monkeypatch.setattr(sources, "OWN", tmp_path / "questions.jsonl.gz")
    [found] = onward_lessons(tmp_path, kept=False)
    assert (found.question, found.anchor, found.answerable) == ("When did the bridge fall? And the school?", (2,), False)
    assert [lesson.question for lesson in own_lessons(tmp_path, kept=False)] == ["When did the bridge fall?"]


@pytest.mark.parametrize("onward", [False, True], ids=["standing alone", "follow-ups"])
def test_the_wording_of_an_own_question_hardly_says_whether_it_is_answered(onward: bool) -> None:
    """Else a network learns the wording: it would abstain on whatever asks "What share"."""
    rows = [row for row in read_rows(OWN) if ("before" in row) == onward]
    seen = np.array([zlib.crc32(row["doc_id"].encode()) % 2 == 0 for row in rows])
    runs = CountVectorizer(ngram_range=(1, 3), min_df=5, token_pattern=r"[\w']+", binary=True)
    counted, answered = runs.fit_transform(row["question"] for row in rows), np.array(["span" in row for row in rows])
    told = LogisticRegression(C=0.1, max_iter=2000).fit(counted[seen], answered[seen]).decision_function(counted[~seen])
    assert 0.4 < roc_auc_score(answered[~seen], told) < 0.6


def test_every_own_question_names_its_sentences_and_if_it_is_answered_words_inside_one() -> None:
    rows = list(read_rows(OWN))
    assert all(row["evidence"] and all(start < end for start, end in row["evidence"]) for row in rows)
    answered = [row for row in rows if "span" in row]
    assert 0.45 * len(rows) < len(answered) < 0.55 * len(rows)
    assert all(any(start <= row["span"][0] < row["span"][1] <= end for start, end in row["evidence"]) for row in answered)
    assert len({(row["doc_id"], row["para"], row.get("before"), row["question"]) for row in rows}) == len(rows)
    alone = {(row["doc_id"], row["para"], row["question"]) for row in rows if "before" not in row}
    assert all((row["doc_id"], row["para"], row["before"]) in alone for row in rows if "before" in row)
