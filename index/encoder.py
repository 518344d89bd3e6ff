"""The embedding model in sentence-transformers: used to build an index, never to ask. The only place that imports torch."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from index.models import ModelFiles

OPSET = 18


class SentenceEncoder:
    """sentence-transformers' own model of `files`; loading takes seconds."""

    def __init__(self, files: ModelFiles) -> None:
        _quiet()
        from sentence_transformers import SentenceTransformer

        self.files = files
        self._model = SentenceTransformer(
            str(files.folder), device="cpu", local_files_only=True, trust_remote_code=False, model_kwargs={"use_safetensors": True}
        )

    def encode(self, texts: Sequence[str], *, batch: int = 32, progress: Callable[[int], object] = lambda done: None) -> np.ndarray:
        """(len(texts), dimension) float32 unit vectors; `progress` hears how many texts each batch finished."""
        rows = [np.zeros((0, self._model.get_embedding_dimension() or 0), np.float32)]
        for start in range(0, len(texts), batch):
            part = list(texts[start : start + batch])
            rows.append(self._model.encode_document(part, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False))
            progress(len(part))
        return np.vstack(rows).astype(np.float32)

    def encode_query(self, question: str) -> np.ndarray:
        """(dimension,) float32 unit vector of a question."""
        return np.asarray(self._model.encode_query(question, normalize_embeddings=True, show_progress_bar=False), np.float32)

    def export(self, folder: Path) -> None:
        """Write the whole model (transformer, pooling, normalising) as ONNX with its tokenizer, for `index.onnx_encoder`."""
        import torch

        pipeline = _pipeline(self._model)
        features = self._model.preprocess(["one example", "and another, longer, example"])
        names: list[str] = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in features]
        dynamic = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch warns of its own deprecated calls
            program = torch.onnx.export(
                pipeline,
                (),
                kwargs={name: features[name] for name in names},
                input_names=names,
                output_names=["unit_vector"],
                dynamic_shapes=dict.fromkeys(names, dynamic),
                opset_version=OPSET,
                dynamo=True,
                verbose=False,
            )
        assert program is not None
        program.save(str(folder / "model.onnx"), external_data=False)
        self._model.tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
        (folder / "encoder.json").write_text(json.dumps(self._facts(names), indent=1), encoding="utf-8")

    def _facts(self, names: list[str]) -> dict[str, Any]:
        prompts = self._model.prompts
        return {
            "inputs": names,
            "longest": self._model.max_seq_length,
            "dimension": self._model.get_embedding_dimension(),
            "pad": self._model.tokenizer.pad_token,
            "pad_id": self._model.tokenizer.pad_token_id,
            "query_prompt": prompts.get("query") or "",
        }


def _pipeline(model: Any) -> Any:  # a class that can only be made once torch is there
    import torch

    class Pipeline(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any = None) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            if token_type_ids is not None:
                features["token_type_ids"] = token_type_ids
            return torch.nn.functional.normalize(self.model(features)["sentence_embedding"], dim=-1)

    return Pipeline().eval()


def _quiet() -> None:
    """Their progress bars and warnings are not for the person who asks a question."""
    import transformers

    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    for name in ("sentence_transformers", "transformers", "torch.onnx._internal.exporter._registration", "onnxscript"):
        logging.getLogger(name).setLevel(logging.ERROR)
