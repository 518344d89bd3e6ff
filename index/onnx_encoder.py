"""The embedding model on onnxruntime: what questions run on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from index.onnx_runtime import open_session, open_tokenizer

BATCH = 32
RECENT = 64


class OnnxEncoder(Embeddings):
    """An exported sentence-transformers model as LangChain embeddings, within 1e-4 of the original.

    `folder` is what `SentenceEncoder.export` wrote. Safe to share between threads.
    """

    def __init__(self, folder: Path) -> None:
        self._facts = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        self._tokenizer = open_tokenizer(
            folder / "tokenizer.json", longest=self._facts["longest"], pad_id=self._facts["pad_id"], pad=self._facts["pad"]
        )
        self._session = open_session(folder / "model.onnx")
        self._recent = lru_cache(RECENT)(self._encode_query)  # retriever and evidence model ask for the same vector

    @property
    def dimension(self) -> int:
        return int(self._facts["dimension"])

    def has_word(self, word: str) -> bool:
        """Whether the lower-case word is one of the model's pieces by itself: common enough in print to be no misspelling."""
        return self._tokenizer.token_to_id(word) is not None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """(len(texts), dimension) float32 unit vectors."""
        parts = [self._encode_batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.vstack([np.zeros((0, self.dimension), np.float32), *parts])

    def encode_query(self, question: str) -> np.ndarray:
        """(dimension,) float32 unit vector of a question, read-only, with the prompt that the model wants before one."""
        return self._recent(question)

    def _encode_query(self, question: str) -> np.ndarray:
        row: np.ndarray = self._encode_batch([self._facts["query_prompt"] + question])[0]
        row.flags.writeable = False
        return row

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [row.tolist() for row in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        return list(self.encode_query(text).tolist())

    def _encode_batch(self, texts: Sequence[str]) -> np.ndarray:
        encodings = self._tokenizer.encode_batch(list(texts))
        columns = {
            "input_ids": [encoding.ids for encoding in encodings],
            "attention_mask": [encoding.attention_mask for encoding in encodings],
            "token_type_ids": [encoding.type_ids for encoding in encodings],
        }
        feed = {name: np.asarray(columns[name], np.int64) for name in self._facts["inputs"]}
        rows: np.ndarray = self._session.run(["unit_vector"], feed)[0]
        return rows
