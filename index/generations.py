"""Generations of the index on disk: each is written once, sealed by a manifest of hashes, and named by a pointer that is flipped last.

    <data>/CURRENT                     the pointer: name of the generation, sha256 of its manifest
    <data>/writer.lock, writer.json    held by the one process that writes; who that is
    <data>/encoders/<weights>/         the embedding model as ONNX, shared by generations
    <data>/generations/<name>/         manifest.json, documents.json, passages.json, vectors, chroma/, bm25/

Nothing here knows what the files mean; `index.builder` writes them and `index.reader` reads them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index.errors import IndexBusy, IndexDamaged, IndexUnavailable

FORMAT = 3
KEPT = 2  # the one in use, and the one before it for readers that are still opening it


@dataclass(frozen=True)
class Manifest:
    """What a generation was made from, and the sha256 of each of its files by relative path."""

    format: int
    name: str
    created: str
    roots: tuple[str, ...]
    model: str
    weights: str
    splitting: str
    documents: int
    passages: int
    sentences: int
    sources: dict[str, dict[str, str]]
    skipped: tuple[tuple[str, str], ...]
    files: dict[str, str]


class Generations:
    """The generations under one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def folder(self, name: str) -> Path:
        return self.data / "generations" / name

    def encoder_folder(self, weights: str) -> Path:
        return self.data / "encoders" / weights[:16]

    def stamp(self) -> tuple[int, int] | None:
        """Changes whenever the pointer is flipped; None while there is no index."""
        try:
            status = (self.data / "CURRENT").stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    def current(self) -> Manifest | None:
        """The manifest of the generation in use; None if none was ever built. Raises IndexDamaged, IndexUnavailable."""
        try:
            pointer = (self.data / "CURRENT").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise IndexUnavailable(
                f"The data folder {self.data} cannot be read ({error.strerror}); set COMMENTARY_DATA_DIR to one that can"
            ) from error
        try:
            name, digest = pointer.decode("ascii").split()
        except ValueError as error:
            raise _damaged("CURRENT", self.data) from error
        return self.manifest(name, digest)

    def manifest(self, name: str, digest: str = "") -> Manifest:
        """The manifest of one generation, whose sha256 is `digest` if that is known. Raises IndexDamaged."""
        try:
            raw = (self.folder(_safe(name)) / "manifest.json").read_bytes()
        except (ValueError, OSError) as error:
            raise _damaged("manifest.json", self.data / "generations") from error
        if digest and hashlib.sha256(raw).hexdigest() != digest:
            raise _damaged("manifest.json", self.folder(name))
        found = json.loads(raw)
        if found["format"] != FORMAT:
            raise _damaged("manifest.json", self.folder(name), "is of another version")
        return Manifest(**{**found, "roots": tuple(found["roots"]), "skipped": tuple(map(tuple, found["skipped"]))})

    def check(self, manifest: Manifest, *parts: str) -> None:
        """Compare the generation's files (all, or those under `parts`) with the manifest. Raises IndexDamaged for one that differs."""
        for file, digest in manifest.files.items():
            if not parts or file.split("/")[0] in parts:
                path = self.data / file if file.startswith("encoders/") else self.folder(manifest.name) / file
                if _sha256(path) != digest:
                    raise _damaged(file, path.parent)

    @contextmanager
    def writing(self, *, wait: float = 0) -> Iterator[None]:
        """Hold the one writer lock, which dies with its process.

        Raises IndexBusy after `wait` seconds, and IndexUnavailable if the folder cannot be written.
        """
        note = self.data / "writer.json"
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.data / "writer.lock")
            lock.acquire(timeout=wait)
        except Timeout as error:
            raise IndexBusy(f"Another process{_holder(note)} is writing the index in {self.data}; wait for it, then try again") from error
        except OSError as error:
            raise IndexUnavailable(
                f"The data folder {self.data} cannot be written ({error.strerror}); set COMMENTARY_DATA_DIR to one that can"
            ) from error
        try:
            _write(note, json.dumps({"pid": os.getpid(), "since": _now()}).encode())
            yield
        except OSError as error:
            reason = f"Writing the index in {self.data} failed ({error.strerror or error}), the old one is untouched"
            raise IndexUnavailable(f"{reason}; free some space or set COMMENTARY_DATA_DIR") from error
        finally:
            lock.release()

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """An empty folder to write a generation into; gone again if that fails. Leftovers of builds that died are removed first."""
        for path in (self.data / "generations").glob(".new-*"):
            shutil.rmtree(path, ignore_errors=True)
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        folder = self.data / "generations" / f".new-{stamp}"
        folder.mkdir(parents=True)
        try:
            yield folder
        except BaseException:  # above all a full disk: what was written must not keep the room that the next try needs
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def seal(self, folder: Path, **facts: Any) -> Manifest:
        """Hash every file of `folder`, write its manifest and give it its final name. The pointer still names the old one."""
        name = folder.name.removeprefix(".new-")
        encoder = self.encoder_folder(facts["weights"])
        files = {path.relative_to(folder).as_posix(): _sha256(path) or "" for path in sorted(folder.rglob("*")) if path.is_file()}
        files |= {path.relative_to(self.data).as_posix(): _sha256(path) or "" for path in sorted(encoder.iterdir())}
        manifest = Manifest(format=FORMAT, name=name, created=_now(), files=files, **facts)
        _write(folder / "manifest.json", _as_json(manifest))
        folder.replace(self.folder(name))
        _sync(self.folder(name).parent)
        return manifest

    def flip(self, manifest: Manifest) -> None:
        """Point readers at a sealed generation, then remove those that nobody needs."""
        _write(self.data / "CURRENT", f"{manifest.name} {hashlib.sha256(_as_json(manifest)).hexdigest()}\n".encode())
        names = sorted(path.name for path in (self.data / "generations").iterdir() if not path.name.startswith("."))
        for name in [name for name in names if name < manifest.name][: -(KEPT - 1)]:
            shutil.rmtree(self.folder(name), ignore_errors=True)


def _write(path: Path, raw: bytes) -> None:
    """Replace `path` by `raw` in one step that a crash cannot split."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _as_json(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), indent=1, ensure_ascii=False).encode()


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _holder(note: Path) -> str:
    try:
        found = json.loads(note.read_bytes())
        return f" (pid {int(found['pid'])}, since {str(found['since'])[:25]})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _damaged(file: str, folder: Path, how: str = "is damaged or missing") -> IndexDamaged:
    return IndexDamaged(f"The index file {file} in {folder} {how}; type: commentary index --rebuild", file=file)


def _safe(name: str) -> str:
    if not name.isalnum():
        raise ValueError(name)
    return name


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
