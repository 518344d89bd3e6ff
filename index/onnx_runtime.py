"""Opens models for onnxruntime, and their tokenizers. The only place that imports either library."""

from __future__ import annotations

import os
from pathlib import Path

import onnxruntime
from tokenizers import Tokenizer

from index.windows import LONGEST


def open_tokenizer(path: Path, *, longest: int = LONGEST, pad_id: int | None = None, pad: str = "[PAD]") -> Tokenizer:
    """A tokenizer that cuts to `longest` word pieces, and pads where `pad_id` is given."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.enable_truncation(longest)
    tokenizer.no_padding()
    if pad_id is not None:
        tokenizer.enable_padding(pad_id=pad_id, pad_token=pad)
    return tokenizer


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """A model on at most four threads, safe to share between ours.

    onnxruntime's fused SkipLayerNormalization is left out: on a processor it takes several times as long as the addition and the
    LayerNormalization that it stands for (for the reading model, 21 ms with it against 18 without).
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(4, os.cpu_count() or 1)
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a waiting bot must not burn a core
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"])


def quantise(path: Path, target: Path) -> None:
    """Write the model at `path` with weights of eight bits, scaled for each channel; activations are scaled as they come."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(path, target, weight_type=QuantType.QInt8, per_channel=True)
