"""Turns that ask nothing new are told from questions, and answered out of the conversation."""

import pytest

from bot.conversation import Conversation
from bot.session import Session
from bot.turns import FIRST, move_of

CHINA = "Why does China matter for sanctions?"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("more", "more"),
        ("Any more quotes?", "more"),
        ("Tell me more about that, please.", "more"),
        ("Anything else?", "more"),
        ("what else does he say about it?", "more"),
        ("next", "more"),
        ("go on", "next"),
        ("Continue...", "next"),
        ("What happened next?", "next"),
        ("And then what?", "next"),
        ("Where does he say that?", "where"),
        ("which paragraph is that in?", "where"),
        ("source?", "where"),
        ("Show in context", "context"),
        ("can you show me that in context?", "context"),
        ("Who says that?", "who"),
        ("Says who?", "who"),
        ("shorter", "shorter"),
        ("Can you make it a bit shorter please", "shorter"),
        ("TL;DR", "shorter"),
        ("Are you sure?", "sure"),
        ("how sure are you about that?", "sure"),
        ("Really?!", "sure"),
        ("The second one, what was it?", "item"),
        ("what was the 2nd quote?", "item"),
    ],
)
def test_the_whole_message_says_what_is_wanted(message: str, kind: str) -> None:
    move = move_of(message)
    assert move is not None and move.kind == kind


@pytest.mark.parametrize(
    "message",
    [
        "more troops?",
        "Where does he say that China matters?",
        "Who says that sanctions work?",
        "What happened next in Singapore?",
        "Is it true that Trump met Kim?",
        "What was the second summit?",
        "How sure is King that sanctions work?",
        "What else did Trump cancel?",
        "Who wrote this?",
        "why?",
        "and Japan?",
        "thanks",
    ],
)
def test_a_question_with_words_of_its_own_is_none(message: str) -> None:
    assert move_of(message) is None


@pytest.mark.parametrize(
    ("message", "number"), [("show the third quote in context", 3), ("the last one again", -1), ("the 10th quote", 10)]
)
def test_quotes_are_named_by_number(message: str, number: int) -> None:
    move = move_of(message)
    assert move is not None and move.number == number


@pytest.mark.parametrize(
    "message", ["more", "go on", "where does he say that?", "are you sure?", "shorter", "the second one, what was it?"]
)
def test_before_any_question_there_is_nothing_to_turn_to(session: Session, message: str) -> None:
    answer = session.ask(message, Conversation())
    assert (answer.answered, answer.text) == (False, FIRST)


def asked(session: Session, *questions: str):
    conversation = Conversation()
    return [session.ask(question, conversation) for question in questions]


def test_more_repeats_nothing_over_the_whole_conversation_and_ends(session: Session) -> None:
    answers = asked(session, CHINA, *["more"] * 12)
    places = [(quote.start, quote.end) for answer in answers for quote in answer.quotes]
    assert all(one[1] <= other[0] for one, other in zip(sorted(places), sorted(places)[1:], strict=False))
    assert answers[1].answered
    assert (answers[-1].answered, answers[-1].text) == (False, "There is nothing more on this question.")


def test_a_turn_in_between_keeps_the_question(session: Session) -> None:
    conversation = Conversation()
    for message in (CHINA, "thanks!", "shorter", "where does he say that?", "more"):
        session.ask(message, conversation)
    assert conversation.topic == CHINA


def test_go_on_reads_on_in_the_text(session: Session) -> None:
    first, then, after = asked(session, "Who is Moon Jae-in?", "go on", "go on")
    gap = first.quotes[-1].document.text[first.quotes[-1].end : then.quotes[0].start]
    assert then.text.startswith("The text goes on:\n\n") and len(gap) < 20
    assert after.quotes[0].start >= then.quotes[-1].end


def test_the_place_the_speaker_and_the_confidence_come_with_the_evidence(session: Session) -> None:
    first, where, who, sure = asked(session, CHINA, "where does he say that?", "who says that?", "are you sure?")
    assert where.quotes == who.quotes == sure.quotes == first.quotes
    assert "paragraph 14" in where.text and "Robert R. King" in who.text
    assert f"{first.confidence:.0%}" in sure.text and sure.confidence == first.confidence


def test_the_context_of_a_quote_is_its_paragraph(session: Session) -> None:
    first, context = asked(session, CHINA, "show the second quote in context")
    assert context.quotes[0].start <= first.quotes[1].start < first.quotes[1].end <= context.quotes[0].end
    assert len(context.quotes[0].text) > len(first.quotes[1].text)


def test_the_second_one_is_the_second_quote_and_a_number_too_high_is_said(session: Session) -> None:
    first, second, again, ninth = asked(session, CHINA, "The second one, what was it?", "the first one again", "the ninth quote")
    assert (second.quotes, again.quotes) == ((first.quotes[1],), (first.quotes[0],))
    assert (ninth.answered, ninth.text.startswith("The last answer has")) == (False, True)


def test_shorter_is_one_sentence_of_the_best_quote(session: Session) -> None:
    first, short = asked(session, CHINA, "shorter")
    assert len(short.quotes) == 1 and short.quotes[0].text in first.quotes[0].text


@pytest.mark.parametrize(
    "message",
    ["more", "go on", "are you sure?", "who says that?", "where does he say that?", "shorter", "show in context", "the second one again"],
)
def test_an_abstention_stays_one_whatever_is_said_to_it(session: Session, message: str) -> None:
    refused, then = asked(session, "What is the recipe for banana bread?", message)
    assert (refused.answered, then.answered, then.quotes) == (False, False, ())
