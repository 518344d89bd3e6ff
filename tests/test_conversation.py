"""What a follow-up may mean, by rules: the plain question first, and the topic only of a turn that was answered."""

import pytest

from bot.answers import Answer
from bot.conversation import LONGEST, Conversation, Turn
from bot.readings import leans_back, readings
from bot.session import Session


def after(*turns: tuple[str, bool]) -> Conversation:
    return Conversation(Turn(question, Answer(question, question, answered, "")) for question, answered in turns)


def test_a_question_that_stands_alone_is_read_as_it_is() -> None:
    assert readings("How many troops are stationed in Japan?", after(("Why does China matter?", True))) == [
        "How many troops are stationed in Japan?"
    ]


def test_the_first_question_has_no_topic() -> None:
    assert readings("And Japan?", Conversation()) == ["And Japan?"]


@pytest.mark.parametrize(
    ("topic", "question", "reading"),
    [
        ("Why was South Korea embarrassed?", "And Japan?", "Why was Japan embarrassed?"),
        ("How did Trump treat Canada in Quebec?", "And the Japanese?", "How did Trump treat the Japanese in Quebec?"),
        ("What did Trump say of Japan?", "What about Pompeo?", "What did Pompeo say of Japan?"),
        ("How did Trump tell Seoul?", "And Japan?", "How did Trump tell Japan?"),
    ],
    ids=["a country", "the last country, not the last name", "a person", "no country to be replaced"],
)
def test_a_new_name_takes_the_place_of_the_last_one_of_its_kind(topic: str, question: str, reading: str) -> None:
    assert readings(question, after((topic, True)))[0] == reading


def test_a_pronoun_is_read_with_the_topic_in_front() -> None:
    assert "How did Seoul learn of it? Who told them?" in readings("Who told them?", after(("How did Seoul learn of it?", True)))


def test_a_turn_without_an_answer_does_not_become_the_topic() -> None:
    assert after(("Why does China matter?", True), ("Who won the World Cup?", False)).topic == "Why does China matter?"


@pytest.mark.parametrize(
    "question", ["And their exports?", "Why not?", "who told them?", "What about the UN?", "the second one, what was it?"]
)
def test_what_points_back_leans_back(question: str) -> None:
    assert leans_back(question)


@pytest.mark.parametrize(
    "question", ["What is the capital of France?", "Who is Moon Jae-in?", "Are there any allies in Europe?", "When was Trump elected?"]
)
def test_a_whole_question_stands_alone_however_short(question: str) -> None:
    assert not leans_back(question)


def test_the_topic_does_not_grow_with_every_turn() -> None:
    assert after(("How did Seoul learn of it? Who told them?", True)).topic == "How did Seoul learn of it?"


def test_a_conversation_keeps_the_last_turns_only() -> None:
    conversation = after(*((f"question {number}", True) for number in range(LONGEST + 5)))
    assert next(turn.question for turn in conversation) == "question 5"


def test_a_follow_up_finds_what_its_words_alone_do_not(session: Session) -> None:
    conversation = Conversation()
    session.ask("How many American troops are stationed in South Korea?", conversation)
    answer = session.ask("And in Japan?", conversation)
    assert "50,000" in answer.text
    assert answer.standalone_question == "How many American troops are stationed in Japan?"


def test_a_new_topic_does_not_drag_the_old_one_along(session: Session) -> None:
    conversation = Conversation()
    session.ask("How many American troops are stationed in South Korea?", conversation)
    question = "What did Time magazine say about the photo at the G-7 summit?"
    assert session.ask(question, conversation).as_json(elapsed_ms=0) == session.ask(question).as_json(elapsed_ms=0)


def test_abstention_holds_after_good_turns(session: Session) -> None:
    conversation = Conversation()
    for question in ("Why does China matter for sanctions?", "How many troops are in Japan?", "Who is Moon Jae-in?"):
        assert session.ask(question, conversation).answered
    for question in ("What is the recipe for banana bread?", "What is the capital of France?", "And the price of its bananas?"):
        assert not session.ask(question, conversation).answered
