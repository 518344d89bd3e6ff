"""Conversations on disk survive restarts, kills, other writers, full and read-only disks, and damage; at worst the history is lost."""

import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answers import Answer, Quote
from bot.conversation import LONGEST, Turn
from bot.conversations import Conversations
from bot.errors import ConversationsError
from index import Document

WRITER = """
import sys
from pathlib import Path
from bot.answers import Answer
from bot.conversation import Turn
from bot.conversations import Conversations

kept = Conversations(Path(sys.argv[1]), dict)
for number in range(int(sys.argv[3])):
    kept.add(sys.argv[2], Turn(f"question {number}", Answer("q", "q", False, "no")), person=sys.argv[2])
    print(number, flush=True)
"""


def plain(question: str = "Why?", text: str = "The commentary does not say.") -> Turn:
    return Turn(question, Answer(question, question, False, text))


def quoting(document: Document, words: str) -> Turn:
    start = document.text.index(words)
    quote = Quote(document, start, start + len(words), score=0.5)
    return Turn("Why?", Answer("Why?", "Why so?", True, f"It is so.\n\n{words}", quotes=(quote,), confidence=0.8), elapsed_ms=12.5)


def writer(path: Path, key: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), key, str(count)], stdout=subprocess.PIPE, text=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.db"


@pytest.fixture
def kept(path: Path, commentary: Document) -> Conversations:
    return Conversations(path, lambda: {commentary.id: commentary})


def questions(kept: Conversations, key: str = "k") -> list[str]:
    return [turn.question for turn in kept.load(key)]


def test_a_turn_comes_back_after_a_restart_with_its_quotes(path: Path, kept: Conversations, commentary: Document) -> None:
    turn = quoting(commentary, "Economic sanctions on the North depend on China for enforcement.")
    kept.add("k", turn)
    assert list(Conversations(path, lambda: {commentary.id: commentary}).load("k")) == [turn]


def test_no_words_of_a_document_are_in_the_file(path: Path, kept: Conversations, commentary: Document) -> None:
    kept.add("k", quoting(commentary, "Economic sanctions on the North depend on China for enforcement."))
    assert b"Economic sanctions" not in path.read_bytes()


def test_a_quote_whose_text_changed_is_dropped_and_counted(path: Path, kept: Conversations, commentary: Document) -> None:
    kept.add("k", quoting(commentary, "Economic sanctions on the North depend on China for enforcement."))
    changed = replace(commentary, text="X" + commentary.text)
    [turn] = Conversations(path, lambda: {changed.id: changed}).load("k")
    assert (turn.lost, turn.answer.answered, turn.answer.quotes) == (1, False, ())
    assert "sanctions" not in turn.answer.text


def test_keys_are_apart_and_each_keeps_its_last_turns(kept: Conversations) -> None:
    for number in range(LONGEST + 3):
        kept.add("one", plain(f"question {number}"))
    kept.add("two", plain("another"))
    assert (questions(kept, "one")[0], len(questions(kept, "one")), questions(kept, "two")) == ("question 3", LONGEST, ["another"])


def test_what_is_too_old_is_gone(path: Path) -> None:
    Conversations(path, dict).add("k", plain())
    assert questions(Conversations(path, dict, keep_days=0.0)) == []
    Conversations(path, dict, keep_days=0.0).add("other", plain())
    assert Conversations(path, dict).recent(prefix="k") == []


def test_one_person_is_forgotten_everywhere_and_nobody_else(path: Path, kept: Conversations) -> None:
    for key, person, text in (("a", "ann", "sea"), ("b", "ann", "sky"), ("b", "bob", "bed"), ("b", "", "nobody's")):
        kept.add(key, plain(f"ann's {text}" if person == "ann" else text), person=person)
    assert (kept.forget(""), kept.forget("ann"), kept.forget("ann")) == (0, 2, 0)
    assert (questions(kept, "a"), questions(kept, "b"), b"ann's" in path.read_bytes()) == ([], ["bed", "nobody's"], False)


def test_a_reset_forgets_one_conversation(kept: Conversations) -> None:
    kept.add("a", plain())
    kept.add("b", plain())
    kept.reset("a")
    assert (questions(kept, "a"), questions(kept, "b")) == ([], ["Why?"])


def test_the_last_used_is_listed_first(kept: Conversations) -> None:
    for key, question in (("t:a", "first"), ("t:b", "second"), ("t:a", "third"), ("x", "fourth")):
        kept.add(key, plain(question))
    assert [(one.key, one.turns, one.first_question) for one in kept.recent(prefix="t:")] == [("t:a", 2, "first"), ("t:b", 1, "second")]
    assert [one.key for one in kept.recent(limit=1)] == ["x"]


def test_only_the_owner_may_read_the_file(path: Path, kept: Conversations) -> None:
    kept.add("k", plain())
    assert path.stat().st_mode & 0o777 == 0o600


def test_reading_makes_no_file(path: Path, kept: Conversations) -> None:
    assert (questions(kept), kept.recent(), kept.forget("ann"), path.exists()) == ([], [], 0, False)


def test_threads_write_at_once(path: Path) -> None:
    def write(name: int) -> None:
        kept = Conversations(path, dict)
        for number in range(10):
            kept.add(f"k{name}", plain(f"question {number}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(questions(Conversations(path, dict), f"k{name}")) for name in range(8)] == [10] * 8


def test_processes_write_at_once_and_lose_nothing(path: Path) -> None:
    children = [writer(path, key, 40) for key in ("a", "b", "c")]
    assert [child.communicate(timeout=60) and child.returncode for child in children] == [0, 0, 0]
    assert [(one.key, one.turns) for one in sorted(Conversations(path, dict).recent(), key=lambda one: one.key)] == [
        ("a", 40),
        ("b", 40),
        ("c", 40),
    ]


@pytest.mark.parametrize("kills", [5, pytest.param(60, marks=pytest.mark.slow)])
def test_a_killed_writer_loses_at_most_the_turn_it_was_writing(path: Path, kills: int) -> None:
    for kill in range(kills):
        child = writer(path, f"k{kill}", 1000)
        said = [child.stdout.readline() for _ in range(3 + kill % 7)]
        child.send_signal(signal.SIGKILL)
        said += child.communicate(timeout=60)[0].splitlines()
        kept = Conversations(path, dict).load(f"k{kill}")
        assert kept.last is not None and int(kept.last.question.split()[1]) >= int(said[-1])
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    "damage", [b"nonsense" * 600, b"", b"SQLite format 3\0" + b"\xff" * 5000], ids=["nonsense", "empty", "header only"]
)
def test_a_damaged_file_is_moved_aside_and_named(path: Path, caplog: pytest.LogCaptureFixture, damage: bytes) -> None:
    Conversations(path, dict).add("k", plain())
    path.write_bytes(damage)
    kept = Conversations(path, dict)
    kept.add("k", plain("after"))
    assert questions(kept) == ["after"]
    aside = [file for file in path.parent.iterdir() if ".damaged-" in file.name]
    assert [file.read_bytes() for file in aside] == ([damage] if damage else [])
    assert all(str(file) in caplog.text for file in aside)


@pytest.mark.parametrize("at", range(0, 100, 10))
def test_a_file_damaged_anywhere_costs_no_more_than_the_history(path: Path, at: int) -> None:
    for number in range(LONGEST):
        Conversations(path, dict).add("k", plain(f"question {number}"))
    raw = bytearray(path.read_bytes())
    raw[len(raw) * at // 100 : len(raw) * at // 100 + 64] = os.urandom(64)
    path.write_bytes(raw)
    kept = Conversations(path, dict)
    kept.load("k")
    kept.add("k", plain("after"))
    assert questions(kept)[-1] == "after"


@pytest.mark.parametrize("line", ["", "[]", "{}", "null", '{"question": 1}', "[" * 100_000, '{"quotes": [7]}'])
def test_a_row_that_is_no_turn_is_left_out(path: Path, kept: Conversations, line: str) -> None:
    kept.add("k", plain("good"))
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO turns (key, person, at, question, kept) VALUES ('k', '', 9e12, '', ?)", (line,))
    assert questions(kept) == ["good"]


@pytest.mark.parametrize("start", [-5, 10**9])
def test_an_altered_place_gives_no_quote(path: Path, kept: Conversations, commentary: Document, start: int) -> None:
    kept.add("k", quoting(commentary, "Economic sanctions on the North depend on China for enforcement."))
    with sqlite3.connect(path) as db:
        turn = json.loads(db.execute("SELECT kept FROM turns").fetchone()[0])
        turn["quotes"][0]["start"] = start
        db.execute("UPDATE turns SET kept = ?", (json.dumps(turn),))
    [loaded] = kept.load("k")
    assert (loaded.answer.quotes, loaded.lost) == ((), 1)


def test_what_cannot_be_written_is_said_once_and_not_raised(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    kept = Conversations(tmp_path / "file" / "conversations.db", dict)
    with caplog.at_level(logging.WARNING):
        kept.add("k", plain())
        kept.add("k", plain())
    assert [record.message.startswith("Conversations cannot be kept in") for record in caplog.records] == [True]
    assert list(kept.load("k")) == []


FULL = """
import os, subprocess, sys
from pathlib import Path
from bot.answers import Answer
from bot.conversation import Turn
from bot.conversations import Conversations

disk, room = Path(sys.argv[1]), int(sys.argv[2])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)], check=True)
kept = Conversations(disk / "conversations.db", dict)
kept.add("k", Turn("first", Answer("q", "q", False, "no")), person="ann")
with (disk / "filler").open("wb") as file:
    status = os.statvfs(disk)
    os.posix_fallocate(file.fileno(), 0, max(status.f_bavail * status.f_frsize - room * 1024, 1))
for number in range(200):
    kept.add(f"k{number}", Turn("x" * 2000, Answer("q", "q", False, "no")))
print([turn.question for turn in kept.load("k")])
(disk / "filler").unlink()
kept.add("k", Turn("last", Answer("q", "q", False, "no")))
print([turn.question for turn in kept.load("k")])
subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
kept.add("k", Turn("lost", Answer("q", "q", False, "no")))
print([turn.question for turn in kept.load("k")])
try:
    kept.forget("ann")
except Exception as error:
    print(type(error).__name__, "delete that file" in str(error))
"""


@pytest.mark.parametrize("room", [0, 12, 40, 100], ids=lambda room: f"{room} KiB")
def test_a_full_or_read_only_disk_costs_the_history_and_nothing_else(tmp_path: Path, room: int) -> None:
    if not shutil.which("unshare") or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode:
        pytest.skip("only somebody who may mount a small disk can fill it")
    command = ["unshare", "-m", sys.executable, "-c", FULL, str(tmp_path), str(room)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (child.returncode, "Traceback" in child.stderr) == (0, False), child.stderr
    assert child.stdout.splitlines() == ["['first']", "['first', 'last']", "['first', 'last']", f"{ConversationsError.__name__} True"]
    assert child.stderr.count("cannot be kept") == 1
