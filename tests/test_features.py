"""Features are finite numbers in named columns, whatever is asked; a shared sentence is weighed once."""

from dataclasses import replace

import numpy as np
import pytest

from index import Document, IndexReader
from index.features import NAMES, QUESTION_NAMES, candidates, measure, summarise
from index.nouns import Paragraph
from index.passages import split_passages
from index.training.articles import make_article

ODD = {
    "empty": "",
    "stop words": "of the and why is it",
    "long": "Why does China matter? " * 87,
    "one long word": "x" * 2000,
    "emoji": "🙂🙂 👩‍👩‍👧",
    "right to left": "\u202eמה שלום عالم",
    "nul": "a\0b",
    "numbers": "1 2 3 4,000 5.5 ½ ² 12,345.67",
    "capitals": "WHO IS KIM JONG-UN U.S. UN",
    "punctuation": "?!…—“”",
    "repeated": "China China China",
}


def features(index: IndexReader, question: str, rows: list[int] | None = None) -> np.ndarray:
    found = candidates(index, range(len(index.passages)) if rows is None else rows)
    return measure(index, question, index.encoder.encode_query(question), found)


def of(index: IndexReader, question: str, opening: str) -> dict[str, float]:
    """The features of the sentence that begins so."""
    found = candidates(index, range(len(index.passages)))
    at = next(at for at, sentence in enumerate(found.sentences) if sentence.text.startswith(opening))
    return dict(zip(NAMES, features(index, question)[at], strict=True))


def test_a_sentence_that_two_passages_share_is_weighed_once_in_the_first(index: IndexReader) -> None:
    one, other = next(
        (row, row + 1)
        for row in range(len(index.passages) - 1)
        if set(index.passages[row].sentences) & set(index.passages[row + 1].sentences)
    )
    found = candidates(index, [other, one])
    assert len(found.sentences) == len({sentence.row for sentence in found.sentences})
    assert len(found.sentences) == len(index.passages[one].sentences) + len(index.passages[other].sentences) - 1
    assert found.home == (other,) * len(index.passages[other].sentences) + (one,) * (len(index.passages[one].sentences) - 1)


def test_all_passages_have_every_sentence_of_the_index_once_but_for_the_title_lines(index: IndexReader) -> None:
    found = candidates(index, range(len(index.passages)))
    titles = ["Fraying U.S. Relationships with Allies Makes Progress on North Korea More Difficult", "July 9, 2018"]
    assert [sentence.row for sentence in found.sentences] == list(range(len(titles), index.manifest.sentences))
    assert [sentence.text for passage in index.passages for sentence in passage.sentences if not sentence.paragraph] == titles


def test_title_lines_count_where_there_is_nothing_else(index: IndexReader) -> None:
    document = Document("d", "d", "Nobody was hurt.", paragraphs=(Paragraph(0, 0, 16),))
    article = make_article("d", document.text, [(0, 16)], [], index.encoder)
    only_titles = replace(article, passages=split_passages([document]))
    assert [sentence.text for sentence in candidates(only_titles, [0]).sentences] == ["Nobody was hurt."]


@pytest.mark.parametrize("question", ODD.values(), ids=ODD.keys())
def test_features_of_any_question_are_finite_and_have_a_column_for_each_name(index: IndexReader, question: str) -> None:
    found = features(index, question)
    assert found.shape == (len(candidates(index, range(len(index.passages))).sentences), len(NAMES))
    assert np.isfinite(found).all()
    summary = summarise(found, np.linspace(0, 1, len(found)))
    assert summary.shape == (len(QUESTION_NAMES),) and np.isfinite(summary).all()


@pytest.mark.parametrize("rows", [[2], [3, 3], [24, 0]], ids=["one passage", "the same passage twice", "out of order"])
def test_features_of_few_sentences_are_finite(index: IndexReader, rows: list[int]) -> None:
    assert np.isfinite(features(index, "Why does China matter?", rows)).all()
    assert np.isfinite(summarise(features(index, "x", rows), np.ones(len(features(index, "x", rows))))).all()


def test_names_are_all_different() -> None:
    assert len(set(QUESTION_NAMES)) == len(QUESTION_NAMES) == len(NAMES) + 11


def test_columns_hold_what_their_names_say(index: IndexReader) -> None:
    question = "What percent of North Korea's trade is with China?"
    found = of(index, question, "Some 90 percent of North Korea")
    vector, row = (
        index.encoder.encode_query(question),
        next(s.row for p in index.passages for s in p.sentences if s.text.startswith("Some 90")),
    )
    everything = features(index, question)
    cosine = everything[:, NAMES.index("cosine")]
    assert found["cosine"] == pytest.approx(float(index.sentence_vectors[row] @ vector), abs=1e-6)
    assert found["cosine_gap"] == pytest.approx(found["cosine"] - cosine.max())
    assert found["cosine_z"] == pytest.approx((found["cosine"] - cosine.mean()) / cosine.std())
    assert found["best_cosine"] == cosine.max()
    assert found["cosine_x_coverage"] == pytest.approx(found["cosine"] * found["coverage"])
    assert (found["coverage"], found["best_coverage"], found["corpus_coverage"]) == (1.0, 1.0, 1.0)
    assert (found["kind_number"], found["kind_time"], found["is_reason"], found["is_how"]) == (1.0, 0.0, 0.0, 0.0)
    assert found["question_length"] == pytest.approx(np.log1p(5))  # percent, north, korea, trade, china


@pytest.mark.parametrize(
    ("question", "opening", "name", "value"),
    [
        pytest.param("When did the UN act?", "For example, after the last North Korean nuclear test", "kind_time", 1.0, id="time"),
        pytest.param("When did the UN act?", "They were not perfect", "kind_time", 0.0, id="no time"),
        pytest.param("Who appointed Robert King?", "He was nominated by President Barack Obama", "kind_name", 1.0, id="name"),
        pytest.param("Why did he go?", "Japan is one of our closest allies", "is_reason", 1.0, id="why"),
        pytest.param("How did he go?", "Japan is one of our closest allies", "is_how", 1.0, id="how"),
        pytest.param("What about 600 miles?", "Japan is only 600 miles", "numbers_missing", 0.0, id="number there"),
        pytest.param("What about 700 miles?", "Japan is only 600 miles", "numbers_missing", 1.0, id="number missing"),
        pytest.param("Zyzzyva?", "Japan is only 600 miles", "coverage", 0.0, id="unknown word"),
        pytest.param("Zyzzyva?", "Japan is only 600 miles", "rarest_in_passage", 0.0, id="rarest word missing"),
        pytest.param("What about missiles?", "Japan is only 600 miles", "rarest", 1.0, id="rarest word there"),
        pytest.param("nuclear capable missiles", "Japan is only 600 miles", "pairs", 1.0, id="words side by side"),
        pytest.param("missiles nuclear", "Japan is only 600 miles", "pairs", 0.0, id="words in another order"),
        pytest.param("Japan?", "Like Seoul, Tokyo was not informed", "section_coverage", 1.0, id="name of the section"),
        pytest.param("What of Zork?", "Like Seoul, Tokyo was not informed", "names_coverage", 0.0, id="names missing"),
        pytest.param("what of nothing", "Like Seoul, Tokyo was not informed", "names_coverage", 1.0, id="no names asked"),
    ],
)
def test_single_features(index: IndexReader, question: str, opening: str, name: str, value: float) -> None:
    assert of(index, question, opening)[name] == value


def test_features_do_not_depend_on_the_order_of_the_passages(index: IndexReader) -> None:
    rows, question = [14, 15, 17, 20], "Why does China matter for sanctions?"
    forth, back = (candidates(index, order) for order in (rows, rows[::-1]))
    one, other = (features(index, question, order) for order in (rows, rows[::-1]))
    assert [sentence.row for sentence in forth.sentences] != [sentence.row for sentence in back.sentences]
    in_order = np.argsort([sentence.row for sentence in forth.sentences]), np.argsort([sentence.row for sentence in back.sentences])
    assert one[in_order[0]] == pytest.approx(other[in_order[1]])
