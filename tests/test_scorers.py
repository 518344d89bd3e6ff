"""The scorers say what they should, and why, of answers made by hand."""

from dataclasses import replace

import pytest

from bot.answers import Answer, Quote
from evals.gold import GoldRow
from evals.scorers import Mark, score
from index import Document

CHINA, JAPAN = "Some 90 percent of North Korea’s total trade", "some 50,000 American troops"


def row(*groups: tuple[str, ...], answerable: bool = True, facts: tuple[str, ...] = (), history: tuple[str, ...] = ()) -> GoldRow:
    return GoldRow("r", "q", "direct" if answerable else "false-premise", history, answerable, groups, facts, "")


def answered(commentary: Document, *openings: str, text: str = "") -> Answer:
    starts = [commentary.text.index(opening) for opening in openings]
    quotes = tuple(Quote(commentary, start, start + len(opening)) for start, opening in zip(starts, openings, strict=True))
    return Answer("q", "q", bool(quotes), text or "\n\n".join(openings), quotes=quotes)


def marks(gold_row: GoldRow, answer: Answer, commentary: Document) -> dict[str, Mark]:
    return dict(score(gold_row, answer, {commentary.id: commentary.text}, 1.0).marks)


SCORED = [
    (row(("Some 90 percent",)), [CHINA], 1, 1, (1, 1), "every place is quoted"),
    (row(("Some 90 percent",)), [JAPAN, CHINA], 1, 0, (1, 2), "every place is quoted"),
    (row(("Some 90 percent",), ("50,000",)), [CHINA], 0, 1, (1, 1), "quotes 1 of 2 places; not “50,000”"),
    (row(("Some 90 percent", "50,000")), [JAPAN], 1, 1, (1, 1), "every place is quoted"),
    (row(("Some 90 percent",)), [], 0, 0, None, "abstains"),
    (row(answerable=False), [], 1, None, None, "abstains"),
    (row(answerable=False), [JAPAN], 0, None, None, "answers what the text does not say"),
    (row(("50,000",), answerable=False), [JAPAN], 1, None, None, "corrects the premise"),
    (row(("50,000",), answerable=False), [CHINA, JAPAN], 0, None, None, "answers what the text does not say"),
]


@pytest.mark.parametrize(("gold_row", "quoted", "right", "first", "precision", "why"), SCORED)
def test_an_answer_is_scored_with_its_reason(commentary: Document, gold_row: GoldRow, quoted, right, first, precision, why) -> None:
    found = marks(gold_row, answered(commentary, *quoted), commentary)
    assert (found["right"].got, found["right"].why) == (right, why)
    assert found["first_quote_hit"].got == first if first is not None else "first_quote_hit" not in found
    assert ("quote_precision" in found) == (precision is not None)
    assert precision is None or (found["quote_precision"].got, found["quote_precision"].of) == precision


def test_each_kind_of_abstention_is_a_figure_of_its_own(commentary: Document) -> None:
    kept, gave = answered(commentary), answered(commentary, JAPAN)
    assert marks(row(("50,000",)), kept, commentary)["false_abstention"].got == 1
    assert marks(row(answerable=False), gave, commentary)["abstention_false_premise"] == Mark(0, 1, "answers what the text does not say")
    assert "abstention_off_topic" not in marks(row(answerable=False), gave, commentary)
    assert "abstention_false_premise" not in marks(row(("50,000",)), gave, commentary)


def test_a_question_with_history_counts_as_a_follow_up(commentary: Document) -> None:
    gave = answered(commentary, JAPAN)
    assert marks(row(("50,000",), history=("Where?",)), gave, commentary)["follow_up"].got == 1
    assert "follow_up" not in marks(row(("50,000",)), gave, commentary)


def test_facts_are_looked_for_in_what_is_said(commentary: Document) -> None:
    found = marks(row(("50,000",), facts=("50,000", "900 miles")), answered(commentary, JAPAN), commentary)
    assert found["answer_facts"] == Mark(1, 2, "does not say '900 miles'")


class Altered(Quote):
    @property
    def text(self) -> str:
        return super().text.replace("50,000", "60,000")


def test_a_quote_is_verbatim_only_as_whole_words_of_the_file(commentary: Document) -> None:
    right = answered(commentary, JAPAN)
    quote = right.quotes[0]
    altered = replace(right, quotes=(Altered(commentary, quote.start, quote.end),))
    shifted = replace(right, quotes=(Quote(commentary, quote.start + 1, quote.end + 1),))
    found = [score(row(("50,000",)), one, {commentary.id: commentary.text}, 0).marks["verbatim"].got for one in (right, altered, shifted)]
    assert found == [1, 0, 0]
    elsewhere = score(row(("50,000",)), right, {commentary.id: "another text"}, 0).marks["verbatim"]
    assert elsewhere == Mark(0, 1, f"not in the source as printed: “{JAPAN}”")


SAID = [
    (JAPAN, 1, "quotes support every sentence"),
    ("There are 50,000 American troops.", 1, "quotes support every sentence"),
    ("There are 60,000 American troops.", 0, "no quote supports “There are 60,000 American troops.”"),
    ("Sushi is a dish.", 0, "no quote supports “Sushi is a dish.”"),
]


@pytest.mark.parametrize(("text", "got", "why"), SAID)
def test_a_sentence_is_supported_by_a_quote_that_has_its_words_and_numbers(commentary: Document, text: str, got: int, why: str) -> None:
    found = marks(row(("50,000",)), answered(commentary, JAPAN, text=text), commentary)
    assert found["supported_sentences"] == Mark(got, 1, why)
