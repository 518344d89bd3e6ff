"""The splitter on the whole commentary against sentences marked by hand: a quotation of several sentences stays whole."""

from pathlib import Path

from index import Document, split_sentences

GOLD = Path(__file__).parent / "data" / "commentary_sentences.txt"


def test_every_sentence_of_the_commentary_is_split_as_a_person_would(commentary: Document) -> None:
    found = []
    for paragraph in commentary.paragraphs:
        text = commentary.text[paragraph.start : paragraph.end]
        found += [text] if paragraph.number == 0 else [text[start:end] for start, end in split_sentences(text)]
    assert found == GOLD.read_text(encoding="utf-8").splitlines()
