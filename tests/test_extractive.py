"""Evidence -> quotes: best first, neighbours merged, none that adds nothing; below the threshold, none at all."""

import pytest

from bot.answers import NOT_SAID
from bot.extractive import compose
from index import Document, Evidence, IndexReader, Judgement, Sentence, split_sentences
from index.nouns import Paragraph


@pytest.fixture
def document(index: IndexReader) -> Document:
    return next(iter(index.documents.values()))


def sentence(document: Document, opening: str) -> Sentence:
    paragraph = document.paragraph_at(document.text.index(opening))
    spans = [
        (paragraph.start + start, paragraph.start + end) for start, end in split_sentences(document.text[paragraph.start : paragraph.end])
    ]
    return next(Sentence(document, *span) for span in spans if document.text.startswith(opening, span[0]))


def judged(answerable: float, *evidence: tuple[Sentence, float]) -> Judgement:
    return Judgement(tuple(Evidence(found, score) for found, score in evidence), answerable)


def composed(judgement: Judgement, top: int = 3):
    return compose("q", "q", judgement, threshold=0.5, top=top)


def test_below_the_threshold_nothing_is_quoted_and_the_nearest_passage_is_apart(document: Document) -> None:
    answer = composed(judged(0.49, (sentence(document, "Some 90 percent"), 0.4)))
    assert (answer.answered, answer.quotes, answer.text) == (False, (), NOT_SAID)
    assert answer.nearest is not None and answer.nearest.text.startswith("Some 90 percent")


def test_no_evidence_at_all_is_an_abstention_without_a_nearest_passage() -> None:
    answer = composed(Judgement())
    assert (answer.answered, answer.nearest, answer.confidence) == (False, None, 0.0)


def test_best_first_and_no_weak_second(document: Document) -> None:
    best, good, weak = (sentence(document, opening) for opening in ("Some 90 percent", "Japan is only 600", "Officials at the Pentagon"))
    answer = composed(judged(0.9, (best, 0.8), (good, 0.6), (weak, 0.11)))
    assert [quote.start for quote in answer.quotes] == [best.start, good.start]
    assert answer.text == f"{best.text}\n\n{good.text}"


def test_neighbours_become_one_quote(document: Document) -> None:
    first, second = sentence(document, "They were not perfect"), sentence(document, "With Chinese involvement")
    answer = composed(judged(0.9, (second, 0.8), (first, 0.7)))
    assert [(quote.start, quote.end, quote.score) for quote in answer.quotes] == [(first.start, second.end, 0.8)]


def test_a_sentence_that_adds_no_new_words_is_left_out(document: Document) -> None:
    whole = sentence(document, "Some 90 percent")
    part = Sentence(document, whole.start, whole.start + 40)
    assert len(composed(judged(0.9, (whole, 0.8), (part, 0.79))).quotes) == 1


def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it(document: Document, index: IndexReader) -> None:
    rows = {found.text[:20]: found for passage in index.passages for found in passage.sentences}
    leaning = rows["They were not perfect"[:20]]
    before = next(found for found in rows.values() if found.row == leaning.row - 1)
    [quote] = composed(judged(0.9, (leaning, 0.8), (before, 0.1))).quotes
    assert (quote.start, quote.end, quote.score) == (before.start, leaning.end, 0.8)


LED = ["Kim wrote a letter.", "He sent it.", "But his answer came late.", "“It went well,” he said.", "IT firms called."]


@pytest.mark.parametrize(("at", "start"), [(0, 0), (1, 0), (2, 0), (3, 1), (4, 4)], ids=LED)
def test_what_leans_on_a_sentence_that_leans_is_quoted_with_two_before_it_at_most(at: int, start: int) -> None:
    text = " ".join(LED)
    led = Document("led.txt", "Led", text, paragraphs=(Paragraph(1, 0, len(text)),))
    found = [Sentence(led, text.index(one), text.index(one) + len(one), row=row) for row, one in enumerate(LED)]
    [quote] = composed(judged(0.9, (found[at], 0.8), *((other, 0.01) for other in found if other is not found[at]))).quotes
    assert (quote.start, quote.end) == (found[start].start, found[at].end)


def test_a_sentence_that_leans_on_nothing_of_its_paragraph_is_quoted_alone(document: Document, index: IndexReader) -> None:
    leaning = next(found for passage in index.passages for found in passage.sentences if found.text.startswith("They were not perfect"))
    [quote] = composed(judged(0.9, (leaning, 0.8))).quotes
    assert (quote.start, quote.end) == (leaning.start, leaning.end)


def test_top_bounds_the_number_of_quotes(document: Document) -> None:
    found = [(sentence(document, opening), 0.8) for opening in ("Some 90 percent", "Japan is only 600", "Officials at the Pentagon")]
    assert len(composed(judged(0.9, *found), top=2).quotes) == 2
