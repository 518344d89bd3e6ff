"""The chat, typed into a real terminal and fed through a pipe."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import pytest

COMMAND = [sys.executable, "-c", "from bot.cli import main; main()", "chat"]


PROMPT = r"\?2004h"  # what prompt_toolkit sends when it begins to read a line


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "COMMENTARY_DATA_DIR": str(data), "HF_HUB_OFFLINE": "1", "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}


def piped(data: Path, *lines: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], input="\n".join(lines) + "\n", env=environment(data), capture_output=True, text=True, timeout=120
    )


def test_a_piped_conversation_answers_follows_up_and_saves_what_verify_accepts(own_data: Path, tmp_path: Path) -> None:
    saved = tmp_path / "my answers.json"
    done = piped(
        own_data,
        "Why does China matter for sanctions?",
        "/context 1",
        "/more",
        "How many American troops are stationed in South Korea?",
        "And in Japan?",
        "/sources",
        f"/save '{saved}'",
        "/quit",
        "never asked",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"«[^«»]*China[^«»]*»", done.stdout)
    assert "Read as: How many American troops are stationed in Japan?" in done.stdout
    assert "Robert R. King" in done.stdout and "never asked" not in done.stdout
    assert [answer["answered"] for answer in json.loads(saved.read_text())] == [True] * 4
    command = [*COMMAND[:-1], "verify", str(saved)]
    checked = subprocess.run(command, env=environment(own_data), capture_output=True, text=True)
    assert (checked.returncode, "moved" in checked.stdout, "gone" in checked.stdout) == (0, False, False)


def test_more_repeats_nothing_and_reset_forgets(own_data: Path) -> None:
    done = piped(own_data, "Why does China matter for sanctions?", "/more", "/more", "/reset", "/more")
    quotes = [
        line
        for line in done.stdout.splitlines()
        if line.startswith(("    ", "[")) and not line.strip().startswith(("China,", "United", "paragraph"))
    ]
    assert len(quotes) == len(set(quotes)) >= 3
    assert done.stdout.splitlines()[-1] == "Ask a question first."


def test_thanks_do_not_hide_the_last_answer(own_data: Path) -> None:
    done = piped(own_data, "How many American troops are stationed in Japan?", "thanks", "/context 1")
    assert "«In addition some 50,000 American troops are stationed in Japan.»" in done.stdout
    assert done.stderr == ""


def test_more_after_an_abstention_shows_another_passage_and_no_answer(own_data: Path) -> None:
    done = piped(own_data, "What is the capital of Mongolia?", "/more")
    quotes = [line for line in done.stdout.splitlines() if line.startswith("    ") and len(line) > 60]
    assert len(quotes) == len(set(quotes)) == 2
    assert done.stdout.count("not an answer") == 2


def test_a_conversation_goes_on_after_a_restart(own_data: Path) -> None:
    piped(own_data, "How many American troops are stationed in South Korea?")
    piped(own_data, "Why does China matter for sanctions?", "/context 1")
    last = piped(own_data, "shorter", "/conversations", options=("--resume",))
    assert "depend on China for enforcement" in last.stdout
    name = next(line.split()[0] for line in last.stdout.splitlines() if "2 turns" not in line and line.endswith("South Korea?"))
    named = piped(own_data, "And in Japan?", options=("--resume", name))
    assert "Read as: How many American troops are stationed in Japan?" in named.stdout


@pytest.mark.parametrize(
    ("options", "hint"), [(("--resume",), "no conversation to go on"), (("--resume", "2019"), "'2019'"), (("2019",), "--resume 2019")]
)
def test_a_conversation_that_is_not_there_gets_a_hint(own_data: Path, options: tuple[str, ...], hint: str) -> None:
    done = piped(own_data, "Who is Moon Jae-in?", options=options)
    assert (done.returncode, done.stdout, hint in done.stderr) == (2, "", True)


def test_what_is_forgotten_is_nowhere_in_the_data_folder(own_data: Path) -> None:
    (own_data / "chat_history").write_text("+zebra crossing")
    piped(own_data, "Where is the zebra?")
    done = piped(own_data, "Who feeds the zebra?", "/forget", "/conversations")
    assert "2 turns and everything that was typed are forgotten." in done.stdout.splitlines()[-1]
    assert [path for path in own_data.rglob("c*") if path.is_file() and b"zebra" in path.read_bytes()] == []


def test_a_damaged_file_costs_the_history_and_not_the_answer(own_data: Path) -> None:
    (own_data / "conversations.db").write_bytes(b"nonsense" * 500)
    done = piped(own_data, "How many troops are in Japan?")
    assert "50,000" in done.stdout and "conversations.db.damaged-" in done.stderr and done.returncode == 0


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("/context 9", "Type /context N"),
        ("/nonsense", "/help lists them"),
        ("/save", "Type /save FILE"),
        ("/save /no/such/folder/x.md", "cannot be written"),
    ],
)
def test_a_mistaken_command_gets_a_hint_and_the_chat_goes_on(own_data: Path, line: str, hint: str) -> None:
    done = piped(own_data, "Who is Moon Jae-in?", line, "How many troops are in Japan?")
    assert hint in done.stderr and "50,000" in done.stdout and done.returncode == 0


def test_markdown_is_saved_with_places(own_data: Path, tmp_path: Path) -> None:
    piped(own_data, "How many troops are in Japan?", f"/save {tmp_path}/talk.md")
    written = (tmp_path / "talk.md").read_text(encoding="utf-8")
    assert (
        "## How many troops are in Japan?" in written and "> In addition some 50,000" in written and "king-2018-north-korea.txt" in written
    )


def test_at_a_terminal_lines_are_edited_completed_and_remembered(own_data: Path) -> None:
    child = pexpect.spawn(COMMAND[0], COMMAND[1:], env=environment(own_data), encoding="utf-8", timeout=60, dimensions=(40, 100))
    child.expect("Ctrl-D leaves")
    child.expect(PROMPT)
    for keys in ("/sou", "\t", "\r"):  # completion works in the background: a person does not type faster either
        time.sleep(1)
        child.send(keys)
    child.expect("Robert R. King")
    child.send("How many troops are in Japaz\x7fn?\r")
    child.expect("50,000")
    child.expect(PROMPT)
    child.send("half a question\x03")
    child.expect(PROMPT)
    child.send("\x1b[A\r")
    child.expect("50,000")
    child.expect(PROMPT)
    child.send("\x04")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    history = own_data / "chat_history"
    assert "How many troops are in Japan?" in history.read_text() and history.stat().st_mode & 0o077 == 0
