"""A question in the words of the text: what the text lacks gives way to what it has, and nothing else changes."""

import pytest

from index import IndexReader
from index.wording import Wording, acronyms

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
]


@pytest.mark.parametrize(("question", "worded"), ASKED, ids=[question for question, _ in ASKED])
def test_words_that_the_text_lacks_give_way_to_its_own(index: IndexReader, question: str, worded: str) -> None:
    assert index.wording.of(question) == worded


@pytest.mark.parametrize("question", LEFT)
def test_what_the_text_has_or_has_nothing_for_stays(index: IndexReader, question: str) -> None:
    assert index.wording.of(question) == question


def test_acronyms_are_learnt_from_the_names_in_the_text() -> None:
    wording = Wording(["The Ministry of Foreign Affairs met the World Trade Board."], {"ministri", "foreign", "affair"}, lambda word: True)
    assert wording.of("Who met the WTB and the MFA?") == "Who met the World Trade Board and the Ministry of Foreign Affairs?"


def test_a_name_is_asked_by_the_acronym_that_the_text_uses() -> None:
    wording = Wording(["The IAEA left in 2009."], {"iaea", "left"}, lambda word: True)
    assert wording.of("When did the International Atomic Energy Agency leave?") == "When did the IAEA leave?"


def test_the_initials_of_a_name_with_and_without_small_words() -> None:
    assert acronyms("Republic of Korea") == ["RK", "ROK"] and acronyms("Korea") == []


def test_a_pattern_in_a_question_is_only_text(index: IndexReader) -> None:
    assert index.wording.of("Is (DPRK+ [odd?") == "Is (North Korea+ [odd?"
