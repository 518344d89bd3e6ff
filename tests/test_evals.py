"""The gold set is sound, and a row that cannot be scored is named."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evals.gold import KINDS, GoldError, GoldRow, load_gold, packaged_gold
from index import Document


@pytest.fixture(scope="module")
def gold(commentary: Document) -> list[GoldRow]:
    return load_gold(packaged_gold(), [commentary])


def test_the_gold_questions_cover_every_kind_and_none_stands_twice(gold: list[GoldRow]) -> None:
    kinds = Counter(row.kind for row in gold)
    assert len(gold) >= 150 and set(kinds) == set(KINDS) and min(kinds.values()) >= 15
    assert len({(row.history, row.question) for row in gold}) == len({row.id for row in gold}) == len(gold)


def test_every_snippet_stands_once_inside_one_paragraph(gold: list[GoldRow], commentary: Document) -> None:
    body = commentary.text[commentary.paragraphs[0].start :]
    snippets = {snippet for row in gold for group in row.evidence for snippet in group}
    assert {snippet: body.count(snippet) for snippet in snippets if body.count(snippet) != 1 or "\n" in snippet} == {}


def test_facts_stand_in_the_text(gold: list[GoldRow], commentary: Document) -> None:
    assert [(row.id, fact) for row in gold for fact in row.facts if fact not in commentary.text] == []


ROW = {"id": "x", "question": "Why?", "kind": "why", "answerable": True, "evidence": [["Economic sanctions on the North"]]}
BAD = [
    ("not json", "line 1"),
    ("", "has no questions"),
    (json.dumps({**ROW, "evidence": [["words that nobody wrote"]]}), "no document has the snippet"),
    (json.dumps({**ROW, "kind": "silly"}), "kind: 'silly' is not one of"),
    (json.dumps({**ROW, "question": " "}), "question: ' ' does not match"),
    (json.dumps({**ROW, "evidence": []}), "evidence: .* non-empty"),
    (json.dumps({**ROW, "evidence": ["words"]}), "evidence.0: 'words' is not of type 'array'"),
    (json.dumps({**ROW, "kind": "follow-up"}), "'history' is a required property"),
    (json.dumps({**ROW, "fact": ["9"]}), "'fact' was unexpected"),
    (json.dumps({**ROW, "confirmed": False}), "nobody has confirmed"),
    (json.dumps(ROW) + "\n" + json.dumps(ROW), "line 2: the id 'x' is taken"),
    (json.dumps({"id": "x"}), "line 1"),
    ("[" * 100_000, "line 1"),
]


@pytest.mark.parametrize(("content", "message"), BAD, ids=[message for _, message in BAD])
def test_a_row_that_cannot_be_scored_is_named(tmp_path: Path, commentary: Document, content: str, message: str) -> None:
    (tmp_path / "gold.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        load_gold(tmp_path / "gold.jsonl", [commentary])


def test_a_confirmed_follow_up_is_a_row(tmp_path: Path, commentary: Document) -> None:
    row = {**ROW, "kind": "follow-up", "history": ["Who?"], "confirmed": True}
    (tmp_path / "gold.jsonl").write_text(json.dumps(row), encoding="utf-8")
    assert [row.history for row in load_gold(tmp_path / "gold.jsonl", [commentary])] == [("Who?",)]
