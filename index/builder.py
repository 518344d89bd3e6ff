"""Documents -> a new generation of the index. Only what changed is embedded; readers keep the old one until the pointer flips."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.documents import Loaded, default_corpus, load_documents
from index.errors import DocumentsError, IndexDamaged, IndexUnavailable
from index.generations import Generations, Manifest
from index.lexical import Lexicon
from index.models import ModelFiles, find_model
from index.nouns import Document, Passage
from index.passages import SPLITTING, split_passages
from index.store import write_store
from index.wording import Vocabulary

log = logging.getLogger(__name__)
PROBE_SECONDS = 10

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Built:
    """What a build did; `changed` is False where the old generation was already right."""

    manifest: Manifest
    changed: bool
    embedded: int


class Builder:
    """Writes generations under one data folder."""

    def __init__(self, data: Path, model: str) -> None:
        self._generations, self._model = Generations(data), model

    def build(
        self, roots: Sequence[str], *, rebuild: bool = False, wait: float = 0, progress: Progress = lambda done, total: None
    ) -> Built:
        """Bring the index up to date with the files under `roots` (none: the packaged commentary); `rebuild` embeds everything anew.

        `progress` hears (texts embedded, texts to embed). Raises DocumentsError, ModelUnavailable, IndexBusy, IndexUnavailable.
        """
        with self._generations.writing(wait=wait):
            model = find_model(self._model)
            old = None if rebuild else self._intact()
            loaded = self._documents(roots, lost=old is None)
            facts = {"roots": tuple(roots), "model": model.name, "weights": model.weights, "splitting": SPLITTING}
            sources = {document.id: _source(document, path) for document, path in zip(loaded.documents, loaded.paths, strict=True)}
            if old and (*(getattr(old, key) for key in facts), old.sources) == (*facts.values(), sources):
                return Built(old, changed=False, embedded=0)
            return self._write(loaded, model, old, {**facts, "sources": sources, "skipped": loaded.skipped}, progress)

    def _documents(self, roots: Sequence[str], *, lost: bool) -> Loaded:
        """The files under `roots`; where they are gone and the index is lost too, the texts that it kept."""
        try:
            return load_documents(roots or [default_corpus()])
        except DocumentsError:
            kept = self._kept_documents(roots) if lost else None
            if kept is None:
                raise
            return kept

    def _kept_documents(self, roots: Sequence[str]) -> Loaded | None:
        try:
            manifest = self._generations.current()
            if manifest is None or manifest.roots != tuple(roots):
                return None
            self._generations.check(manifest, "documents.json")
        except IndexDamaged:
            return None
        fields = json.loads((self._generations.folder(manifest.name) / "documents.json").read_bytes())
        documents = tuple(map(Document.from_json, fields))
        return Loaded(documents, tuple(Path(manifest.sources[document.id]["path"]) for document in documents), manifest.skipped)

    def _intact(self) -> Manifest | None:
        """The generation in use, if every file of it is what was written."""
        try:
            manifest = self._generations.current()
            if manifest:
                self._generations.check(manifest)
            return manifest
        except IndexDamaged as error:
            log.warning("%s is damaged: building the index anew from the documents", error.file)
            return None

    def _write(self, loaded: Loaded, model: ModelFiles, old: Manifest | None, facts: dict[str, Any], progress: Progress) -> Built:
        passages = split_passages(loaded.documents)
        if not passages:
            raise DocumentsError("There is no sentence to quote in these documents, only headings. Name others: commentary index PATH")
        sentences = {sentence.row: sentence.text for passage in passages for sentence in passage.sentences}
        texts = [passage.text for passage in passages] + [sentences[row] for row in sorted(sentences)]
        kept = self._kept_vectors(old, model)
        missing = [text for text in dict.fromkeys(texts) if _key(text) not in kept]
        kept |= self._embedded(missing, model, old, progress)
        vectors = np.stack([kept[_key(text)] for text in texts])
        counts = {"documents": len(loaded.documents), "passages": len(passages), "sentences": len(sentences)}
        with self._generations.draft() as folder:
            np.save(folder / "passages.npy", vectors[: len(passages)])
            np.save(folder / "sentences.npy", vectors[len(passages) :])
            _save_texts(folder, loaded.documents, passages, [_key(text) for text in texts])
            Lexicon.of(texts[: len(passages)]).save(folder / "bm25-passages")
            Lexicon.of(texts[len(passages) :]).save(folder / "bm25-sentences")
            Vocabulary.of(document.text for document in loaded.documents).save(folder / "vocabulary.json")
            write_store(folder / "chroma", passages, vectors[: len(passages)])
            manifest = self._generations.seal(folder, **facts, **counts)
        self._probe(manifest)
        self._generations.flip(manifest)
        return Built(manifest, changed=True, embedded=len(missing))

    def _kept_vectors(self, old: Manifest | None, model: ModelFiles) -> dict[str, np.ndarray]:
        """Vectors of the old generation by the sha256 of their text; none if another model made them."""
        if old is None or old.weights != model.weights:
            return {}
        folder = self._generations.folder(old.name)
        keys = json.loads((folder / "texts.json").read_bytes())
        vectors = np.vstack([np.load(folder / "passages.npy"), np.load(folder / "sentences.npy")])
        return dict(zip(keys, vectors, strict=True))

    def _embedded(self, texts: list[str], model: ModelFiles, old: Manifest | None, progress: Progress) -> dict[str, np.ndarray]:
        """Vectors of `texts`; torch is loaded only if there is a text to embed or the model is not exported yet."""
        exported = self._generations.encoder_folder(model.weights)
        if not texts and exported.exists():
            return {}
        progress(0, len(texts))
        from index.encoder import SentenceEncoder

        encoder = SentenceEncoder(model)
        if old is None or not exported.exists():
            draft = exported.with_name(f".new-{exported.name}")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            encoder.export(draft)
            shutil.rmtree(exported, ignore_errors=True)
            draft.rename(exported)
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            progress(done, len(texts))

        return dict(zip(map(_key, texts), encoder.encode(texts, progress=count), strict=True))

    def _probe(self, manifest: Manifest) -> None:
        """Open and ask the new generation in a child process: a store that kills or hangs its reader must not become the current one."""
        command = [sys.executable, "-m", "index.probe", str(self._generations.data), manifest.name]
        try:
            subprocess.run(command, check=True, timeout=PROBE_SECONDS, stdin=subprocess.DEVNULL, capture_output=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            shutil.rmtree(self._generations.folder(manifest.name), ignore_errors=True)
            raise IndexUnavailable(
                "The new index failed its check and was thrown away, the old one is untouched; type: commentary index --rebuild"
            ) from error


def _save_texts(folder: Path, documents: Sequence[Document], passages: Sequence[Passage], keys: list[str]) -> None:
    rows = {document.id: row for row, document in enumerate(documents)}
    spans = [[rows[p.document.id], p.start, p.end, [[s.row, s.start, s.end] for s in p.sentences]] for p in passages]
    for name, value in (("documents", [asdict(document) for document in documents]), ("passages", spans), ("texts", keys)):
        (folder / f"{name}.json").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")


def _source(document: Document, path: Path) -> dict[str, str]:
    return {"path": str(path), "sha256": _key(document.text)}


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
