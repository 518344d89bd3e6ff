"""Saved answers become candidates that a person must confirm before they count as gold."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.conversation import Conversation
from bot.errors import SavedAnswersError
from bot.session import Session
from bot.settings import Settings
from evals.command import Wanted
from evals.gold import GoldError, load_gold
from evals.harvest import candidates, harvest_files
from index import Document


def saved(session: Session, question: str, *history: str, **more: object) -> dict[str, object]:
    conversation = Conversation()
    for earlier in history:
        session.ask(earlier, conversation)
    return {**session.ask(question, conversation).as_json(elapsed_ms=1), **more}


def test_what_was_abstained_on_or_did_not_help_is_taken_up_once(session: Session) -> None:
    answers = [
        saved(session, "How do I bake bread?"),
        saved(session, "how do i  bake BREAD?"),
        saved(session, "Why does China matter for sanctions?"),
        saved(session, "Who is Moon Jae-in?", helpful=False),
        saved(session, "Where is North Korea's longest border?", helpful=True),
        saved(session, "thanks"),
    ]
    found = list(candidates(answers, set()))
    assert [(row["question"], row["answerable"], row["confirmed"]) for row in found] == [
        ("How do I bake bread?", False, False),
        ("Who is Moon Jae-in?", True, False),
    ]
    assert "abstained on; confidence 0" in found[0]["notes"] and "shown: South Korean President Moon Jae-in" in found[1]["notes"]


def test_a_follow_up_keeps_its_history_or_is_taken_as_it_was_read(session: Session) -> None:
    earlier = "How many American troops are stationed in South Korea?"
    with_history = saved(session, "And in Japan?", earlier, helpful=False, history=[earlier])
    without = saved(session, "And in Japan?", earlier, helpful=False)
    found = list(candidates([with_history, without], set()))
    assert [(row["kind"], row["history"], row["question"]) for row in found] == [
        ("follow-up", [earlier], "And in Japan?"),
        ("", [], "How many American troops are stationed in Japan?"),
    ]


def test_candidates_are_added_once_and_are_no_gold_yet(session: Session, tmp_path: Path, commentary: Document) -> None:
    lines = [json.dumps(saved(session, question)) for question in ("How do I bake bread?", "who won the 2014 world cup?")]
    (tmp_path / "asked.jsonl").write_text("\n".join(lines), encoding="utf-8")
    wanted = Wanted(folder=tmp_path / "report")
    for _ in range(2):
        harvest_files(Settings(data_dir=tmp_path), wanted, [tmp_path / "asked.jsonl"])
    path = tmp_path / "report" / "candidates.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["confirmed"] for row in rows] == [False]  # the other is gold already
    with pytest.raises(GoldError, match="line 1: a candidate that nobody has confirmed"):
        load_gold(path, [commentary])
    rows[0] |= {"confirmed": True, "kind": "off-topic"}
    path.write_text(json.dumps(rows[0]), encoding="utf-8")
    assert [row.question for row in load_gold(path, [commentary])] == [rows[0]["question"]]


BAD = [[], "x", {"question": "Why?"}, {"question": "Why?", "answered": "no"}, {"question": "Why?", "answered": False, "history": [1]}]


@pytest.mark.parametrize("answer", BAD)
def test_what_is_no_answer_is_refused(answer: object) -> None:
    with pytest.raises(SavedAnswersError, match="no answer"):
        list(candidates([answer], set()))


def test_harvesting_says_what_to_do_next(own_data: Path, session: Session, tmp_path: Path) -> None:
    (tmp_path / "saved.json").write_text(json.dumps([saved(session, "How do I bake bread?")]), encoding="utf-8")
    command = [sys.executable, "-c", "from bot.cli import main; main()", "eval", "--harvest", "saved.json", "--report", "out"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert (done.returncode, done.stdout) == (0, f"1 new candidates in {Path('out/candidates.jsonl')}\n")
    assert "set confirmed to true" in done.stderr
