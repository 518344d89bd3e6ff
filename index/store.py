"""Passage vectors in Chroma, written once and read from a private copy. The only place that imports chromadb and langchain_chroma.

Chroma alters its SQLite file even when it only reads, cannot read a read-only folder, and dies of SIGSEGV on a damaged one. So a
generation's store is never opened in place: each reader checks a copy against the manifest's hashes and opens that.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import ChromaError
from langchain_chroma import Chroma

from index.errors import IndexUnavailable
from index.nouns import Passage

COLLECTION = "passages"
_BATCH = 5000


class PassageStore:
    """Dense ranking of passages by cosine. Its private copy goes when nobody holds the store any more."""

    def __init__(self, client: Client, collection: str, copy: tempfile.TemporaryDirectory[str] | None) -> None:
        self._released = weakref.finalize(self, _release, client, copy)
        self._store = Chroma(collection, client=client, create_collection_if_not_exists=False)

    @classmethod
    def open(cls, folder: Path, *, vectors: np.ndarray, passages: Sequence[Passage]) -> PassageStore:
        """Open a private copy of `folder`; where no copy can be made (a full disk), a store in memory from the kept vectors."""
        try:
            copy = tempfile.TemporaryDirectory(prefix="commentary-", ignore_cleanup_errors=True)
            shutil.copytree(folder, copy.name, dirs_exist_ok=True)
        except OSError:
            client, collection = _client(None), f"{COLLECTION}-{uuid4().hex}"  # stores in memory share one name space
            _fill(client, collection, passages, vectors)
            return cls(client, collection, None)
        return cls(_client(copy.name), COLLECTION, copy)

    def ranking(self, vector: np.ndarray, count: int) -> list[tuple[int, float]]:
        """(row of the passage, cosine), the nearest `count` first."""
        found = self._store.similarity_search_by_vector_with_relevance_scores(vector.tolist(), k=count)
        return [(int(document.id or 0), 1.0 - float(distance)) for document, distance in found]

    def close(self) -> None:
        """Give the copy back at once."""
        self._released()


def _release(client: Client, copy: tempfile.TemporaryDirectory[str] | None) -> None:
    client.close()
    if copy is not None:
        copy.cleanup()


def write_store(folder: Path, passages: Sequence[Passage], vectors: np.ndarray) -> None:
    """Write a new store of `passages` with their (len(passages), dimension) unit vectors into the empty `folder`.

    Raises IndexUnavailable if Chroma cannot write it.
    """
    try:
        client = _client(str(folder))
        _fill(client, COLLECTION, passages, vectors)
        client.close()
    except ChromaError as error:
        raise IndexUnavailable(
            f"Chroma cannot write its store ({error}), the old index is untouched; free some space and try again"
        ) from error


def _client(path: str | None) -> Client:
    settings = Settings(anonymized_telemetry=False)
    made = chromadb.PersistentClient(path, settings) if path else chromadb.EphemeralClient(settings)
    assert isinstance(made, Client)  # which has the close() that their interface lacks
    return made


def _fill(client: Client, name: str, passages: Sequence[Passage], vectors: np.ndarray) -> None:
    collection = client.create_collection(name, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}, embedding_function=None)
    for start in range(0, len(passages), _BATCH):
        rows = range(start, min(start + _BATCH, len(passages)))
        collection.add(
            ids=[str(row) for row in rows],
            embeddings=vectors[start : rows.stop],
            documents=[passages[row].text for row in rows],
            metadatas=[
                {
                    "document": passages[row].document.id,
                    "start": passages[row].start,
                    "end": passages[row].end,
                    "section": passages[row].section,
                    "paragraph": passages[row].paragraph,
                }
                for row in rows
            ],
        )
