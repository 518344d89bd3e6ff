"""Passages are whole sentences of one paragraph; a long paragraph's passages share one sentence."""

import itertools

import pytest

from index import Document, Passage, split_sentences
from index.documents import as_document
from index.outline import outline
from index.passages import LONGEST, split_passages


@pytest.fixture(scope="module")
def passages(commentary: Document) -> list[Passage]:
    return split_passages([commentary])


def document(text: str, *, markdown: bool = False) -> Document:
    return as_document("a.txt", text, outline(text, markdown=markdown, name="a"))


def texts(passage: Passage) -> list[str]:
    return [sentence.text for sentence in passage.sentences]


def test_no_sentence_of_the_commentary_is_cut(commentary: Document, passages: list[Passage]) -> None:
    whole = set()
    for paragraph in commentary.paragraphs:
        pieces = (
            split_sentences(commentary.text[paragraph.start : paragraph.end])
            if paragraph.number
            else [(0, paragraph.end - paragraph.start)]
        )
        whole |= {(paragraph.start + start, paragraph.start + end) for start, end in pieces}
    found = {(sentence.start, sentence.end) for passage in passages for sentence in passage.sentences}
    assert {commentary.text[start:end] for start, end in whole - found} == {"South Korea.", "Japan.", "China.", "United Nations."}
    assert found <= whole


def test_a_passage_reaches_from_its_first_sentence_or_run_in_head_to_its_last(passages: list[Passage]) -> None:
    for passage in passages:
        inside = passage.text[: passage.sentences[0].start - passage.start]
        assert inside.strip() in ("", f"{passage.section}.")
        assert passage.end == passage.sentences[-1].end


def test_every_sentence_has_its_own_row_in_reading_order(passages: list[Passage]) -> None:
    places = {sentence.row: sentence.start for passage in passages for sentence in passage.sentences}
    assert sorted(places) == list(range(len(places)))
    assert [places[row] for row in sorted(places)] == sorted(places.values())


def test_neighbours_of_one_paragraph_share_exactly_one_sentence_and_others_none(passages: list[Passage]) -> None:
    shared = [
        (one.paragraph, len(set(one.sentences) & set(other.sentences)))
        for one, other in itertools.pairwise(passages)
        if one.end > other.start
    ]
    assert shared == [(10, 1), (11, 1)]  # the two paragraphs that are longer than a passage


def test_no_passage_crosses_a_paragraph(commentary: Document, passages: list[Passage]) -> None:
    for passage in passages:
        around = commentary.paragraph_at(passage.start)
        assert around is not None and passage.end <= around.end


def test_title_and_dateline_are_sentences_of_their_own(commentary: Document, passages: list[Passage]) -> None:
    assert [texts(passage) for passage in passages[:2]] == [[commentary.title], ["July 9, 2018"]]
    assert [passage.paragraph for passage in passages[:3]] == [0, 0, 1]


def test_a_run_in_head_is_no_sentence_but_is_read_with_the_passage() -> None:
    text = "Japan. It is near.\n\nChina. It is far.\n\nIt ends. So be it.\n"
    found = split_passages([document(text)])
    assert [texts(passage) for passage in found] == [["It is near."], ["It is far."], ["It ends.", "So be it."]]
    assert [passage.text for passage in found] == ["Japan. It is near.", "China. It is far.", "It ends. So be it."]


def test_a_sentence_of_one_character_is_one() -> None:
    [first, one] = split_passages([document("The answer follows.\n\nA")])
    assert (texts(first), texts(one)) == (["The answer follows."], ["A"])


def test_passages_of_the_commentary_are_no_longer_than_the_encoder_reads(passages: list[Passage]) -> None:
    assert max(len(passage.text) for passage in passages) <= LONGEST


def test_a_long_paragraph_is_split_as_late_as_it_can_be() -> None:
    text = " ".join(f"Sentence number {number:03} says nothing of note." for number in range(60))
    found = split_passages([document(text)])
    assert len(found) > 2
    for one, other in itertools.pairwise(found):
        assert set(one.sentences) & set(other.sentences) == {one.sentences[-1]} == {other.sentences[0]}
        assert len(one.text) <= LONGEST < other.sentences[1].end - one.start


def test_only_a_single_sentence_may_be_longer() -> None:
    long = "This " + "very " * 300 + "long sentence ends."
    found = split_passages([document(f"It is short. {long} It is short again.")])
    assert [len(passage.sentences) for passage in found if len(passage.text) > LONGEST] == [1]
    assert {text for passage in found for text in texts(passage)} == {"It is short.", long, "It is short again."}


def test_rows_count_over_all_documents() -> None:
    found = split_passages([document("One. Two.\n\nThree."), document("Four.")])
    assert [[sentence.row for sentence in passage.sentences] for passage in found] == [[0, 1], [2], [3]]


def test_a_markdown_passage_knows_its_section_and_paragraph() -> None:
    found = split_passages([document("# Title\n\nOne is here.\n\n## Part\n\nTwo is here.\n", markdown=True)])
    assert [(passage.text, passage.section, passage.paragraph) for passage in found] == [
        ("Title", "", 0),
        ("One is here.", "", 1),
        ("Two is here.", "Part", 2),
    ]
