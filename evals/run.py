"""`commentary eval`: ask every gold question, score the answers, print the figures."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot.conversation import Conversation
from bot.render import Page, as_line, safe
from bot.session import Session
from bot.settings import Settings
from evals.gold import KINDS, GoldRow, load_gold, packaged_gold
from evals.scorers import Scored, score, share, summary
from index import default_corpus


def evaluate(settings: Settings, gold: Path | None, corpus: Path | None, *, as_json: bool) -> None:
    """Score the packaged gold set on the packaged commentary, or any other on any other corpus, whatever is indexed for asking."""
    chosen = corpus or (settings.corpus if gold else None) or default_corpus()
    own = {"data_dir": settings.data_dir / "eval", "corpus": chosen}
    session = Session(Settings(**{**settings.model_dump(), **own}))
    _print(run(session, load_gold(gold or packaged_gold(), session.index.documents.values())), as_json)


def run(session: Session, rows: Sequence[GoldRow]) -> list[Scored]:
    """Ask and score each row in a conversation of its own."""
    session.ask(rows[0].question)  # the first question pays for what is loaded late
    return [_asked(session, row) for row in rows]


def _asked(session: Session, row: GoldRow) -> Scored:
    conversation = Conversation()
    for earlier in row.history:
        session.ask(earlier, conversation)
    started = time.perf_counter()
    answer = session.ask(row.question, conversation)
    return score(row, answer, (time.perf_counter() - started) * 1000)


def _print(scored: Sequence[Scored], as_json: bool) -> None:
    figures = summary(scored)
    if as_json:
        rows = [
            {"id": one.row.id, "right": one.right, "why": one.why, "answer": one.answer.as_json(elapsed_ms=one.elapsed_ms)}
            for one in scored
        ]
        print(as_line({"summary": figures, "rows": rows}))
        return
    page = Page(sys.stdout)
    for name, value in figures.items():
        shown = f"{value:.1f}" if name.endswith("_ms") else f"{value}" if isinstance(value, int) else f"{value:.1%}"
        page.line(f"{name.replace('_', ' '):<26}{shown:>8}")
    page.line()
    for kind in KINDS:
        own = [one for one in scored if one.row.kind == kind]
        if own:
            page.line(f"{kind:<26}{share([one.right for one in own]):>8.1%} of {len(own)} right")
    page.line()
    for one in scored:
        if not one.right:
            page.line(f"missed {one.row.id}: {safe(one.row.question)} ({one.why}, confidence {one.answer.confidence:.2f})")
