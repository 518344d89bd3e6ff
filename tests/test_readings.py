"""What a follow-up may mean: what it leaves out comes from the conversation, and corrections go back to the last question."""

from dataclasses import replace

import pytest

from bot.answers import Answer, Quote
from bot.carrying import NAMES, Carrier, Said, measure
from bot.conversation import Conversation, Turn
from bot.readings import readings
from index import Document

KIM = Said(((True, "Who met Kim Jong-un?"), (False, "Donald Trump met Kim Jong-un in Singapore.")), "Kim Jong-un", "The summit")


def after(*turns: tuple[str, bool]) -> Conversation:
    shown = Quote(Document("d", "t", "text"), 0, 4)
    return Conversation(Turn(question, Answer(question, question, answered, "", nearest=shown)) for question, answered in turns)


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("When was he born?", "When was Kim Jong-un born?"),
        ("Who were his parents?", "Who were Kim Jong-un’s parents?"),
        ("Where did Trump meet him?", "Where did Trump meet Kim Jong-un?"),
    ],
    ids=["subject", "possessive", "object"],
)
def test_a_name_takes_the_place_of_its_pronoun(question: str, reading: str) -> None:
    assert Carrier.packaged().standalone(question, KIM, leaning=True).startswith(reading)


def test_he_is_no_country_and_they_may_be_one() -> None:
    said = Said(((True, "What did Seoul hear?"), (False, "South Korea was told by Moon. South Korea protested.")), "South Korea")
    him, them = (Carrier.packaged().standalone(question, said, leaning=True) for question in ("When was he told?", "When were they told?"))
    assert not him.startswith("When was South Korea told?") and them.startswith("When were South Korea told?")


@pytest.mark.parametrize("question", ["How far is Japan from North Korea?", "What did Time magazine call the photo?"])
def test_a_question_that_leaves_out_nothing_is_left_alone(question: str) -> None:
    assert Carrier.packaged().standalone(question, replace(KIM, title=""), leaning=False) == question


def test_initials_stay_in_their_name() -> None:
    said = Said(((True, "Who wrote the essay?"), (False, "The essay is by Robert R. King of CSIS.")), "Robert R. King")
    assert Carrier.packaged().standalone("Where was he born?", said, leaning=True).startswith("Where was Robert R. King born?")


def test_nothing_said_carries_nothing() -> None:
    assert Carrier.packaged().standalone("And him?", Said(()), leaning=True) == "And him?"


def test_every_missing_term_is_measured_once() -> None:
    found, features = measure("When did Kim arrive?", KIM)
    assert sorted(found) == sorted(set(found)) and features.shape == (len(found), len(NAMES)) and "kim" not in found


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("No, I meant the UN", "What did the UN impose?"),
        ("sorry, I meant Japan", "What did Japan impose?"),
        ("I meant Japan.", "What did Japan impose?"),
        ("I was asking about Japan, not the EU", "What did Japan impose?"),
        ("not the EU. Japan.", "What did Japan impose?"),
        ("No, not the EU but Japan", "What did Japan impose?"),
    ],
)
def test_a_correction_changes_the_last_question_answered_or_not(question: str, reading: str) -> None:
    assert readings(question, after(("Why does China matter?", True), ("What did the EU impose?", False)))[0] == reading


def test_a_correction_that_is_a_whole_question_is_read_by_itself() -> None:
    conversation = after(("What did the EU impose?", True))
    assert readings("No, I meant how many troops are in Japan", conversation) == ["how many troops are in Japan"]


@pytest.mark.parametrize("question", ["And Japan?", "What did he say about it?", "Who told them?", "troop numbers"])
def test_at_most_three_readings_are_weighed(question: str) -> None:
    assert 2 <= len(readings(question, after(("How did Seoul learn of the plan by President Trump?", True)))) <= 3


@pytest.mark.parametrize(
    "opening",
    [
        "Ok, different topic: ",
        "New question: ",
        "and now something else, ",
        "by the way, ",
        "Changing the subject - ",
        "ok on to another topic. ",
    ],
)
def test_what_is_announced_as_another_topic_stands_alone(opening: str) -> None:
    assert readings(f"{opening}who wrote the essay?", after(("Who met Kim?", True))) == ["who wrote the essay?"]


@pytest.mark.parametrize("question", ["something else", "Is there a different topic in the essay?", "not much, right?"])
def test_a_word_of_another_topic_is_no_opening(question: str) -> None:
    assert question in readings(question, after(("Who met Kim?", True)))
