"""`make bench`: how fast, next to the stock chain, in one run. Prints the rows of BENCHMARKS.md.

Machines are noisy, so ours and theirs take turns, and what counts is the ratio.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.session import Session
from bot.settings import Settings
from evals.gold import load_gold, packaged_gold

RUNS = 10
QUESTION = "Why does China matter for sanctions?"


def main() -> None:
    """Time the build, cold questions as whole processes, and warm questions in one."""
    with tempfile.TemporaryDirectory() as folder:
        data, store = Path(folder, "data"), Path(folder, "stock")
        ours = [sys.executable, "-c", "from bot.cli import main; main()", "ask", QUESTION]
        theirs = [sys.executable, "-m", "evals.baselines.stock_langchain", str(store), QUESTION]
        print(f"first question, index built: {_seconds(ours, data):.1f} s (stock: {_seconds(theirs, data):.1f} s)")
        pairs = [(_seconds(ours, data), _seconds(theirs, data)) for _ in range(RUNS)]
        print(f"cold question, {RUNS} turns: ours {_spread([one for one, _ in pairs])} s, stock {_spread([other for _, other in pairs])} s")
        print(f"  stock / ours: {_spread([other / one for one, other in pairs])}")
        _warm(data)


def _seconds(command: Sequence[str], data: Path) -> float:
    started = time.perf_counter()
    command = ["env", f"COMMENTARY_DATA_DIR={data}", *command]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    return time.perf_counter() - started


def _warm(data: Path) -> None:
    session = Session(Settings(data_dir=data))
    questions = [row.question for row in load_gold(packaged_gold(), session.index.documents.values())]
    session.ask(questions[0])
    times = []
    for question in questions * 3:  # far more questions than the encoder remembers, so each is encoded
        started = time.perf_counter()
        session.ask(question)
        times.append((time.perf_counter() - started) * 1000)
    ordered = sorted(times)
    print(f"warm question, n = {len(times)}: p50 {statistics.median(times):.1f} ms, p95 {ordered[int(len(ordered) * 0.95)]:.1f} ms")


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} (median; {min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
