"""Questions that ask two things: taken apart by rule, and put together again by their evidence."""

import pytest

from bot.parts import parts, together
from bot.session import Session
from index import Document, Evidence, Judgement, Sentence

ASKED = [
    ("How many troops are in Japan and South Korea?", ["How many troops are in Japan?", "How many troops are in South Korea?"]),
    ("What does King say about sanctions and trade?", ["What does King say about sanctions?", "What does King say about trade?"]),
    ("What did he promise and who was not told?", ["What did he promise?", "who was not told?"]),
    ("Who cancelled the exercises, and when?", ["Who cancelled the exercises?", "when Who cancelled the exercises?"]),
    ("Who is John Bolton and what did he write?", ["Who is John Bolton?", "what did John Bolton write?"]),
    ("What is Trump's view and why did they ask him?", ["What is Trump's view?", "why did they ask Trump?"]),
    ("What did Trump call it and what was his reason?", ["What did Trump call it?", "what was Trump's reason?"]),
    ("Why does China matter, and why not?", ["Why does China matter?", "why not Why does China matter?"]),
    ("What can and will Trump withdraw?", []),
    ("What divides the border between the North and the South?", []),
    ("What happened in 2017 and 2018?", []),
    ("Why does China matter for sanctions?", []),
]


@pytest.mark.parametrize(("question", "expected"), ASKED, ids=[question for question, _ in ASKED])
def test_a_question_of_two_things_is_two_questions(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


def test_the_best_of_each_part_stands_beside_what_answers_the_whole(commentary: Document) -> None:
    one, other, third = (Sentence(commentary, start, start + 9, row=start) for start in (100, 200, 300))
    whole = Judgement((Evidence(one, 0.6), Evidence(other, 0.1)), 0.3)
    judged = [Judgement((Evidence(one, 0.5),), 0.7), Judgement((Evidence(other, 0.8), Evidence(third, 0.7)), 0.9)]
    assert together(whole, judged, threshold=0.3) == Judgement((Evidence(other, 0.8), Evidence(one, 0.6)), 0.7)
    assert together(whole, [], threshold=0.3) == whole


def test_a_part_that_the_text_does_not_answer_adds_no_quote(commentary: Document) -> None:
    one, other = (Sentence(commentary, start, start + 9, row=start) for start in (100, 200))
    whole = Judgement((Evidence(one, 0.6), Evidence(other, 0.1)), 0.7)
    judged = [Judgement((Evidence(one, 0.5),), 0.7), Judgement((Evidence(other, 0.2),), 0.29)]
    assert together(whole, judged, threshold=0.3) == whole


def test_both_places_are_quoted(session: Session) -> None:
    quoted = [quote.text for quote in session.ask("How many American troops are stationed in Japan and in South Korea?").quotes]
    assert any("50,000" in text for text in quoted) and any("30,000" in text for text in quoted)


def test_a_misspelt_question_is_read_in_the_words_of_the_text(session: Session) -> None:
    answer = session.ask("How many troops are statoined in Japna?")
    assert answer.standalone_question == "How many troops are stationed in Japan?" and "50,000" in answer.quotes[0].text
