"""The packaged reading model: small, sure of the sentence that answers, the same however it is batched; and the evidence made of it."""

from importlib.resources import files

import numpy as np
import pytest

from bot.session import Session
from index import IndexReader, load_evidence_model
from index.evidence import LogisticWeights
from index.features import candidates
from index.reading_model import UNREAD, ReadingModel, _best_span
from index.stacked import BUDGET, REACH, SENTENCE_NAMES, StackedWeights, Weighed, choose_excerpts, unknown_names
from index.windows import Window

TEXT = (
    "The bridge was built in 1874 by John Smith. It carried trains for ninety years. Mary Jones repaired it. A storm brought the arch down."
)
WINDOW = Window(TEXT, ((0, 43), (44, 78), (79, 103), (104, 134)))
ASKED = {"Who repaired the bridge?": 2, "When was the bridge built?": 0, "Why did the arch fall?": 3, "For how long did trains use it?": 1}


@pytest.fixture(scope="module")
def model() -> ReadingModel:
    return ReadingModel.packaged()


def test_the_packaged_model_is_small() -> None:
    assert sum(file.stat().st_size for file in (files("index") / "reading").iterdir()) <= 30 * 2**20


@pytest.mark.parametrize(("question", "right"), ASKED.items())
def test_the_sentence_that_answers_reads_best_and_better_than_none(model: ReadingModel, question: str, right: int) -> None:
    [reading] = model.read(question, [WINDOW])
    assert reading.sentences.argmax() == right and reading.sentences[right] > 0


def test_the_best_span_holds_the_words_of_the_answer(model: ReadingModel) -> None:
    [reading] = model.read("Who repaired the bridge?", [WINDOW])
    assert TEXT[slice(*reading.spans[2])] == "Mary Jones"


def test_another_subject_reads_as_not_answered(model: ReadingModel) -> None:
    [reading] = model.read("What is the best recipe for apple pie?", [WINDOW])
    assert reading.sentences.max() < 0


def test_windows_come_back_in_their_order(model: ReadingModel) -> None:
    short = Window("Mary Jones repaired it.", ((0, 23),))
    assert [len(reading.sentences) for reading in model.read("Who repaired it?", [WINDOW, short, WINDOW])] == [4, 1, 4]


def test_a_sentence_that_was_cut_off_is_unread(model: ReadingModel) -> None:
    long = Window("word " * 1000 + "end.", ((0, 5), (5000, 5004)))
    [reading] = model.read("Why?", [long])
    assert reading.sentences[1] == UNREAD == reading.best_span[1]


def test_a_span_ends_where_it_starts_or_later_and_is_short() -> None:
    starts, ends = np.zeros(40), np.zeros(40)
    starts[[5, 0]], ends[[2, 39]] = 3.0, 4.0
    assert _best_span(starts, ends)[1:] == (0, 2)
    ends[2] = 0.0
    assert _best_span(starts, ends)[1:] == (10, 39)


def test_windows_hold_the_likeliest_sentences_within_reach_and_budget(index: IndexReader) -> None:
    found = candidates(index, range(len(index.passages)))
    likely = np.linspace(1, 0, len(found.sentences))
    excerpts = choose_excerpts(index, found, likely)
    assert 0 in excerpts[0].rows
    assert all(len(excerpt.window.text) <= REACH or len(excerpt.rows) == 1 for excerpt in excerpts)
    assert sum(len(excerpt.window.text) for excerpt in excerpts[:-1]) < BUDGET
    for excerpt in excerpts:
        shown = [excerpt.window.text[slice(*bounds)] for bounds in excerpt.window.sentences]
        assert shown == [found.sentences[row].text for row in excerpt.rows]


def test_what_was_read_is_of_the_document(index: IndexReader, model: ReadingModel) -> None:
    question = "How far is Japan from North Korea?"
    found = candidates(index, range(len(index.passages)))
    weighed = Weighed.of(index, LogisticWeights.packaged(), model, question, index.encoder.encode_query(question), found)
    best = int(weighed.read.argmax())
    assert found.sentences[best].text.startswith("Japan is only 600 miles")
    start, end = weighed.spans[best]
    assert "600 miles" in found.sentences[best].document.text[start:end]
    assert weighed.sentence_features.shape == (len(found.sentences), len(SENTENCE_NAMES))


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("When was the Eiffel Tower built?", 1.0),
        ("Did Donald Trump meet Angela Merkel?", 0.5),
        ("Why does China matter for sanctions?", 0.0),
        ("Zanzibar is where?", 0.0),
        ("what about the eiffel tower?", 0.0),
        ("Is it called Fraying Relationships?", 0.0),
    ],
    ids=["none is known", "half", "known", "a first word says nothing", "nor do small letters", "the title counts"],
)
def test_names_that_the_text_never_has_are_unknown(index: IndexReader, question: str, share: float) -> None:
    assert unknown_names(index, question, candidates(index, range(len(index.passages)))) == share


def test_weights_of_other_features_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.stacked.SENTENCE_NAMES", ("cosine",))
    with pytest.raises(ValueError, match="type: make train"):
        StackedWeights.packaged()


def test_the_threshold_is_a_probability(index: IndexReader) -> None:
    assert 0.0 < load_evidence_model("reading")(index).threshold < 1.0


@pytest.mark.parametrize("opening", ["What share", "What percentage", "How much"])
def test_how_a_question_opens_does_not_say_whether_it_is_answered(session: Session, opening: str) -> None:
    answer = session.ask(f"{opening} of North Korea's total trade is with China?")
    assert answer.answered and "90 percent" in answer.quotes[0].text
