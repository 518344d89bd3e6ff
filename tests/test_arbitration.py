"""The plain question is kept unless another reading is clearly better answered, and own words outweigh those of the topic."""

import pytest

from bot.answers import Answer, Quote
from bot.arbitration import AGAIN, CLEARLY, Reading, likeliest
from bot.conversation import Asked, Conversation, Turn
from index import Document, Evidence, Judgement, Sentence

TEXT = "Kim flew home. Kim was nominated by Obama. Kim likes tea."
PLAIN, TOPIC = "Who nominated him?", "Who is Kim? Who nominated him?"


def judged(document: Document, answerable: float, *shares: float) -> Judgement:
    spans = [(0, 14), (15, 42), (43, 57)]
    items = [Evidence(Sentence(document, *span), answerable * share) for span, share in zip(spans, shares, strict=True)]
    return Judgement(tuple(sorted(items, key=lambda item: -item.score)), answerable)


def asked(document: Document, *quoted: tuple[int, int]) -> Asked:
    answer = Answer("Who is Kim?", "Who is Kim?", True, "", quotes=tuple(Quote(document, *span) for span in quoted))
    return Asked(PLAIN, Conversation([Turn("Who is Kim?", answer)]))


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


def test_an_empty_judgement_is_no_fault() -> None:
    document = Document("d", "t", TEXT)
    assert likeliest(asked(document), [Reading(PLAIN, PLAIN, Judgement()), Reading(TOPIC, TOPIC, Judgement())]).question == PLAIN
