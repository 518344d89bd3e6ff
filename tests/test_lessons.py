"""What the reading network is taught: windows that hold their anchor, wrong questions made of right ones, a clock that keeps time."""

from pathlib import Path

import numpy as np
import pytest

from index import IndexReader
from index.training.clock import STEPS, Clock
from index.training.edits import Spoiler, careless, reworded, vocabulary
from index.training.lessons import Lesson, lessons_at, show, show_beside, split_document
from index.training.pace import EVERY, Pace
from index.training.synonyms import close_synonyms
from index.training.wordnet import WordNet, with_its_ending

TEXT = (
    "The old bridge was built in 1874 by John Smith in Leeds. It carried trains for ninety years. "
    "Mary Jones repaired it in Bradford in 1931. The largest arch fell in a storm. Nobody was hurt."
)
WORDNET = WordNet(
    {"large": ("small",), "win": ("lose",)}, {"movie": ("film", "bushel", "movies")}, frozenset({"bridge", "storm", "arch", "train"})
)
SYNONYMS = {"repaired": ("mended",)}


@pytest.fixture
def lesson() -> Lesson:
    at = TEXT.index("Mary")
    [found] = lessons_at("Who repaired the bridge?", split_document("d", TEXT, [(0, len(TEXT))]), (at, at + 10))
    return found


def chance(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_lesson_is_anchored_at_the_sentence_of_its_span(lesson: Lesson) -> None:
    assert [lesson.passage.sentences[at].text for at in lesson.anchor] == ["Mary Jones repaired it in Bradford in 1931."]


@pytest.mark.parametrize("seed", range(8))
def test_a_window_holds_the_anchor_and_the_words_of_the_answer(lesson: Lesson, seed: int) -> None:
    shown = show(lesson, chance(seed))
    assert [shown.window.text[slice(*shown.window.sentences[at])] for at in shown.gold] == ["Mary Jones repaired it in Bradford in 1931."]
    assert shown.window.text[slice(*shown.span)] == "Mary Jones"


@pytest.mark.parametrize("seed", range(8))
def test_a_window_beside_the_answer_has_neither_gold_nor_the_words(lesson: Lesson, seed: int) -> None:
    shown = show_beside(lesson, chance(seed))
    assert shown.gold == () and "Mary Jones" not in shown.window.text


def test_an_article_offers_its_names_numbers_and_nouns() -> None:
    have = vocabulary(TEXT, WORDNET)
    assert have.names["in"] == ("Leeds", "Bradford")
    assert (have.numbers, have.nouns) == (("1874", "1931"), ("bridge", "trains", "arch", "storm"))


@pytest.mark.parametrize("seed", range(12))
def test_a_spoiled_question_differs_by_one_small_change(lesson: Lesson, seed: int) -> None:
    question = "Who repaired the largest bridge in Bradford in 1931?"
    spoiled = Spoiler(WORDNET).spoil(question, TEXT, TEXT, chance(seed))
    assert spoiled != question
    assert len(set(question.split()) & set(spoiled.split())) >= 6


def test_a_question_that_no_rule_fits_is_not_spoiled() -> None:
    assert Spoiler(WORDNET).spoil("Why", TEXT, "nothing here", chance()) is None


@pytest.mark.parametrize(
    ("word", "others"), [("large", ["small"]), ("largest", ["smallest"]), ("winning", ["losing"]), ("wins", ["loses"]), ("bridge", [])]
)
def test_opposites_keep_the_ending(word: str, others: list[str]) -> None:
    assert with_its_ending(word, WORDNET.antonyms) == others


def test_a_reworded_question_has_synonyms_in_place_of_some_words_and_is_one_in_some() -> None:
    question = "Who repaired the bridge?"
    asked = [reworded(question, SYNONYMS, one) for one in [chance()] for _ in range(1000)]
    assert set(asked) == {question, "Who mended the bridge?"}
    assert 170 < asked.count("Who mended the bridge?") < 280


def test_synonyms_are_common_words_of_another_stem_that_both_wordnet_and_the_embedding_model_take_for_such(index: IndexReader) -> None:
    common = {"movie", "movies", "film", "films", "bushel", "fixed"}
    found = close_synonyms(WORDNET, common, index.encoder.encode)
    assert found == {"movie": ("film",), "movies": ("films",)}


def test_careless_typing_is_rare_and_keeps_most_letters() -> None:
    question, draws = "Who repaired the bridge in Bradford?", chance(3)
    typed = [careless(question, draws) for _ in range(1000)]
    assert 700 < typed.count(question) < 900
    assert "repaired bridge Bradford" in typed and "who repaired the bridge in bradford" in typed


def test_wordnet_files_give_antonyms_synonyms_and_words_that_are_only_nouns(tmp_path: Path) -> None:
    head = "  1 This software and database is being provided to you\n"
    files = {
        "data.noun": "00000003 06 n 02 bridge 0 span 1 000 | over water\n00000004 06 n 01 bridge 2 000 | of a nose\n",
        "data.adj": "00000001 00 a 01 hot 0 001 ! 00000002 a 0101 | of heat\n00000002 00 a 01 cold(p) 0 001 ! 00000001 a 0101 | of none\n",
        "index.adj": "cold a 1 1 ! 1 0 00000002\nhot a 1 1 ! 1 0 00000001\n",
        "data.verb": "00000009 38 v 01 span 0 000 01 + 08 00 | stretch over\n",
        "index.noun": "bridge n 2 0 2 1 00000003 00000004\ncold n 1 0 1 0 00000004\nspan n 1 0 1 0 00000003\n",
        "index.verb": "span v 1 0 1 0 00000009\n",
    }
    for name in (f"{kind}.{part}" for kind in ("data", "index") for part in ("noun", "verb", "adj", "adv")):
        (tmp_path / name).write_text(head + files.get(name, ""))
    synonyms = {"bridge": ("span",), "span": ("bridge",), "cold": ("bridge",)}
    assert WordNet.load(tmp_path) == WordNet({"hot": ("cold",), "cold": ("hot",)}, synonyms, frozenset({"bridge"}))


def test_the_number_of_threads_that_was_quickest_when_tried_is_used_until_the_next_trial() -> None:
    pace, used = Pace((1, 2)), []
    for step in range(2 * EVERY):
        used.append(pace.threads(step))
        busy = step >= EVERY  # two threads are quicker at first, and slower on a busy machine
        pace.hear(step, 1.0 if used[-1] == 1 else 2.0 if busy else 0.6)
    assert used == [1, 1, 2, 2, *[2] * (EVERY - 4), 1, 1, 2, 2, *[1] * (EVERY - 4)]


def test_the_clock_follows_the_further_of_steps_and_seconds() -> None:
    late, far = Clock(100.0, spent=60.0, step=10), Clock(1e9, step=STEPS // 2)
    assert late.progress == pytest.approx(0.6, abs=0.01) and far.progress == pytest.approx(0.5)
    assert late.rate() == pytest.approx(0.4 / 0.97, abs=0.01)
    assert Clock(100.0, spent=200.0).rate() == 0.0
