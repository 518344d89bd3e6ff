"""One generation of the index, checked and opened for questions. Loads no torch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import IndexUnavailable
from index.generations import Generations, Manifest
from index.nouns import Document, Passage, Sentence

if TYPE_CHECKING:
    from index.lexical import Lexicon
    from index.onnx_encoder import OnnxEncoder
    from index.store import PassageStore
    from index.wording import Wording

# Parts of a generation that are read; unchecked, a damaged one would crash or mislead.
_PARTS = (
    "documents.json",
    "passages.json",
    "passages.npy",
    "sentences.npy",
    "bm25-passages",
    "bm25-sentences",
    "vocabulary.json",
    "chroma",
)


@dataclass(frozen=True, eq=False)
class IndexReader:
    """Documents, passages and their rankings; everything is read-only and may be shared between threads.

    `passage_vectors` (passages, dimension) and `sentence_vectors` (sentences, dimension) are float32 unit vectors.
    """

    manifest: Manifest
    documents: dict[str, Document]
    passages: Sequence[Passage]
    passage_vectors: np.ndarray
    sentence_vectors: np.ndarray
    passage_lexicon: Lexicon
    sentence_lexicon: Lexicon
    encoder: OnnxEncoder
    store: PassageStore
    wording: Wording

    @classmethod
    def open(cls, data: Path) -> IndexReader:
        """The generation in use. Raises IndexUnavailable if there is none, IndexDamaged if a file is not what was written."""
        manifest = Generations(data).current()
        if manifest is None:
            raise IndexUnavailable(f"There is no index in {data} yet; type: commentary index")
        return cls.of(data, manifest)

    @classmethod
    def of(cls, data: Path, manifest: Manifest) -> IndexReader:
        """The generation that `manifest` describes, whether or not it is the one in use."""
        from index.onnx_encoder import OnnxEncoder

        generations = Generations(data)

        def load_encoder() -> OnnxEncoder:
            generations.check(manifest, "encoders")
            return OnnxEncoder(generations.encoder_folder(manifest.weights))

        with ThreadPoolExecutor(1) as pool:  # hashed and read while Python imports Chroma
            encoder = pool.submit(load_encoder)
            generations.check(manifest, *_PARTS)
            return cls._load(generations.folder(manifest.name), manifest, encoder)

    def close(self) -> None:
        """Give back what the index holds outside this process; it answers no more."""
        self.store.close()

    @classmethod
    def _load(cls, folder: Path, manifest: Manifest, loading: Future[OnnxEncoder]) -> IndexReader:
        from index.lexical import Lexicon
        from index.store import PassageStore
        from index.wording import Vocabulary, Wording

        documents = [Document.from_json(fields) for fields in json.loads((folder / "documents.json").read_bytes())]
        passages = [_passage(documents, *row) for row in json.loads((folder / "passages.json").read_bytes())]
        vectors = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("passages", "sentences")}
        store = PassageStore.open(folder / "chroma", vectors=vectors["passages"], passages=passages)
        lexicon, encoder = Lexicon.load(folder / "bm25-passages"), loading.result()
        return cls(
            manifest=manifest,
            documents={document.id: document for document in documents},
            passages=passages,
            passage_vectors=vectors["passages"],
            sentence_vectors=vectors["sentences"],
            passage_lexicon=lexicon,
            sentence_lexicon=Lexicon.load(folder / "bm25-sentences"),
            encoder=encoder,
            store=store,
            wording=Wording(
                Vocabulary.load(folder / "vocabulary.json"), lexicon.numbers, encoder.has_word, [document.text for document in documents]
            ),
        )


def _passage(documents: list[Document], row: int, start: int, end: int, sentences: list[list[int]]) -> Passage:
    document = documents[row]
    return Passage(document, start, end, tuple(Sentence(document, first, last, row=at) for at, first, last in sentences))
