"""Today's chunks on public questions: a real run of the baselines over two small articles."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evals.chunks import main

BRIDGE = "The old bridge fell in 1874, and nobody was hurt. " * 30 + "John Smith of Leeds built the new one."
SHIP = "The ship left Hamburg with a cargo of coffee and tea. " * 30 + "Its captain was Mary Jones."
ASKED = [
    ("bridge", BRIDGE, "Who built the new bridge?", "John Smith"),
    ("bridge", BRIDGE, "Who painted the new bridge green?", ""),
    ("ship", SHIP, "Who was captain of the ship?", "Mary Jones"),
    ("ship", SHIP, "Who owned the ship that left Bremen?", ""),
]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for row in rows:
            print(json.dumps(row), file=lines)


def test_every_baseline_is_asked_and_scored_on_the_test_articles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = {name: text for name, text, _, _ in ASKED}
    rows = [{"doc_id": name, "text": text, "split": "test"} for name, text in texts.items()]
    write(tmp_path / "squad2_docs.jsonl.gz", [*rows, {"doc_id": "other", "text": "", "split": "tune"}])
    asked = [
        {"doc_id": name, "question": question, "answerable": bool(answer), "spans": [[text.find(answer), text.find(answer) + len(answer)]]}
        for name, text, question, answer in [*ASKED, *ASKED * 4]
    ]
    write(tmp_path / "squad2_questions.jsonl.gz", asked)
    main(str(tmp_path))
    table = {
        cells[0]: cells[1:]
        for cells in ([cell.strip() for cell in line.strip("|").split("|")] for line in capsys.readouterr().out.splitlines())
    }
    assert {"stock LangChain", "BM25"} <= set(table)
    assert table["BM25"][0].startswith("1.000") and table["stock LangChain"][2].startswith("1.000")
    assert all(0.0 <= float(cell.split(" ")[0]) <= 1.0 for cell in table["BM25"])
