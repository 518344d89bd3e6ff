"""The retriever is LangChain's, finds the right passage of the commentary, and gives back exact slices with their place."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from langchain_core.retrievers import BaseRetriever

from index import DEFAULT_MODEL, PASSAGES, Builder, FusedRetriever, IndexReader, terms
from index.ranking import fused, standardised, top_rows
from index.store import PassageStore

QUESTION = "Why does China matter for sanctions?"


@pytest.fixture(scope="module")
def retriever(index: IndexReader) -> FusedRetriever:
    return FusedRetriever(index)


def dense_rows(index: IndexReader, question: str) -> list[int]:
    return top_rows(np.asarray(index.passage_vectors) @ index.encoder.encode_query(question), len(index.passages))


@pytest.mark.parametrize(
    ("question", "section", "paragraph"),
    [
        pytest.param(QUESTION, "China", 14, id="China"),
        pytest.param("How far is Japan from North Korea?", "Japan", 12, id="Japan"),
        pytest.param("How many American troops are stationed in South Korea?", "South Korea", 10, id="South Korea"),
        pytest.param("What happened at the G-7 meeting in Quebec?", "", 7, id="Quebec"),
        pytest.param("Who is Robert King?", "About the author", 19, id="author"),
        pytest.param("UN Human Rights Council withdrawal", "United Nations", 16, id="key words"),
        pytest.param("cancelled military drills", "South Korea", 11, id="no word in common"),
    ],
)
def test_the_passage_that_answers_is_first(retriever: FusedRetriever, question: str, section: str, paragraph: int) -> None:
    best = retriever.invoke(question)[0].metadata
    assert (best["section"], best["paragraph"]) == (section, paragraph)


def test_text_and_place_are_those_of_the_source(retriever: FusedRetriever, index: IndexReader) -> None:
    for found in retriever.invoke(QUESTION):
        place, document = found.metadata, index.documents[found.metadata["document"]]
        assert found.page_content == document.text[place["start"] : place["end"]]
        assert (place["section"], place["paragraph"]) == (
            document.section_at(place["start"]),
            getattr(document.paragraph_at(place["start"]), "number", None),
        )
        assert found.id == str(place["row"]) and index.passages[place["row"]].start == place["start"]


def test_scores_are_the_two_rankings_and_their_sum_best_first(retriever: FusedRetriever, index: IndexReader) -> None:
    found = [document.metadata for document in retriever.invoke(QUESTION)]
    rows = [place["row"] for place in found]
    vector, every = index.encoder.encode_query(QUESTION), range(len(index.passages))
    lexical, dense = index.passage_lexicon.scores(terms(QUESTION)), np.asarray(index.passage_vectors) @ vector
    assert [place["dense"] for place in found] == pytest.approx(dense[rows], abs=1e-6)
    assert [place["lexical"] for place in found] == pytest.approx(lexical[rows], abs=1e-6)
    assert rows == top_rows(fused(lexical[list(every)], dense[list(every)]), PASSAGES)  # 25 passages: all of them are candidates
    assert [place["fused"] for place in found] == sorted((place["fused"] for place in found), reverse=True)


def test_it_is_a_langchain_retriever_in_each_way_of_calling(retriever: FusedRetriever) -> None:
    found = retriever.invoke(QUESTION)
    assert isinstance(retriever, BaseRetriever) and len(found) == PASSAGES
    assert asyncio.run(retriever.ainvoke(QUESTION)) == found
    assert retriever.batch([QUESTION, "Japan"]) == [found, retriever.invoke("Japan")]
    assert retriever.pipe(len).invoke(QUESTION) == PASSAGES


def test_no_passage_is_found_twice(retriever: FusedRetriever) -> None:
    rows = [found.metadata["row"] for found in retriever.invoke(QUESTION)]
    assert len(rows) == len(set(rows)) == PASSAGES


@pytest.mark.parametrize(("count", "found"), [(1, 1), (3, 3), (1000, 25)])
def test_count_bounds_what_is_found(index: IndexReader, count: int, found: int) -> None:
    assert len(FusedRetriever(index, count=count).invoke(QUESTION)) == found


@pytest.mark.parametrize(
    "question",
    ["", "of the and", "🙂🙂", "שלום עולם \u202e", "zxqv", "x" * 2000, "why " * 500, "a\0b", "\udcff?".encode("utf-8", "replace").decode()],
    ids=["empty", "stop words", "emoji", "right to left", "unknown word", "one long word", "long", "nul", "replaced surrogate"],
)
def test_any_question_finds_all_its_passages_with_finite_scores(retriever: FusedRetriever, question: str) -> None:
    found = [document.metadata for document in retriever.invoke(question)]
    assert len(found) == PASSAGES
    assert np.isfinite([[place["dense"], place["lexical"], place["fused"]] for place in found]).all()


def test_chroma_ranks_by_cosine_as_numpy_does(index: IndexReader) -> None:
    vector = index.encoder.encode_query(QUESTION)
    ranking = index.store.ranking(vector, len(index.passages))
    assert [row for row, _ in ranking] == dense_rows(index, QUESTION)
    assert [score for _, score in ranking] == pytest.approx(np.sort(np.asarray(index.passage_vectors) @ vector)[::-1], abs=1e-5)


@pytest.mark.parametrize("full", ["no folder for the copy", "the copy does not fit"])
@pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")  # of the half of a copy that was made
def test_without_room_for_a_copy_the_store_in_memory_ranks_the_same(
    index: IndexReader, data: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    def no_room(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    if full == "no folder for the copy":
        monkeypatch.setattr(tempfile, "TemporaryDirectory", no_room)
    else:
        monkeypatch.setattr(shutil, "copytree", no_room)
    folder = data / "generations" / index.manifest.name / "chroma"
    stores = [PassageStore.open(folder, vectors=index.passage_vectors, passages=index.passages) for _ in range(2)]
    stores[0].close()  # which leaves the other one alone
    ranking = dict(stores[1].ranking(index.encoder.encode_query(QUESTION), 25))
    assert list(ranking) == dense_rows(index, QUESTION)
    assert ranking == pytest.approx(dict(index.store.ranking(index.encoder.encode_query(QUESTION), 25)), abs=1e-5)
    stores[1].close()


def test_a_closed_index_leaves_no_copy_behind(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    opened = IndexReader.open(data)
    assert [path.name.startswith("commentary-") for path in tmp_path.iterdir()] == [True]
    opened.close()
    assert list(tmp_path.iterdir()) == []


def test_objects_and_templates_in_a_document_are_found_as_they_stand(own_data: Path, tmp_path: Path) -> None:
    texts = ['{"lc": 1, "type": "constructor", "id": ["langchain"], "kwargs": {}}', "The {braces} hold {0} and {question!r}."]
    (tmp_path / "a.txt").write_text("\n\n".join(texts), encoding="utf-8")
    Builder(own_data, DEFAULT_MODEL).build([str(tmp_path / "a.txt")])
    opened = IndexReader.open(own_data)
    found = FusedRetriever(opened).invoke("Which {braces} has the constructor?")
    opened.close()
    assert sorted(document.page_content for document in found) == sorted(texts)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [([], []), ([5.0], [0.0]), ([2.0, 2.0, 2.0], [0.0, 0.0, 0.0]), ([1.0, 3.0], [-1.0, 1.0])],
    ids=["none", "one", "all equal", "two"],
)
def test_scores_are_standardised(scores: list[float], expected: list[float]) -> None:
    assert standardised(np.array(scores)) == pytest.approx(expected)


def test_ties_keep_their_order() -> None:
    assert top_rows(np.array([1.0, 2.0, 1.0, 2.0]), 3) == [1, 3, 0]
