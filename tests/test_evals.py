"""The gold set is sound, the scorers say what they should of answers made by hand, and the product reaches the floors of its promises."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.answers import Answer, Quote
from bot.session import Session
from evals.gold import KINDS, GoldError, GoldRow, load_gold, packaged_gold
from evals.run import run
from evals.scorers import score, summary
from index import Document


@pytest.fixture(scope="module")
def gold(commentary: Document) -> list[GoldRow]:
    return load_gold(packaged_gold(), [commentary])


def test_the_gold_set_covers_every_kind(gold: list[GoldRow]) -> None:
    kinds = Counter(row.kind for row in gold)
    assert len(gold) >= 60 and set(kinds) == set(KINDS) and min(kinds.values()) >= 5
    assert len({row.question for row in gold}) == len(gold)


def test_every_snippet_stands_once_inside_one_paragraph(gold: list[GoldRow], commentary: Document) -> None:
    body = commentary.text[commentary.paragraphs[0].start :]
    snippets = {snippet for row in gold for group in row.evidence for snippet in group}
    assert {snippet: body.count(snippet) for snippet in snippets if body.count(snippet) != 1 or "\n" in snippet} == {}


def test_facts_stand_in_the_text(gold: list[GoldRow], commentary: Document) -> None:
    assert [(row.id, fact) for row in gold for fact in row.facts if fact not in commentary.text] == []


ROW = {"id": "x", "question": "Why?", "kind": "why", "answerable": True, "evidence": [["Economic sanctions on the North"]]}
BAD = [
    ("not json", "line 1"),
    (json.dumps({**ROW, "evidence": [["words that nobody wrote"]]}), "no document has the snippet"),
    (json.dumps({**ROW, "kind": "silly"}), "is none of"),
    (json.dumps({**ROW, "question": " "}), "question is empty"),
    (json.dumps({**ROW, "evidence": []}), "needs evidence"),
    (json.dumps(ROW) + "\n" + json.dumps(ROW), "line 2: the id 'x' is taken"),
    (json.dumps({"id": "x"}), "line 1"),
]


@pytest.mark.parametrize(("content", "message"), BAD, ids=[message for _, message in BAD])
def test_a_row_that_cannot_be_scored_is_named(tmp_path: Path, commentary: Document, content: str, message: str) -> None:
    (tmp_path / "gold.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(GoldError, match=message):
        load_gold(tmp_path / "gold.jsonl", [commentary])


def row(*groups: tuple[str, ...], answerable: bool = True) -> GoldRow:
    return GoldRow("r", "q", "direct" if answerable else "false-premise", (), answerable, groups, (), "")


def answered(commentary: Document, *openings: str) -> Answer:
    starts = [commentary.text.index(opening) for opening in openings]
    quotes = tuple(Quote(commentary, start, start + len(opening)) for start, opening in zip(starts, openings, strict=True))
    return Answer("q", "q", bool(quotes), "", quotes=quotes)


CHINA, JAPAN = "Some 90 percent of North Korea’s total trade", "some 50,000 American troops"
SCORED = [
    (row(("Some 90 percent",)), [CHINA], True, True, 1, "every place is quoted"),
    (row(("Some 90 percent",)), [JAPAN, CHINA], True, False, 1, "every place is quoted"),
    (row(("Some 90 percent",), ("50,000",)), [CHINA], False, True, 1, "quotes 1 of 2 places"),
    (row(("Some 90 percent", "50,000")), [JAPAN], True, True, 1, "every place is quoted"),
    (row(("Some 90 percent",)), [], False, False, 0, "abstains"),
    (row(answerable=False), [], True, None, 0, "abstains"),
    (row(answerable=False), [JAPAN], False, None, 0, "answers what the text does not say"),
    (row(("50,000",), answerable=False), [JAPAN], True, None, 1, "corrects the premise"),
    (row(("50,000",), answerable=False), [CHINA, JAPAN], False, None, 1, "answers what the text does not say"),
]


@pytest.mark.parametrize(("gold_row", "quoted", "right", "first", "good", "why"), SCORED)
def test_an_answer_is_scored_with_its_reason(commentary: Document, gold_row: GoldRow, quoted, right, first, good, why) -> None:
    found = score(gold_row, answered(commentary, *quoted), 1.0)
    assert (found.right, found.first_quote_hit, found.good_quotes, found.why, found.verbatim) == (right, first, good, why, True)


def test_the_summary_counts_each_kind_apart(commentary: Document) -> None:
    scored = [score(gold_row, answered(commentary, *quoted), elapsed) for elapsed, (gold_row, quoted, *_) in enumerate(SCORED)]
    figures = summary(scored)
    assert figures["evidence_hit"] == pytest.approx(3 / 5)
    assert figures["first_quote_hit"] == pytest.approx(3 / 5)
    assert figures["quote_precision"] == pytest.approx(4 / 5)
    assert figures["false_abstention"] == pytest.approx(1 / 5)
    assert figures["abstention_false_premise"] == pytest.approx(2 / 4)
    assert (figures["p50_ms"], figures["p95_ms"]) == (4, 8)


def test_the_product_keeps_its_promises_on_the_gold_set(session: Session, gold: list[GoldRow]) -> None:
    figures = summary(run(session, gold))
    assert figures["verbatim"] == 1.0
    assert figures["abstention_off_topic"] >= 0.97
    assert figures["evidence_hit"] >= 0.75
