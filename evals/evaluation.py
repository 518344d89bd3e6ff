"""`commentary eval`: ask, score, compare, report, hold to the floors."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bot.errors import SettingsError
from bot.render import Page, as_line, safe
from bot.session import Session
from bot.settings import Settings
from evals.command import Wanted
from evals.figures import FIGURES
from evals.floors import broken, load_floors
from evals.gold import KINDS, GoldRow, load_gold, packaged_gold
from evals.judge import judge
from evals.plots import share_right
from evals.report import Report, interval, number
from evals.run import Run, baselines, run, run_cut
from evals.saved import About, Saved, as_saved, load_saved
from evals.systems import Ours
from index import Document, default_corpus, load_documents

SAVED = "report.json"


def evaluate_gold(settings: Settings, wanted: Wanted, *, as_json: bool) -> bool:
    """Score the packaged gold set on the packaged commentary, or any other on any other corpus, whatever is indexed for asking."""
    floors = load_floors(wanted.floor) if wanted.floor else None
    _prepare(wanted.folder)
    last = _last(wanted)
    corpus = chosen_corpus(settings, wanted)
    documents = load_documents([corpus]).documents
    rows = load_gold(wanted.gold or packaged_gold(), documents)
    asked = {"data_dir": settings.data_dir / "eval", "corpus": corpus, "chat_model": wanted.model}
    session = Session(settings.model_copy(update=asked))
    runs = ask_all(session, rows, documents, others=wanted.baselines)
    report = Report(
        _about(settings, wanted, [document.id for document in documents]),
        runs,
        last,
        broken(floors, runs[0].figures) if floors else None,
        judge(wanted.judge, runs[0]) if wanted.judge else (),
    )
    line = as_line(as_saved(report.about, runs))
    for name, text in (("report.html", report.as_html()), ("report.md", report.as_markdown()), (SAVED, line + "\n")):
        (wanted.folder / name).write_text(text, encoding="utf-8")
    if as_json:
        print(line)
    else:
        _print(Page(sys.stdout), report)
    print(f"commentary: the report is {wanted.folder / 'report.html'}", file=sys.stderr)
    for broke in report.floors or ():
        print(f"commentary: {broke}", file=sys.stderr)
    return not report.floors


def chosen_corpus(settings: Settings, wanted: Wanted) -> Path:
    """The documents that the gold questions are about."""
    corpus = wanted.corpus or (settings.corpus if wanted.gold else None) or default_corpus()
    return corpus.expanduser().resolve()


def ask_all(session: Session, rows: Sequence[GoldRow], documents: Sequence[Document], *, others: bool) -> list[Run]:
    """The run of ours, then with `others` those of the baselines: whole first, then cut to our length."""
    sources = {document.id: document.text for document in documents}
    ours = run(Ours(session), rows, sources)
    pairs = [(system, run(system, rows, sources)) for system in (baselines(documents) if others else ())]
    return [ours, *(whole for _, whole in pairs), *(run_cut(system, whole, ours, sources) for system, whole in pairs)]


def _last(wanted: Wanted) -> Saved | None:
    if wanted.against:
        return load_saved(wanted.against)
    kept = wanted.folder / SAVED
    try:
        return load_saved(kept) if kept.exists() else None
    except SettingsError as error:
        print(f"commentary: nothing to compare with: {error}", file=sys.stderr)
        return None


def _about(settings: Settings, wanted: Wanted, names: Sequence[str]) -> About:
    return About(
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        gold=(wanted.gold or packaged_gold()).name,
        corpus=", ".join(names) if len(names) < 4 else f"{len(names)} documents",
        embedding=settings.embedding_model,
        model=wanted.model,
        threshold="the evidence model's own" if settings.threshold is None else f"{settings.threshold:g}",
        version=version("commentary-bot"),
    )


def _prepare(folder: Path) -> None:
    """The folder, tried before the first question is asked."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SettingsError(f"The report cannot be written to {folder} ({error.strerror}); name another folder with --report") from error


def _print(page: Page, report: Report) -> None:
    ours = report.runs[0]
    for name, figure in ours.figures.items():
        kind = FIGURES[name]
        page.line(f"{kind.title:<28}{number(figure.value, kind):>9}   {interval(figure, kind)}, n = {figure.n}")
    page.line()
    shares = share_right(ours)
    for kind_name in filter(shares.__contains__, KINDS):
        right, count = shares[kind_name]
        page.line(f"{kind_name:<28}{right / count:>9.1%}   {right} of {count} right")
    page.line()
    for one in ours.scored:
        if not one.right:
            page.line(f"missed {one.row.id}: {safe(one.row.question)} ({safe(one.why)}, confidence {one.answer.confidence:.2f})")
