"""Quotes are slices of the source, whatever is asked."""

import random
import re
from pathlib import Path

import pytest

from bot.answers import Quote
from bot.session import Session
from bot.settings import Settings
from index import Document, IndexReader, default_corpus


def generated_questions(commentary: Document, count: int) -> list[str]:
    """Questions from the text's own words and from noise, always the same ones."""
    chance = random.Random(7)
    words = commentary.text.split()
    forms = (
        "What about {}?",
        "Why {}?",
        "who said {}",
        "{}",
        "How does {} matter?",
        "tell me of {} and {}",
        "{} {} {}",
        "Is it true that {}?",
    )
    noise = ["zebra", "“", "\u202e", "é", "9/11", "{braces}", "<@123>", "\\x00", "東京", "🙂", "'; DROP"]
    pieces = [
        " ".join(words[at : at + size]) for at, size in ((chance.randrange(len(words)), chance.randint(1, 6)) for _ in range(count * 3))
    ]
    pieces += noise * 5
    made = (chance.choice(forms).format(*(chance.choice(pieces) for _ in range(3))) for _ in range(count * 2))
    return [question for question in made if any(char.isalnum() for char in question)][:count]


def test_every_quote_of_200_generated_questions_is_its_slice_of_the_file(session: Session, commentary: Document) -> None:
    source = next(default_corpus().glob("*.txt")).read_text(encoding="utf-8")
    answers = [session.ask(question) for question in generated_questions(commentary, 200)]
    quotes = [quote.as_json() for answer in answers for quote in (*answer.quotes, *filter(None, [answer.nearest]))]
    assert len(quotes) >= 200
    assert [quote["text"] for quote in quotes] == [source[quote["start"] : quote["end"]] for quote in quotes]


def test_answers_are_the_same_every_time(session: Session, data: Path) -> None:
    again = Session(Settings(data_dir=data))
    questions = ["Why does China matter for sanctions?", "And Japan?", "Who is Zeus?"]
    assert [session.ask(question).as_json(elapsed_ms=0) for question in questions] == [
        again.ask(question).as_json(elapsed_ms=0) for question in questions
    ]


def test_a_quote_knows_its_place(index: IndexReader) -> None:
    document = next(iter(index.documents.values()))
    start = document.text.index("Economic sanctions on the North depend")
    quote = Quote(document, start, start + 8, score=0.51239)
    assert quote.as_json() == {
        "text": "Economic",
        "document": "king-2018-north-korea.txt",
        "title": document.title,
        "start": start,
        "end": start + 8,
        "section": "China",
        "paragraph": 14,
        "score": 0.5124,
    }


def test_a_quote_cannot_be_given_words(index: IndexReader) -> None:
    quote = Quote(next(iter(index.documents.values())), 600, 700)
    with pytest.raises(AttributeError):
        quote.text = "Trust me."  # type: ignore[misc]


def test_the_span_in_the_readme_is_the_quote_it_shows(commentary: Document) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"commentary show king (\d+):(\d+)", readme)
    words = commentary.text[int(shown[1]) : int(shown[2])] if shown else ""
    assert words.startswith("The good will, interest") and words.endswith("commitments on denuclearization.")
    assert " ".join(words.split()) in " ".join(readme.split())
    assert f'"start": {shown[1]}, "end": {shown[2]}' in readme
