"""Public conversations as texts that the evidence regressions are fitted on."""

import gzip
import json
from pathlib import Path

import pytest

from index import IndexReader
from index.training import articles
from index.training.articles import Article, own_articles, talk_articles, talks

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


def test_own_questions_are_asked_of_their_whole_article_and_answered_by_the_sentences_named(
    tmp_path: Path, index: IndexReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "The bridge fell in a storm. Nobody died. A school was built for girls."
    rows = {
        "squad11_train_docs": [{"doc_id": name, "text": text, "paras": [[0, 40], [41, len(text)]]} for name in ("one", "other", "unasked")],
        "own": [
            {"doc_id": name, "para": 0, **asked}
            for name in ("one", "other")
            for asked in (
                {"question": "What brought it down?", "evidence": [[0, 27]], "span": [19, 26]},
                {"question": "Who built it?", "evidence": [[0, 27]]},
            )
        ],
    }
    for name, those in rows.items():
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in those)
    monkeypatch.setattr(articles, "OWN", tmp_path / "own.jsonl.gz")
    [found] = own_articles(tmp_path, lambda place, row: place % 2 == 0, index.encoder)
    assert (found.name, found.passages[-1].document.text) == ("one", text)
    assert [(question.text, question.spans, question.kind) for question in found.questions] == [
        ("What brought it down?", ((0, 27),), "answerable"),
        ("Who built it?", (), "adversarial"),
    ]
