"""The command line, as a real process: what goes to stdout, the exit codes, and that nothing steers the terminal."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.chat_server import reply_of, running
from tests.schema import ANSWER

ROOT = Path(__file__).parents[1]
CHECK = Draft202012Validator(ANSWER)


@pytest.fixture
def commentary_command(data: Path):
    """Run `commentary ...` with the shared index; keyword arguments go to subprocess.run."""

    def run(
        *arguments: str, code: int = 0, data: Path = data, env: dict[str, str] | None = None, **more
    ) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, "COMMENTARY_DATA_DIR": str(data), "HF_HUB_OFFLINE": "1", **(env or {})}
        command = [sys.executable, "-c", "from bot.cli import main; main()", *arguments]
        done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120, **more)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done

    return run


def test_an_answer_is_quotes_with_their_places(commentary_command) -> None:
    done = commentary_command("ask", "Why does China matter for sanctions?")
    assert done.stdout.startswith("[1] Economic sanctions on the North depend on China for enforcement.")
    assert "\n    China, paragraph 14\n" in done.stdout
    assert "Confidence: high" in done.stdout
    assert done.stderr == ""


def test_json_keeps_the_contract_and_the_exit_code_says_whether_it_answered(commentary_command) -> None:
    answered = json.loads(commentary_command("ask", "--json", "How many troops are stationed in Japan?").stdout)
    not_said = json.loads(commentary_command("ask", "--json", "Who won the 1998 World Cup?", code=1).stdout)
    assert list(CHECK.iter_errors(answered)) == list(CHECK.iter_errors(not_said)) == []
    assert (answered["answered"], answered["model"], not_said["answered"]) == (True, "extractive", False)
    assert not_said["answer"] == "The commentary does not say."


LINES = [
    "Why does China matter for sanctions?",
    '{"question": "And in Japan?", "history": ["How many American troops are stationed in South Korea?"]}',
    "",
    '{"question": 3}',
    "{not json",
    "hi",
    "Who is Moon Jae-in?\x1b]0;owned\x07",
    "x" * 5000,
]


def test_each_line_of_stdin_gets_one_object_in_order(commentary_command) -> None:
    done = commentary_command("ask", "-", "--json", input="\n".join(LINES) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [error.message for answer in answers for error in CHECK.iter_errors(answer)] == []
    assert [answer["answered"] for answer in answers] == [True, True, False, False, False, False, True, False]
    assert answers[1]["standalone_question"] == "How many American troops are stationed in Japan?"
    assert "\x1b" not in done.stdout


USAGE = [
    (["ask", ""], "Type a question"),
    (["ask", "\u200b \u2060"], "Type a question"),
    (["ask", "x" * 100_000], "ask in at most"),
    (["ask", "--model", "gpt-9", "Why?"], "--model extractive"),
    (["show", "nothing.txt"], "choose one of: king-2018"),
    (["show", "king", "9:3"], "type START:END"),
    (["verify", "absent.json"], "name a file that"),
    (["index", "absent-folder"], "no such file or folder"),
    (["discord"], "There is no Discord token"),
]


@pytest.mark.parametrize(("arguments", "hint"), USAGE, ids=[" ".join(arguments)[:30] for arguments, _ in USAGE])
def test_a_mistake_gets_one_line_that_says_what_to_type(commentary_command, arguments: list[str], hint: str) -> None:
    done = commentary_command(*arguments, code=2)
    assert (done.stdout, hint in done.stderr) == ("", True)


def test_a_wrong_setting_is_named_without_its_value(commentary_command) -> None:
    done = commentary_command("ask", "Why?", code=2, env={"COMMENTARY_THRESHOLD": "canary-77"})
    assert "COMMENTARY_THRESHOLD" in done.stderr and "canary-77" not in done.stderr


@pytest.fixture
def chat_server():
    with running() as found:
        claim = (1, "Economic sanctions on the North depend on China for enforcement.")
        found.script.says = reply_of(("King argues that sanctions on the North depend on China.", [claim]))
        yield found


def test_a_chat_model_words_the_answer_and_the_json_counts_its_tokens(commentary_command, own_data: Path, chat_server) -> None:
    env = {"COMMENTARY_CHAT_MODEL": "openai:scripted", "COMMENTARY_CHAT_BASE_URL": chat_server.url, "COMMENTARY_CHAT_API_KEY": "sk-canary"}
    question = "Why does China matter for sanctions?"
    worded = json.loads(commentary_command("ask", "--json", question, data=own_data, env=env).stdout)
    assert list(CHECK.iter_errors(worded)) == []
    assert (worded["model"], worded["usage"]["input_tokens"], len(worded["quotes"])) == ("openai:scripted", 700, 1)
    plain = commentary_command("ask", question, data=own_data, env=env)
    assert plain.stdout.startswith("King argues that sanctions on the North depend on China. [1]\n[1] Economic sanctions on the North")
    assert (
        json.loads(commentary_command("ask", "--json", "--model", "extractive", question, data=own_data, env=env).stdout)["model"]
        == "extractive"
    )
    assert len(chat_server.requests) == 1 and "canary" not in plain.stderr


def test_a_chat_model_that_fails_is_told_on_stderr_and_the_author_answers(commentary_command, own_data: Path, chat_server) -> None:
    chat_server.script.status = 401
    env = {"COMMENTARY_CHAT_BASE_URL": chat_server.url, "COMMENTARY_CHAT_API_KEY": "sk-canary"}
    done = commentary_command("ask", "--model", "openai:x", "Why does China matter for sanctions?", data=own_data, env=env)
    assert done.stdout.startswith("The chat model gave no answer that can be used; these are the author's own words.\n[1] Economic")
    assert "HTTP 401: check its API key" in done.stderr and "canary" not in done.stderr


def test_doctor_checks_the_chat_model_and_asks_it_when_told_to(commentary_command, own_data: Path, chat_server) -> None:
    env = {"COMMENTARY_CHAT_MODEL": "openai:scripted", "COMMENTARY_CHAT_BASE_URL": chat_server.url}
    assert "ok       chat model: openai:scripted; 0 replies" in commentary_command("doctor", data=own_data, env=env).stdout
    assert "chat model: openai:scripted answered" in commentary_command("doctor", "--ask-model", data=own_data, env=env).stdout
    chat_server.script.status = 404
    said = commentary_command("doctor", "--ask-model", data=own_data, env=env, code=3).stdout
    assert "problem  chat model: openai:scripted gave no answer" in said and "is there a model of that name?" in said


def test_no_index_and_no_place_for_one_is_exit_3(commentary_command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = commentary_command("ask", "Why?", code=3, data=tmp_path / "file" / "data")
    assert "COMMENTARY_DATA_DIR" in done.stderr


def test_search_ranks_passages_with_scores_and_gives_no_answer(commentary_command) -> None:
    found = json.loads(commentary_command("search", "--json", "--top", "3", "troops in Japan").stdout)
    first = found["passages"][0]
    assert len(found["passages"]) == 3 and first["section"] == "Japan" and set(first["scores"]) == {"fused", "dense", "lexical"}
    assert first["sentences"][0]["text"] == "In addition some 50,000 American troops are stationed in Japan."
    assert "50,000" in commentary_command("search", "troops in Japan").stdout


def test_show_prints_the_text_or_marks_a_span(commentary_command, commentary) -> None:
    start = commentary.text.index("Some 90 percent")
    marked = commentary_command("show", "king", f"{start}:{start + 15}").stdout
    assert "China, paragraph 14" in marked and "«Some 90 percent» of North Korea’s total trade" in marked
    whole = commentary_command("show", "king-2018-north-korea.txt").stdout
    assert " ".join(commentary.text[start : start + 50].split()) in whole and " 14 " in whole


def test_verify_tells_unchanged_moved_and_gone(commentary_command, tmp_path: Path) -> None:
    saved = json.loads(commentary_command("ask", "--json", "Why does China matter for sanctions?").stdout)
    file = tmp_path / "answers.json"
    file.write_text(json.dumps(saved))
    assert commentary_command("verify", str(file)).stdout.count("unchanged") == len(saved["quotes"])
    saved["quotes"][0].update(start=3, end=9)
    altered = {**saved["quotes"][0], "text": saved["quotes"][0]["text"].replace("depend", "do not depend")}
    file.write_text(json.dumps([saved]) if len(saved["quotes"]) > 1 else json.dumps(saved))
    assert commentary_command("verify", str(file)).stdout.split()[0] == "moved"
    file.write_text(json.dumps({**saved, "quotes": [altered]}))
    assert commentary_command("verify", str(file), code=1).stdout.split()[0] == "gone"


def test_status_says_what_is_indexed_and_how_old(commentary_command) -> None:
    status = commentary_command("index", "--status").stdout
    assert "1 document" in status and " ago (" in status and "king-2018-north-korea.txt" in status and "all-MiniLM-L6-v2" in status


def test_doctor_finds_everything_in_order(commentary_command) -> None:
    assert "problem" not in commentary_command("doctor").stdout


def test_index_of_other_documents_lists_what_it_left_out(commentary_command, own_data: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "essays"
    corpus.mkdir()
    (corpus / "good.md").write_text("# Tides\n\nThe tide at Brigham Bay rises eleven metres twice a day.\n", encoding="utf-8")
    (corpus / "bad.txt").write_bytes("café".encode("latin-1"))
    done = commentary_command("index", str(corpus), data=own_data)
    assert "1 document, " in done.stdout and "bad.txt: not UTF-8 (byte 0xE9 at offset 3)" in done.stderr
    assert "eleven metres" in commentary_command("ask", "How high does the tide rise at Brigham Bay?", data=own_data).stdout


def test_a_changed_document_is_noticed(commentary_command, own_data: Path, tmp_path: Path) -> None:
    essay = tmp_path / "essay.txt"
    essay.write_text("The mill at Lowford burned down in 1911. Nobody rebuilt it.\n", encoding="utf-8")
    commentary_command("index", str(essay), data=own_data)
    essay.write_text("The mill at Lowford burned down in 1912. Nobody rebuilt it.\n", encoding="utf-8")
    os.utime(essay, (essay.stat().st_atime, essay.stat().st_mtime + 5))
    assert "essay.txt changed" in commentary_command("ask", "When did the mill burn down?", data=own_data).stderr


def test_a_torn_pipe_is_no_traceback(data: Path) -> None:
    command = [sys.executable, "-c", "from bot.cli import main; main()", "show", "king"]
    environment = {**os.environ, "COMMENTARY_DATA_DIR": str(data)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.close()  # nobody reads on, long before the first line is written
        said = child.stderr.read()
    assert (child.returncode, said) == (141, b"")


def test_an_ascii_only_terminal_still_gets_an_answer(commentary_command) -> None:
    done = commentary_command(
        "ask", "Where is the photo of the president from?", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    )
    assert "G-7 Summit" in done.stdout


def test_escape_sequences_of_a_document_never_reach_the_terminal(commentary_command, own_data: Path, tmp_path: Path) -> None:
    essay = tmp_path / "evil.txt"
    essay.write_text(
        "The ferry \x1b[31mto Skarholm\x07 \x1b]52;c;ZXZpbA==\x07leaves \u202eat nine\u202c every morning. It is red.\n", encoding="utf-8"
    )
    commentary_command("index", str(essay), data=own_data)
    for flags in ([], ["--json"]):
        out = commentary_command("ask", "When does the ferry to Skarholm leave?", *flags, data=own_data).stdout
        assert "nine" in out and not set(out) & {"\x1b", "\x07", "\u202e", "\u202c"}


def test_asking_loads_no_torch(data: Path) -> None:
    script = (
        "import os, sys, bot.cli; sys.argv[1:] = ['ask', 'Why does China matter?'];"
        "leave = os._exit; bot.cli.os._exit = lambda code: (print(*sys.modules, file=sys.stderr), leave(code)); bot.cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "COMMENTARY_DATA_DIR": str(data)}, capture_output=True, text=True
    )
    loaded = set(done.stderr.split())
    assert {"chromadb", "onnxruntime"} <= loaded
    assert loaded & {"torch", "sentence_transformers", "transformers", "bm25s", "scipy", "discord", "prompt_toolkit"} == set()


def test_importing_the_command_line_loads_nothing_heavy() -> None:
    script = "import sys, bot.cli; print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split())
    assert loaded & {"torch", "chromadb", "onnxruntime", "langchain_core", "bm25s", "numpy", "rich.console", "markdown_it"} == set()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare (util-linux) for a network namespace")
def test_an_answer_needs_no_network(data: Path) -> None:
    inside = [sys.executable, "-c", "from bot.cli import main; main()", "ask", "Why does China matter for sanctions?"]
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip("this machine does not allow network namespaces")
    done = subprocess.run(["unshare", "-rn", *inside], env={**os.environ, "COMMENTARY_DATA_DIR": str(data)}, capture_output=True, text=True)
    assert (done.returncode, "Economic sanctions" in done.stdout) == (0, True)
