"""`commentary eval` as a command: what it writes, what it compares with, how it ends; and what it costs those who only ask."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.session import Session
from bot.settings import Settings
from evals import needs
from evals.baselines.stock_langchain import split
from evals.command import Wanted, evaluate
from evals.gold import load_gold, packaged_gold
from evals.run import Run, baselines, run, run_cut
from evals.systems import Ours
from index import Document
from tests.chat_server import reply_of, running

TEXT = "# Bees\n\nHoney bees dance to tell the hive where flowers are. A hive has one queen.\n\nWasps do not make honey.\n"
ROWS = [
    {"id": "a", "question": "Why do bees dance?", "kind": "why", "answerable": True, "evidence": [["where flowers are"]]},
    {"id": "b", "question": "Who won the 2014 World Cup?", "kind": "off-topic", "answerable": False, "evidence": []},
]


@pytest.fixture
def bees(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "bees.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "gold.jsonl").write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    (tmp_path / "low.toml").write_text("[at_least]\nverbatim = 1.0", encoding="utf-8")
    (tmp_path / "high.toml").write_text("[at_most]\np50_ms = 0.0", encoding="utf-8")
    return tmp_path


def commentary_eval(folder: Path, *more: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from bot.cli import main; main()", "eval", *more]
    environment = ["env", f"COMMENTARY_DATA_DIR={folder / 'data'}", *(f"COMMENTARY_{name}={value}" for name, value in settings.items())]
    return subprocess.run([*environment, *command], capture_output=True, text=True, cwd=folder, timeout=300)


OWN = ("--gold", "gold.jsonl", "--corpus", "docs")


def test_any_questions_on_any_documents_are_scored_reported_compared_and_held_to_floors(bees: Path) -> None:
    first = commentary_eval(bees, *OWN, "--floor", "low.toml", "--json")
    assert first.returncode == 0, first.stderr
    saved = json.loads((bees / "report" / "report.json").read_text(encoding="utf-8"))
    assert json.loads(first.stdout) == saved and saved["gold"] == "gold.jsonl" and saved["corpus"] == "bees.md"
    assert [row["id"] for row in saved["systems"][0]["rows"]] == ["a", "b"] and str(bees) not in first.stdout
    second = commentary_eval(bees, *OWN, "--floor", "high.toml", "--report", "other", "--against", "report/report.json")
    assert (second.returncode, "p50_ms" in second.stderr, "Verbatim" in second.stdout) == (1, True, True)
    assert saved["made"] in (bees / "other" / "report.html").read_text(encoding="utf-8")
    assert "last run" in (bees / "other" / "report.md").read_text(encoding="utf-8")


def test_the_words_of_a_chat_model_are_scored_where_one_is_named(bees: Path) -> None:
    said = reply_of(("Honey bees dance to show the way to flowers.", [(1, "Honey bees dance to tell the hive where flowers are")]))
    with running() as server:
        server.script.says = said
        done = commentary_eval(bees, *OWN, "--model", "openai:scripted", "--json", CHAT_BASE_URL=server.url)
    assert done.returncode == 0 and len(server.requests) == 1, done.stderr
    saved = json.loads(done.stdout)
    answer = saved["systems"][0]["rows"][0]["answer"]
    assert (saved["model"], answer["model"], answer["answer"]) == (
        "openai:scripted",
        "openai:scripted",
        "Honey bees dance to show the way to flowers. [1]",
    )
    assert saved["systems"][0]["figures"]["supported_sentences"]["value"] == saved["systems"][0]["figures"]["verbatim"]["value"] == 1.0


WRONG = [
    (("--gold", "none.jsonl"), "name a file of gold questions"),
    (("--floor", "none.toml"), "evals/floors.toml is an example"),
    (("--against", "none.json"), "is no saved run"),
    (("--report", "gold.jsonl"), "name another folder with --report"),
    (("--harvest", "none.json"), "cannot be read"),
]


@pytest.mark.parametrize(("more", "message"), WRONG, ids=[message for _, message in WRONG])
def test_what_cannot_be_used_ends_with_2_and_says_what_to_type(bees: Path, more: tuple[str, ...], message: str) -> None:
    done = commentary_eval(bees, *OWN, *more)
    assert (done.returncode, done.stdout, done.stderr.count("Traceback")) == (2, "", 0) and message in done.stderr


def test_a_missing_package_is_named_by_its_install_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(needs._MODULES, "eval", ("no_such_package",))
    with pytest.raises(SettingsError, match=r"pip install 'commentary-bot\[eval\]'"):
        evaluate(Settings(data_dir=tmp_path), Wanted(), as_json=False)


def test_who_only_asks_loads_nothing_of_an_evaluation(data: Path) -> None:
    code = (
        "import sys; sys.argv = ['commentary', 'ask', 'Who is Moon Jae-in?']; from bot import cli; cli._run()\n"
        "print(sorted(set(sys.modules) & {'evals', 'ir_measures', 'jinja2', 'matplotlib', 'ragas', 'scipy.stats'}))"
    )
    command = ["env", f"COMMENTARY_DATA_DIR={data}", sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[-1] == "[]" and "Moon Jae-in" in done.stdout


@pytest.fixture(scope="module")
def ours(session: Session, commentary: Document) -> Run:
    rows = [row for row in load_gold(packaged_gold(), [commentary]) if row.id.endswith("-03")]
    return run(Ours(session), rows, {commentary.id: commentary.text})


def test_baselines_go_through_the_same_scorers(ours: Run, commentary: Document) -> None:
    sources, rows = {commentary.id: commentary.text}, [one.row for one in ours.scored]
    found = {system.name: (system, run(system, rows, sources)) for system in baselines([commentary])}
    assert list(found)[:2] == ["stock LangChain", "BM25"]
    for system, whole in found.values():
        assert whole.figures["verbatim"].value == 1.0 and whole.figures["false_abstention"].value == 0.0
        assert whole.figures["abstention_off_topic"].value == 0.0 and "ece" not in whole.figures
        assert whole.figures["recall_at_10"].value > 0.5
        shorter = run_cut(system, whole, ours, sources)
        assert shorter.figures["quoted_characters"].value <= ours.figures["quoted_characters"].value * 1.5
    assert [len(one.answer.quotes) for one in found["BM25"][1].scored] == [4] * len(rows)


def test_a_chunk_is_the_span_it_was_cut_from(commentary: Document) -> None:
    spans = split([commentary])
    assert spans[0].start == 0 and spans[-1].end == len(commentary.text.rstrip())
    assert max(len(span.text) for span in spans) <= 1000 and all(span.text == span.text.strip() for span in spans)
