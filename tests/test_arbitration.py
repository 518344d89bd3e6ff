"""A whole question is kept unless another reading is clearly better answered; of one that leans back, what all readings agree on counts."""

import pytest

from bot.answers import Answer, Quote
from bot.arbitration import AGAIN, CLEARLY, Reading, likeliest
from bot.conversation import Asked, Conversation, Turn
from index import Document, Evidence, Judgement, Sentence

TEXT = "Kim flew home. Kim was nominated by Obama. Kim likes tea."
PLAIN, TOPIC = "Who nominated Kim?", "Who is Kim? Who nominated Kim?"
LEANING, IN_TOPIC = "Who nominated him?", "Who is Kim? Who nominated him?"


def judged(document: Document, answerable: float, *shares: float) -> Judgement:
    spans = [(0, 14), (15, 42), (43, 57)]
    items = [Evidence(Sentence(document, *span), answerable * share) for span, share in zip(spans, shares, strict=True)]
    return Judgement(tuple(sorted(items, key=lambda item: -item.score)), answerable)


def asked(document: Document, *quoted: tuple[int, int], question: str = PLAIN) -> Asked:
    answer = Answer("Who is Kim?", "Who is Kim?", True, "", quotes=tuple(Quote(document, *span) for span in quoted))
    return Asked(question, Conversation([Turn("Who is Kim?", answer)]))


@pytest.mark.parametrize(("more", "kept"), [(CLEARLY - 0.01, PLAIN), (CLEARLY + 0.01, TOPIC)])
def test_another_reading_must_win_clearly(more: float, kept: str) -> None:
    document = Document("d", "t", TEXT)
    readings = [
        Reading(PLAIN, PLAIN, judged(document, 0.5, 0.1, 0.6, 0.3)),
        Reading(TOPIC, TOPIC, judged(document, 0.5 + more, 0.3, 0.5, 0.2)),
    ]
    assert likeliest(asked(document), readings).question == kept


def best(document: Document, *readings: Reading, quoted: tuple[tuple[int, int], ...] = ()) -> str:
    return likeliest(asked(document, *quoted), readings).judged.evidence[0].sentence.text


def test_the_words_of_the_question_itself_choose_among_what_the_topic_finds() -> None:
    document = Document("d", "t", TEXT)
    plain = Reading(PLAIN, PLAIN, judged(document, 0.2, 0.1, 0.8, 0.1))
    assert best(document, plain, Reading(TOPIC, TOPIC, judged(document, 0.9, 0.6, 0.3, 0.1))) == "Kim was nominated by Obama."


def test_what_was_quoted_before_comes_after_what_is_new() -> None:
    document = Document("d", "t", TEXT)
    plain, topic = Reading(PLAIN, PLAIN, judged(document, 0.2, 0.4, 0.3, 0.3)), Reading(TOPIC, TOPIC, judged(document, 0.9, 0.4, 0.3, 0.3))
    assert best(document, plain, topic) == "Kim flew home."
    assert best(document, plain, topic, quoted=((0, 14),)) == "Kim was nominated by Obama." and AGAIN < 1


def test_of_a_question_that_leans_back_the_readings_agree() -> None:
    document = Document("d", "t", TEXT)
    alone = Reading(LEANING, LEANING, judged(document, 0.2, 0.3, 0.4, 0.3))
    within = Reading(IN_TOPIC, IN_TOPIC, judged(document, 0.8, 0.45, 0.5, 0.05))
    agreed = likeliest(asked(document, question=LEANING), [alone, within])
    assert agreed.judged.answerable == pytest.approx(0.8)
    assert [item.sentence.text for item in agreed.judged.evidence] == [
        "Kim was nominated by Obama.",
        "Kim flew home.",
        "Kim likes tea.",
    ]


def test_what_one_reading_alone_is_sure_of_comes_after_what_all_find() -> None:
    document = Document("d", "t", TEXT)
    alone = Reading(LEANING, LEANING, judged(document, 0.9, 0.0, 0.4, 0.6))
    within = Reading(IN_TOPIC, IN_TOPIC, judged(document, 0.9, 0.9, 0.4, 0.0))
    evidence = likeliest(asked(document, question=LEANING), [alone, within]).judged.evidence
    assert evidence[0].sentence.text == "Kim was nominated by Obama."


def test_what_openly_goes_on_says_nothing_by_itself() -> None:
    document = Document("d", "t", TEXT)
    alone = Reading("And tea?", "And tea?", judged(document, 0.9, 1.0, 0.0, 0.0))
    within = Reading("Who is Kim? And tea?", "Who is Kim? And tea?", judged(document, 0.7, 0.1, 0.0, 0.9))
    kept = likeliest(asked(document, question="And tea?"), [within, alone])
    assert kept.judged.evidence[0].sentence.text == "Kim likes tea."


def test_what_no_reading_speaks_for_has_no_score() -> None:
    document = Document("d", "t", TEXT)
    readings = [Reading(one, one, judged(document, 0.9, 0.5, 0.5, 0.0)) for one in (LEANING, IN_TOPIC)]
    assert likeliest(asked(document, question=LEANING), readings).judged.evidence[-1].score == pytest.approx(0.0)


@pytest.mark.parametrize("question", [PLAIN, LEANING])
def test_an_empty_judgement_is_no_fault(question: str) -> None:
    readings = [Reading(question, question, Judgement()), Reading(TOPIC, TOPIC, Judgement())]
    assert likeliest(asked(Document("d", "t", TEXT), question=question), readings).question == question
