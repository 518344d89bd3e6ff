"""A quote is found only where its words stand, whole and in a row, whatever marks, dashes and spaces they are written with."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from bot.citations import carries, fold, locate, quoted_inside, whole_sentences
from index import Document, Passage, Sentence, Span, split_sentences


def passage(text: str) -> Passage:
    document = Document("note.txt", "Note", text)
    sentences = tuple(Sentence(document, start, end, row=row) for row, (start, end) in enumerate(split_sentences(text)))
    return Passage(document, 0, len(text), sentences)


FOUND = [
    ("the café’s “best” tea", 'THE CAFÉ\'S "BEST" TEA', "case, apostrophes and quotation marks"),
    ("a cafe\u0301 in Paris", "caf\u00e9 in", "composed against decomposed"),
    ("a caf\u00e9 in Paris", "cafe\u0301 in", "decomposed against composed"),
    ("one – two—three", "one - two-three", "dashes"),
    ("one\n   two\u00a0three", "one two three", "white space"),
    ("soft\u00adhyphen", "softhyphen", "invisible characters"),
    ("the ﬁrst o\ufb03ce", "first office", "ligatures"),
    ("Straße nach Köln", "STRASSE NACH KÖLN", "case that changes the length"),
    ("sanctions, they say.", "“sanctions, they say!”", "marks around the claim"),
    ("制裁は中国に依存する。", "中国に依存", "a script without spaces"),
    ("İstanbul and Ankara", "and Ankara", "after a letter that grows when folded"),
]


@pytest.mark.parametrize(("text", "claim"), [row[:2] for row in FOUND], ids=[row[2] for row in FOUND])
def test_the_same_words_are_found_as_a_slice_of_the_source(text: str, claim: str) -> None:
    span = locate(claim, passage(text))
    assert span is not None and span.text in text
    assert fold(span.text).text == fold(claim).text.strip(" '\".,;:!?-")


NOT_FOUND = [
    ("it will not work", "it will work", "a word left out"),
    ("it will work", "it will not work", "a word added"),
    ("international law", "national law", "half a word at the front"),
    ("sanction list", "sanctions list", "one letter more"),
    ("a cafe\u0301", "a cafe", "an accent less"),
    ("a cafe", "a caf\u00e9", "an accent more"),
    ("depends on China", "China depends on", "another order"),
    ("first. Then second", "first then second", "a mark left out inside"),
    ("50,000 troops", "5,000 troops", "half a number"),
    ("a long way to go", "a long ... to go", "elided"),
    ("anything", "", "nothing"),
    ("anything", "“”", "only marks"),
]


@pytest.mark.parametrize(("text", "claim"), [row[:2] for row in NOT_FOUND], ids=[row[2] for row in NOT_FOUND])
def test_other_words_are_not(text: str, claim: str) -> None:
    assert locate(claim, passage(text)) is None


def test_the_place_is_that_of_the_document_not_of_the_passage(commentary: Document) -> None:
    start = commentary.text.index("Some 90 percent")
    found = locate("some 90 percent of North Korea's total trade", Span(commentary, start - 300, start + 200))
    assert found == Span(commentary, start, start + len("Some 90 percent of North Korea’s total trade"))


def test_a_quote_is_widened_to_its_whole_sentences() -> None:
    within = passage("Nobody claims that sanctions work. They were not perfect. They held.")
    span = locate("sanctions work. They were", within)
    assert span is not None and whole_sentences(span, within).text == "Nobody claims that sanctions work. They were not perfect."


@pytest.mark.parametrize(("words", "enough"), [("China", False), ("of the United", False), ("sanctions depend", True), ("", False)])
def test_a_few_letters_carry_no_sentence(words: str, enough: bool) -> None:
    assert carries(words) is enough


QUOTED = [
    ("He said “no deal” and 'not now'.", ["no deal", "not now"]),
    ("It's the author's view, isn't it?", []),
    ('A "b" c', ["b"]),
    ("„Nein“, «non», 「否」", ["Nein", "non", "否"]),
    ("He said “a “massive tariff” on us” and “no”.", ["a “massive tariff” on us", "no"]),
    ("No marks at all", []),
]


@pytest.mark.parametrize(("prose", "words"), QUOTED, ids=[row[0] for row in QUOTED])
def test_words_in_quotation_marks_are_seen_and_apostrophes_are_not(prose: str, words: list[str]) -> None:
    assert [prose[start:end] for start, end in quoted_inside(prose)] == words


def _other_letter(words: str, random: random.Random) -> str:
    at = random.choice([at for at, char in enumerate(words) if char.isalpha()])
    return words[:at] + ("q" if words[at] not in "qQ" else "z") + words[at + 1 :]


def _negated(words: str, random: random.Random) -> str:
    parts = words.split(" ")
    parts.insert(random.randrange(1, len(parts)), "not")
    return " ".join(parts)


def _elided(words: str, random: random.Random) -> str:
    parts = words.split(" ")
    at = random.randrange(1, len(parts) - 1)
    return " ".join([*parts[:at], random.choice(["...", "…", "[...]", ""]), *parts[at + 1 :]])


def _swapped(words: str, random: random.Random) -> str:
    parts = words.split(" ")
    at = random.choice([at for at in range(len(parts) - 1) if parts[at].casefold() != parts[at + 1].casefold()])
    return " ".join([*parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]])


def _another_number(words: str, random: random.Random) -> str:
    return f"{random.randrange(7_000, 8_000)} {words}"


MUTATIONS: list[Callable[[str, random.Random], str]] = [_other_letter, _negated, _elided, _swapped, _another_number]


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_no_altered_quote_is_found_anywhere_in_the_commentary(commentary: Document, mutate: Callable[[str, random.Random], str]) -> None:
    dice = random.Random(7)
    sentences = [commentary.text[start:end] for start, end in split_sentences(commentary.text) if end - start > 40]
    whole = Span(commentary, 0, len(commentary.text))
    altered = [mutate(" ".join(dice.choice(sentences).split()), dice) for _ in range(200)]
    assert [words for words in altered if locate(words, whole)] == []


def test_every_true_sentence_of_the_commentary_is_found(commentary: Document) -> None:
    sentences = [Span(commentary, start, end) for start, end in split_sentences(commentary.text)]
    whole = Span(commentary, 0, len(commentary.text))
    assert [one.text for one in sentences if locate(one.text, whole) is None] == []
