"""A session cleans questions, builds what is missing, and follows the index when it is built anew."""

import threading
import time
from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.errors import QuestionError
from bot.session import LONGEST_QUESTION, Session, clean_question
from bot.settings import Settings
from index import DEFAULT_MODEL, Builder


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u2060", "?!…", "\u202e", "\x1b[31m"[:1]])
def test_what_holds_no_question_gets_a_hint(text: str) -> None:
    with pytest.raises(QuestionError, match="commentary ask"):
        clean_question(text)


def test_ten_megabytes_are_refused_at_once() -> None:
    started = time.perf_counter()
    with pytest.raises(QuestionError, match=f"at most {LONGEST_QUESTION:,}"):
        clean_question("x" * 10_000_000)
    assert time.perf_counter() - started < 0.1


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("Why\u200b does\nChina  matter?", "Why does China matter?"), ("a\x1b]52;c;x\x07b", "a]52;c;xb"), ("who \udcff?", "who ??")],
    ids=["invisible", "escapes", "surrogate"],
)
def test_questions_are_cleaned(text: str, cleaned: str) -> None:
    assert clean_question(text) == cleaned


def corpus(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "note.txt").write_text(text, encoding="utf-8")
    return folder


def test_the_index_is_built_by_the_first_question_and_follows_the_next_generation(own_data: Path, tmp_path: Path) -> None:
    folder = corpus(tmp_path / "corpus", "The lighthouse keeper is called Marta Quill. She has kept the light for forty years.\n")
    session = Session(Settings(data_dir=own_data, corpus=folder))
    assert "Marta" in session.ask("What is the lighthouse keeper called?").text
    corpus(folder, "The lighthouse keeper is called Otto Brandt. He has kept the light for ten years.\n")
    Builder(own_data, DEFAULT_MODEL).build([str(folder.resolve())])
    assert "Otto" in session.ask("What is the lighthouse keeper called?").text


def test_no_question_fails_while_the_index_is_built_anew(own_data: Path, tmp_path: Path) -> None:
    folder = corpus(tmp_path / "corpus", "The lighthouse keeper is called Marta Quill. She has kept the light for forty years.\n")
    session = Session(Settings(data_dir=own_data, corpus=folder))
    answers, stop = [], threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            answers.append(session.ask("What is the lighthouse keeper called?").text)

    askers = [threading.Thread(target=keep_asking) for _ in range(2)]
    session.ask("Who keeps the light?")
    for asker in askers:
        asker.start()
    for name in ("Otto", "Ines", "Pavel"):
        corpus(folder, f"The lighthouse keeper is called {name} Brandt. The light has been kept for ten years.\n")
        Builder(own_data, DEFAULT_MODEL).build([str(folder.resolve())])
    time.sleep(0.5)
    stop.set()
    for asker in askers:
        asker.join()
    assert len(answers) > 20
    assert all("lighthouse keeper is called" in text for text in answers)
    assert "Pavel" in answers[-1]


def test_another_model_name_is_noticed(own_data: Path, tmp_path: Path) -> None:
    from bot.session import unfit_reason
    from index import Generations

    manifest = Generations(own_data).current()
    assert "all-MiniLM" in unfit_reason(manifest, Settings(data_dir=own_data, embedding_model=str(tmp_path)))
    assert unfit_reason(manifest, Settings(data_dir=own_data)) == ""


@pytest.mark.parametrize(("name", "model"), [("reading", "ReadingEvidence"), ("measuring", "LogisticEvidence")])
def test_the_setting_names_what_weighs_the_evidence(data: Path, name: str, model: str) -> None:
    session = Session(Settings(data_dir=data, evidence_model=name))
    answer = session.ask("How far is Japan from North Korea?")
    assert type(session.model).__name__ == model
    assert answer.quotes[0].text.startswith("Japan is only 600 miles from North Korea")


def test_a_stream_without_a_chat_model_is_its_answer_alone(session: Session) -> None:
    conversation = Conversation()
    (answer,) = session.stream("Why does China matter for sanctions?", conversation)
    assert answer == session.ask("Why does China matter for sanctions?")
    assert [turn.answer for turn in conversation] == [answer]


def test_a_stream_refuses_what_is_no_question_before_it_is_read(session: Session) -> None:
    with pytest.raises(QuestionError, match="Type a question"):
        session.stream("")
