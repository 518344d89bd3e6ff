"""A cross-encoder of sentence-transformers, however big, as the evidence model. Slow without a GPU, and its confidence is its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.errors import ModelUnavailable
from index.evidence import Evidence, Judgement
from index.features import candidates
from index.models import ModelFiles
from index.reader import IndexReader


class CrossEncoderEvidence:
    """Scores each pair of question and sentence; the best score is the probability that the text answers."""

    threshold = 0.5

    def __init__(self, index: IndexReader, files: ModelFiles) -> None:
        from sentence_transformers import CrossEncoder

        self._index = index
        self._model = CrossEncoder(
            str(files.folder), local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )
        if self._model.num_labels != 1:
            raise ModelUnavailable(f"{files.name} gives {self._model.num_labels} scores for a pair; choose a cross-encoder that gives one")

    def judge(self, question: str, rows: Sequence[int]) -> Judgement:
        """Weigh every sentence of the index's passages at `rows`."""
        found = candidates(self._index, rows).sentences
        if not found:
            return Judgement()
        logits = self._model.predict([(question, sentence.text) for sentence in found], activation_fn=_as_it_is(), show_progress_bar=False)
        scores = 1.0 / (1.0 + np.exp(-np.asarray(logits, np.float64)))
        order = np.argsort(-scores, kind="stable")
        return Judgement(tuple(Evidence(found[at], float(scores[at])) for at in order), float(scores.max()))


def _as_it_is() -> object:
    import torch

    return torch.nn.Identity()
