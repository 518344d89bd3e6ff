"""The plain question is kept unless another reading is clearly better answered; the sentences are those that all speak for together."""

import pytest

from bot.answers import Answer
from bot.arbitration import CLEARLY, Reading, likeliest
from bot.conversation import Asked, Conversation, Turn
from index import Document, Evidence, Judgement, Sentence

TEXT = "Kim flew home. Kim was nominated by Obama. Kim likes tea."
PLAIN, TOPIC = "Who nominated him?", "Who is Kim? Who nominated him?"


def judged(document: Document, answerable: float, *shares: float) -> Judgement:
    spans = [(0, 14), (15, 42), (43, 57)]
    items = [Evidence(Sentence(document, *span), answerable * share) for span, share in zip(spans, shares, strict=True)]
    return Judgement(tuple(sorted(items, key=lambda item: -item.score)), answerable)


def asked(question: str = PLAIN) -> Asked:
    return Asked(question, Conversation([Turn("Who is Kim?", Answer("Who is Kim?", "Who is Kim?", True, ""))]))


@pytest.mark.parametrize(("more", "kept"), [(CLEARLY - 0.01, PLAIN), (CLEARLY + 0.01, TOPIC)])
def test_another_reading_must_win_clearly(more: float, kept: str) -> None:
    document = Document("d", "t", TEXT)
    readings = [
        Reading(PLAIN, PLAIN, judged(document, 0.5, 0.1, 0.6, 0.3)),
        Reading(TOPIC, TOPIC, judged(document, 0.5 + more, 0.3, 0.5, 0.2)),
    ]
    assert likeliest(asked(), readings).question == kept


def found(question: str, *readings: Reading) -> list[str]:
    return [item.sentence.text for item in likeliest(asked(question), readings).judged.evidence]


def test_the_words_of_the_question_itself_choose_among_what_the_topic_finds() -> None:
    document = Document("d", "t", TEXT)
    plain, topic = judged(document, 0.2, 0.1, 0.8, 0.1), judged(document, 0.9, 0.6, 0.3, 0.1)
    assert found(PLAIN, Reading(PLAIN, PLAIN, plain), Reading(TOPIC, TOPIC, topic))[0] == "Kim was nominated by Obama."


def test_what_two_readings_speak_for_comes_before_what_one_is_sure_of() -> None:
    document = Document("d", "t", TEXT)
    plain, topic = judged(document, 0.9, 0.0, 0.45, 0.55), judged(document, 0.9, 0.6, 0.4, 0.0)
    assert found(PLAIN, Reading(PLAIN, PLAIN, plain), Reading(TOPIC, TOPIC, topic)) == [
        "Kim was nominated by Obama.",
        "Kim flew home.",
        "Kim likes tea.",
    ]


def test_the_reading_kept_says_how_probably_there_is_an_answer() -> None:
    document = Document("d", "t", TEXT)
    readings = [
        Reading(one, one, judged(document, sure, *shares))
        for one, sure, *shares in ((PLAIN, 0.2, 0.3, 0.6, 0.1), (TOPIC, 0.8, 0.3, 0.7, 0.0))
    ]
    kept = likeliest(asked(), readings)
    assert (kept.question, kept.judged.answerable) == (TOPIC, 0.8)
    assert [item.score for item in kept.judged.evidence] == pytest.approx([0.8 * 0.65, 0.8 * 0.3, 0.8 * 0.05])


def test_what_openly_goes_on_says_nothing_by_itself() -> None:
    document = Document("d", "t", TEXT)
    alone = Reading("And tea?", "And tea?", judged(document, 0.9, 1.0, 0.0, 0.0))
    within = Reading("Who is Kim? And tea?", "Who is Kim? And tea?", judged(document, 0.7, 0.1, 0.0, 0.9))
    assert found("And tea?", within, alone)[0] == "Kim likes tea."


def test_what_is_put_in_place_of_a_question_is_answered_by_itself() -> None:
    document = Document("d", "t", TEXT)
    readings = [Reading("Who nominated Lee?", "Who nominated Lee?", judged(document, 0.9, 0.1, 0.2, 0.7))]
    readings += [Reading("Lee", "Lee", judged(document, 0.9, 1.0, 0.0, 0.0))]
    assert found("No, I meant Lee", *readings)[0] == "Kim likes tea."


def test_an_empty_judgement_is_no_fault() -> None:
    assert likeliest(asked(), [Reading(PLAIN, PLAIN, Judgement()), Reading(TOPIC, TOPIC, Judgement())]).question == PLAIN
