"""Files -> documents. The only place that opens a source; what cannot be read is listed with its reason, the rest is kept."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from index.errors import DocumentsError, UnreadableDocument
from index.nouns import Document
from index.outline import Outline, outline

MARKDOWN = (".md", ".markdown")
SUFFIXES = (*MARKDOWN, ".txt")
LARGEST = 32 * 1024 * 1024


@dataclass(frozen=True)
class Loaded:
    """The documents of a corpus, the file of each, and what was left out: (path, reason)."""

    documents: tuple[Document, ...]
    paths: tuple[Path, ...]
    skipped: tuple[tuple[str, str], ...]


def default_corpus() -> Path:
    """The folder of the commentary that comes with the package."""
    return Path(str(files("index") / "corpus"))


def load_documents(roots: Sequence[str | Path]) -> Loaded:
    """Read every Markdown and plain text file under `roots` (files or folders), in a fixed order.

    Raises DocumentsError if not one document is left.
    """
    documents: dict[str, Document] = {}
    paths: list[Path] = []
    seen: dict[str, str] = {}
    skipped: list[tuple[str, str]] = []
    for root in map(Path, roots):
        for path, identity, problem in _files(root):
            try:
                if problem:
                    raise UnreadableDocument(problem)
                text = _read(path)
                twin = seen.setdefault(hashlib.sha256(text.encode()).hexdigest(), identity)
                if twin != identity:
                    raise UnreadableDocument(f"the same text as {twin}")
                if identity in documents:
                    raise UnreadableDocument(f"another file is called {identity} too; rename one")
                found = outline(text, markdown=path.suffix.lower() in MARKDOWN, name=path.stem)
                if not found.paragraphs:
                    raise UnreadableDocument("empty: it has no text to quote")
            except (OSError, UnreadableDocument) as error:
                skipped.append((str(path), _reason(error)))
                continue
            documents[identity] = as_document(identity, text, found)
            paths.append(path)
    if not documents:
        reasons = "".join(f"\n  {path}: {reason}" for path, reason in skipped)
        wanted = ", ".join(str(root) for root in roots)
        raise DocumentsError(
            f"No document to read in {wanted}. Name files or folders with .md or .txt files: commentary index PATH{reasons}"
        )
    return Loaded(tuple(documents.values()), tuple(paths), tuple(skipped))


def as_document(identity: str, text: str, found: Outline) -> Document:
    """A document from its text and its outline."""
    return Document(id=identity, text=text, sections=found.sections, paragraphs=found.paragraphs, **found.facts)


def _files(root: Path) -> Iterator[tuple[Path, str, str]]:
    """(path, document id, what is wrong with it or '') of every candidate; never leaves `root`, never follows a link to a folder."""
    if not root.exists():
        yield root, root.name, "no such file or folder; check the path"
    elif not root.is_dir():
        yield root, root.name, _unfit(root, root.parent)
    else:
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder, name)
                if path.suffix.lower() in SUFFIXES and not name.startswith("."):
                    yield path, path.relative_to(root).as_posix(), _unfit(path, root)


def _unfit(path: Path, root: Path) -> str:
    if path.suffix.lower() not in SUFFIXES:
        return f"only {', '.join(SUFFIXES)} files are read; convert it to one of them"
    if path.is_symlink() and not path.resolve().is_relative_to(root.resolve()):
        return "a link that leaves the folder; copy the file into it"
    try:
        status = path.stat()
    except OSError as error:
        return _reason(error)
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file"
    if status.st_size > LARGEST:
        return f"larger than {LARGEST // 2**20} MiB; split it"
    return ""


def _read(path: Path) -> str:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableDocument("UTF-16; save it as UTF-8")
    if b"\0" in raw:
        raise UnreadableDocument(f"a NUL byte at offset {raw.index(0)}: not a text file")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableDocument(f"not UTF-8 (byte 0x{raw[error.start]:02X} at offset {error.start}); save it as UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")  # as open() does: offsets are those of open(file).read()


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
