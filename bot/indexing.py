"""`commentary index`: building with a progress bar, and what is indexed and how old it is."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from bot.render import Page, safe
from bot.session import chosen_roots, unfit_reason
from bot.settings import Settings
from index import Generations, IndexDamaged, Manifest

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Bar:
    """A progress bar on stderr that appears when there is something to embed; plain lines where stderr is no terminal."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def update(self, done: int, total: int) -> None:
        if self._progress is None or self._task is None:
            self._progress, self._task = self._started(total)
        self._progress.update(self._task, completed=done)

    def _started(self, total: int) -> tuple[Progress, TaskID]:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        console = Console(stderr=True)
        if not console.is_terminal:
            print(f"Building the index: {total} texts to embed (about 20 seconds the first time)", file=sys.stderr)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal, redirect_stdout=False)
        progress.start()
        return progress, progress.add_task("Building the index", total=total)


def build_index(settings: Settings, roots: list[str], *, rebuild: bool) -> None:
    """Build or refresh, then say on stdout what was done and on stderr what was left out."""
    from index import Builder

    roots = roots or chosen_roots(_intact(settings), settings)
    with Bar() as bar:
        built = Builder(settings.data_dir, settings.embedding_model).build(roots, rebuild=rebuild, progress=bar.update)
    for path, reason in built.manifest.skipped:
        print(f"commentary: left out {safe(path)}: {safe(reason)}", file=sys.stderr)
    print(f"{_counts(built.manifest)}; {f'{built.embedded} texts embedded' if built.changed else 'nothing changed'}")


def print_status(settings: Settings) -> None:
    """What is indexed, from where, with which model, how old, and what is no longer right. Raises IndexDamaged."""
    page = Page(sys.stdout)
    generations = Generations(settings.data_dir)
    manifest = generations.current()
    if manifest is None:
        page.line(f"No index yet in {settings.data_dir}; type: commentary index")
        return
    generations.check(manifest)
    page.line(_counts(manifest))
    page.line(f"built      {age(manifest.created)} ago ({manifest.created})")
    page.line(f"model      {safe(manifest.model)} (weights {manifest.weights[:12]})")
    page.line(f"data       {settings.data_dir}")
    for name, source in manifest.sources.items():
        page.line(f"document   {safe(name)} ({safe(source['path'])})")
    for path, reason in manifest.skipped:
        page.line(f"left out   {safe(path)}: {safe(reason)}")
    reason = unfit_reason(manifest, settings)
    changed = changed_sources(manifest)
    if reason or changed:
        page.line(f"out of date: {reason or 'changed: ' + ', '.join(changed)}; type: commentary index")


def changed_sources(manifest: Manifest) -> list[str]:
    """Names of documents that were changed or removed since the index was built; unchanged files are not read."""
    built = datetime.fromisoformat(manifest.created).timestamp()
    changed = []
    for name, source in manifest.sources.items():
        path = Path(source["path"])
        if not path.exists() or (path.stat().st_mtime > built and not _same_text(path, source["sha256"])):
            changed.append(name)
    return changed


def _same_text(path: Path, sha256: str) -> bool:
    from hashlib import sha256 as digest

    from index import DocumentsError, load_documents

    try:
        loaded = load_documents([path])
    except DocumentsError:  # it is empty by now, or no text any more
        return False
    return digest(loaded.documents[0].text.encode()).hexdigest() == sha256


def age(created: str) -> str:
    """ "3 hours": the time since an ISO moment, in its largest whole unit."""
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(created)).total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= size or size == 1:
            count = max(0, seconds // size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    raise AssertionError


def _counts(manifest: Manifest) -> str:
    documents = f"{manifest.documents} document{'s' if manifest.documents != 1 else ''}"
    return f"{documents}, {manifest.passages} passages, {manifest.sentences} sentences"


def _intact(settings: Settings) -> Manifest | None:
    try:
        return Generations(settings.data_dir).current()
    except IndexDamaged:
        return None
