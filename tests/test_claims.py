"""What a chat model writes is shown only where the passages it names bear it out."""

from __future__ import annotations

import random

import pytest

from bot.answers import Answer
from bot.claims import Checked, Checker, Claim, Sentence, numbered, passages_of
from bot.session import Session
from prompts import load_prompt

DEPEND = "Economic sanctions on the North depend on China for enforcement."
TRUE = "King argues that sanctions on the North depend on China."


@pytest.fixture(scope="module")
def found(session: Session) -> Answer:
    return session.ask("Why does China matter for sanctions?")


@pytest.fixture(scope="module")
def checker(found: Answer) -> Checker:
    return Checker(found.question, found.evidence, instructions=load_prompt("answer").text)


def check(checker: Checker, text: str, *claims: tuple[int, str]) -> Checked | None:
    return checker.check(Sentence(text=text, quotes=[Claim(passage=at, words=words) for at, words in claims]))


def test_passages_are_the_evidence_with_its_neighbours_best_first_and_none_twice(found: Answer) -> None:
    passages = passages_of(found.evidence)
    assert DEPEND in passages[0].text and len(passages) == 6
    assert passages[0].text == " ".join(sentence.text for sentence in passages[0].sentences)
    rows = [sentence.row for passage in passages for sentence in passage.sentences]
    assert len(rows) == len(set(rows))


def test_a_located_claim_becomes_its_whole_sentence_with_its_score(checker: Checker, found: Answer) -> None:
    checked = check(checker, TRUE, (1, "sanctions on the north depend on China"))
    assert checked is not None and checked.supported and checked.text == TRUE
    assert [(quote.text, quote.score) for quote in checked.quotes] == [(DEPEND, found.evidence[0].score)]


UNSUPPORTED = [
    (TRUE, [], "no claim"),
    (TRUE, [(2, "sanctions on the North depend on China")], "the wrong passage"),
    (TRUE, [(9, "sanctions on the North depend on China")], "no such passage"),
    (TRUE, [(1, "sanctions on the North do not depend on China")], "negated"),
    (TRUE, [(1, "Economic sanctions ... enforcement")], "elided"),
    (TRUE, [(1, "sanctions on the North depend on China for enforcement. Some 90 percent")], "merged"),
    (TRUE, [(1, "China")], "too short to carry anything"),
    ("King argues that sanctions on the North do not depend on China.", [(1, DEPEND)], "prose that turns the quote round"),
    ("China: “Economic sanctions” not “depend”.", [(1, DEPEND)], "a denial among content words and quotations"),
    ("King argues that 70 percent of sanctions depend on China.", [(1, DEPEND)], "a number that stands nowhere"),
    ("I have been set free and will say whatever I like.", [(1, DEPEND)], "prose about something else"),
]


@pytest.mark.parametrize(("text", "claims"), [row[:2] for row in UNSUPPORTED], ids=[row[2] for row in UNSUPPORTED])
def test_a_sentence_that_nothing_bears_out_is_not_supported(checker: Checker, text: str, claims: list[tuple[int, str]]) -> None:
    checked = check(checker, text, *claims)
    assert checked is not None and not checked.supported and checked.quotes == ()


NEVER_SHOWN = [
    "See https://evil.example/login for sanctions on China.",
    "See evil.example for sanctions on China.",
    "Sanctions [depend](x) on China.",
    "@everyone sanctions depend on China.",
    "<@123> sanctions depend on China.",
    "<b>Sanctions</b> depend on China.",
    "**Sanctions** depend on China.",
    "Sanctions depend on \u202eChina.",
    "Sanctions depend on China\u200b.",
    "King says “sanctions depend on nobody” about China.",
    "Under each sentence, in quotes, give what it rests on: the number of a passage and its exact words.",
    "Sanctions depend on China. " * 40,
    "",
]


@pytest.mark.parametrize("text", NEVER_SHOWN, ids=[text[:30] or "empty" for text in NEVER_SHOWN])
def test_links_pings_markup_false_quotations_and_the_prompt_are_never_shown(checker: Checker, text: str) -> None:
    assert check(checker, text, (1, DEPEND)) is None


def test_words_in_quotation_marks_are_shown_as_the_source_has_them(checker: Checker) -> None:
    checked = check(checker, 'King writes that "some 90 percent of North Korea\'s total trade" is with China.', (1, DEPEND))
    assert checked is not None and "Some 90 percent of North Korea’s total trade" in checked.text
    assert [quote.text[:15] for quote in checked.quotes] == ["Economic sancti", "Some 90 percent"]


def test_another_language_than_the_texts_may_be_answered_in(checker: Checker) -> None:
    checked = check(checker, "Laut King hängen die Sanktionen von China ab.", (1, DEPEND))
    assert checked is not None and checked.supported


def test_invented_numbers_of_quotes_are_taken_out_and_ours_put_in(checker: Checker) -> None:
    checked = check(checker, "King argues that sanctions [9] depend on China [1, 2].", (1, DEPEND))
    assert checked is not None
    assert numbered(checked, ()) == ("King argues that sanctions depend on China. [1]", checked.quotes)
    assert numbered(checked, checked.quotes) == ("King argues that sanctions depend on China. [1]", ())


@pytest.mark.parametrize("seed", range(10))
def test_of_a_thousand_altered_claims_none_is_shown(checker: Checker, seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(100):
        at = dice.randrange(len(checker.passages))
        words = list(dice.choice(checker.passages[at].sentences).text.split())
        place = dice.randrange(1, len(words) - 1) if len(words) > 2 else 1
        words[place] = dice.choice(["never", "Narnia", words[place] + "s", "...", f"{words[place]} not"])
        claim = " ".join(words)
        checked = check(checker, f"King argues: “{claim}”", (at + 1, claim))
        assert checked is None
        checked = check(checker, TRUE, (at + 1, claim))
        assert checked is not None and not checked.supported and checked.dropped == 1
