"""Public conversations as texts that the evidence regressions are fitted on."""

import gzip
import json
from pathlib import Path

import pytest

from index import IndexReader
from index.training.articles import Article, talk_articles, talks

ABOUT = {"title": "Frank Zappa", "section": "Disbandment"}
TURNS = [
    ("What group disbanded?", "Zappa and the Mothers"),
    ("Why did the Mothers disband?", "I don't know."),
    ("When did the Mothers disband?", "In late 1969."),
    ("Did anything else happen in 1969?", "Zappa and the Mothers"),
    ("Who was Zappa's manager?", ""),
]


@pytest.fixture
def told(tmp_path: Path, index: IndexReader) -> list[Article]:
    said: list[tuple[str, str]] = []
    with gzip.open(tmp_path / "conv_canard.jsonl.gz", "wt", encoding="utf-8") as lines:
        for number, (question, answer) in enumerate(TURNS):
            for split in ("tune", "test"):
                print(json.dumps({"qid": f"C_{split}:{number}", "history": said, "rewrite": question, "split": split, **ABOUT}), file=lines)
            said += [("user", question), ("agent", answer)]
    return list(talk_articles(talks(tmp_path, "tune"), index.encoder))


def test_a_conversation_is_a_text_that_holds_each_answer_once(told: list[Article]) -> None:
    [talk] = told
    assert talk.name == "C_tune"
    assert talk.passages[0].document.text == "Zappa and the Mothers. In late 1969."


def test_what_was_not_known_is_not_answered_and_other_questions_are_by_their_own_answer(told: list[Article]) -> None:
    text = told[0].passages[0].document.text
    assert [(question.text, question.kind, [text[slice(*span)] for span in question.spans]) for question in told[0].questions] == [
        ("What group disbanded?", "answerable", ["Zappa and the Mothers."]),
        ("Why did the Mothers disband?", "adversarial", []),
        ("When did the Mothers disband?", "answerable", ["In late 1969."]),
    ]
