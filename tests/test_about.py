"""Questions about the document are answered with a fact and the line that states it; questions about its content are not taken for them."""

import pytest

from bot.about import answer_about, is_about_document
from index import Document

FACTS = [
    ("Who wrote this?", "Robert R. King", "Ambassador Robert R. King is a senior adviser"),
    ("who is the author", "Robert R. King", "Ambassador Robert R. King is a senior adviser"),
    ("What's the author's name?", "Robert R. King", "Ambassador Robert R. King is a senior adviser"),
    ("When was this commentary published?", "July 9, 2018", "July 9, 2018"),
    ("what date was it written", "July 9, 2018", "July 9, 2018"),
    ("How old is this article?", "July 9, 2018", "July 9, 2018"),
    ("Where was the essay published?", "Center for Strategic and International Studies", "Commentary\u00a0is produced by"),
    ("Who published it?", "Center for Strategic and International Studies", "Commentary\u00a0is produced by"),
    ("What is the title of this piece?", "Fraying U.S. Relationships", "Fraying U.S. Relationships"),
    ("How long is the commentary?", "words in 21 paragraphs", "Fraying U.S. Relationships"),
    ("Who holds the copyright?", "© 2018", "© 2018 by the Center"),
    ("Is this article under copyright?", "© 2018", "© 2018 by the Center"),
    ("Who is the author of this essay?", "Robert R. King", "Ambassador Robert R. King is a senior adviser"),
    ("Which institute published this?", "Center for Strategic and International Studies", "Commentary\u00a0is produced by"),
    ("On what date did King publish this?", "July 9, 2018", "July 9, 2018"),
    ("Which think tank put this out?", "Center for Strategic and International Studies", "Commentary\u00a0is produced by"),
    ("what's the word count", "words in 21 paragraphs", "Fraying U.S. Relationships"),
    ("Where can I read the original?", "https://www.csis.org/analysis/", "Fraying U.S. Relationships"),
    ("What is this essay about?", "Its title says", "Fraying U.S. Relationships"),
]


@pytest.mark.parametrize(("question", "fact", "quoted"), FACTS, ids=[row[0] for row in FACTS])
def test_a_fact_comes_with_the_line_that_states_it(commentary: Document, question: str, fact: str, quoted: str) -> None:
    answer = answer_about(question, [commentary])
    assert answer is not None and answer.answered
    assert fact in answer.text
    assert answer.quotes[0].text.startswith(quoted)


CONTENT = [
    "When was the joint statement published?",
    "Who wrote the letter to Kim Jong-un?",
    "How long is the border with China?",
    "Who is Moon Jae-in?",
    "When did the UN impose sanctions?",
    "What did the report on satellite imagery say?",
    "How many troops are in Japan?",
    "Where was the G-7 Summit?",
    "What was the tweet about?",
    "When did Trump release the letter?",
    "What is the letter about?",
    "Which organization released the hostages?",
    "Which institution appeared to support Trump?",
    "Does China respect copyright?",
    "Who was the author of the Sunshine Policy?",
]


@pytest.mark.parametrize("question", CONTENT)
def test_what_the_text_tells_of_is_no_question_about_the_document(question: str) -> None:
    assert not is_about_document(question)


def test_a_fact_that_is_the_line_itself_is_said_once(commentary: Document) -> None:
    answer = answer_about("Is this copyrighted?", [commentary])
    assert answer is not None and answer.text == answer.quotes[0].text


def test_a_fact_that_the_text_does_not_state_is_not_claimed(commentary: Document) -> None:
    bare = Document("bare.txt", "Bare", "Some text.", author="Nobody Named", paragraphs=commentary.paragraphs[:0])
    assert answer_about("Who wrote this?", [bare]) is None
