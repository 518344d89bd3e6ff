"""A question in the words of the text: what the text lacks gives way to what it has, and nothing else changes."""

from pathlib import Path

import pytest

from index import IndexReader, terms
from index.wording import Vocabulary, Wording, acronyms

ASKED = [
    ("Did the DPRK test missiles?", "Did the North Korea test missiles?"),
    ("How many troops are in the ROK?", "How many troops are in the South Korea?"),
    ("Does the USA still have alies?", "Does the United States still have allies?"),
    ("Did Trump warn Soth Korea before the summitt?", "Did Trump warn South Korea before the summit?"),
    ("sanctoins chian", "sanctions China"),
    ("What is the goverment of Japna doing?", "What is the government of Japan doing?"),
]
LEFT = [
    "Why does China matter for sanctions?",
    "What did the U.N. Security Council say?",
    "Who is Erdogan?",
    "What is the capital of France?",
    "Which bicycle did Wodehouse prefer?",
    "When was 2O18?",
    "Why does Hong Kong matter for sanctions?",
    "What does the author say about Taiwan?",
    "Why does Angola matter?",
    "What does the author say about Comey?",
]


@pytest.mark.parametrize(("question", "worded"), ASKED, ids=[question for question, _ in ASKED])
def test_words_that_the_text_lacks_give_way_to_its_own(index: IndexReader, question: str, worded: str) -> None:
    assert index.wording.of(question) == worded


@pytest.mark.parametrize("question", LEFT)
def test_what_the_text_has_or_has_nothing_for_stays(index: IndexReader, question: str) -> None:
    assert index.wording.of(question) == question


def test_acronyms_are_learnt_from_the_names_in_the_text() -> None:
    text = "The Ministry of Foreign Affairs met the World Trade Board."
    wording = Wording(Vocabulary.of([text]), set(terms(text)), lambda word: True, [text])
    assert wording.of("Who met the WTB and the MFA?") == "Who met the World Trade Board and the Ministry of Foreign Affairs?"


def test_a_name_is_asked_by_the_acronym_that_the_text_uses() -> None:
    text = "The IAEA left in 2009."
    wording = Wording(Vocabulary.of([text]), set(terms(text)), lambda word: True, [text])
    assert wording.of("When did the International Atomic Energy Agency leave?") == "When did the IAEA leave?"


@pytest.mark.parametrize(
    ("text", "worded"),
    [
        ("He went to South\nKorea.", "Where is South Korea?"),
        ("The north met the south. Korea is one.", "Where is ROK?"),
        ("The South Koreans left.", "Where is South Korean?"),
    ],
)
def test_another_name_of_a_country_stands_in_the_text_in_one_piece(text: str, worded: str) -> None:
    wording = Wording(Vocabulary.of([text]), set(terms(text)), lambda word: True, [text])
    assert wording.of("Where is ROK?") == worded


def test_an_acronym_in_small_letters_is_a_word() -> None:
    text = "He broke an arm long ago."
    wording = Wording(Vocabulary.of([text]), set(terms(text)), lambda word: True, [text])
    assert [wording.of(f"Where is {name}?") for name in ("Armenia", "Angola")] == ["Where is Armenia?", "Where is Angola?"]


def test_the_initials_of_a_name_with_and_without_small_words() -> None:
    assert acronyms("Republic of Korea") == ["RK", "ROK"] and acronyms("Korea") == []


def test_a_pattern_in_a_question_is_only_text(index: IndexReader) -> None:
    assert index.wording.of("Is (DPRK+ [odd?") == "Is (North Korea+ [odd?"


def test_a_misspelt_word_becomes_the_commonest_of_the_nearest_as_it_is_written() -> None:
    vocabulary = Vocabulary.of(["Bolton met Bolten. Bolton left, Bolton said.", "bolton"])
    assert vocabulary.words["Bolton"] == 4
    assert Wording(vocabulary, {"bolton", "bolten"}, lambda word: False, []).of("Who is boltan?") == "Who is Bolton?"


def test_a_vocabulary_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    vocabulary = Vocabulary.of(["The World Trade Board met in Žilina."])
    vocabulary.save(tmp_path / "vocabulary.json")
    assert Vocabulary.load(tmp_path / "vocabulary.json") == vocabulary
