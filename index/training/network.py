"""The reading network in torch: packaged MiniLM weights, four numbers for each word piece, and the loss that teaches them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

# What the numbers of a piece are logits of; the last counts at the first piece only, for "no sentence here answers".
OUTPUTS = ("start", "end", "sentence", "none")
DROPOUT = 0.05
FAR = -1e4
OPSET = 18


class ReadingNetwork(nn.Module):
    """(pairs, pieces) ids -> (pairs, pieces, 4) logits; a sentence's logit is the mean over its pieces."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.bert = BertModel(config, add_pooling_layer=False)
        self.head = nn.Linear(config.hidden_size, len(OUTPUTS))

    @classmethod
    def beginning(cls, folder: Path) -> ReadingNetwork:
        """The encoder of `folder` with an untaught head, or a network that `save` wrote there."""
        settings: dict[str, Any] = {"hidden_dropout_prob": DROPOUT, "attention_probs_dropout_prob": 0.0}
        config = BertConfig.from_pretrained(str(folder), **settings)
        network = cls(config)
        weights = load_file(folder / "model.safetensors")
        if any(name.startswith("bert.") for name in weights):
            network.load_state_dict(weights)
        else:
            own = {name: weight for name, weight in weights.items() if not name.startswith("pooler.") and "position_ids" not in name}
            network.bert.load_state_dict(own)
        return network

    def save(self, folder: Path) -> None:
        """Write float32 weights and the configuration, for `beginning`."""
        folder.mkdir(parents=True, exist_ok=True)
        save_file(self.state_dict(), folder / "model.safetensors")
        self.bert.config.save_pretrained(str(folder))

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids).last_hidden_state
        logits: Tensor = self.head(hidden)
        return logits


def loss(logits: Tensor, batch: Mapping[str, Tensor]) -> Tensor:
    """Of the right sentence among the window's and none, plus half of that of start and end, where the words are known."""
    logits = logits.float()
    wanted, known = batch["span"], batch["known"]
    spans = logits[..., :2].masked_fill((batch["sentence"] < 0).unsqueeze(-1), FAR)
    spans[:, 0] = logits[:, 0, :2]  # the first piece stands for no span
    ends = [nn.functional.cross_entropy(spans[..., side], wanted[:, side], reduction="none") for side in (0, 1)]
    choices = torch.cat([logits[:, :1, 3], sentence_logits(logits, batch["sentence"], batch["gold"].shape[1] - 1)], dim=1)
    reached = torch.logsumexp(choices.masked_fill(batch["gold"] < 0.5, FAR), 1)
    right = torch.logsumexp(choices, 1) - reached
    return right.mean() + 0.5 * ((ends[0] + ends[1]) * known).sum() / known.sum().clamp(min=1.0)


def sentence_logits(logits: Tensor, sentence: Tensor, count: int) -> Tensor:
    """(pairs, count) mean logit of each sentence's pieces; FAR where a window has fewer."""
    belongs = torch.nn.functional.one_hot(sentence + 1, count + 1)[..., 1:].to(logits.dtype)
    sizes = belongs.sum(1)
    means = (belongs * logits[..., 2:3]).sum(1) / sizes.clamp(min=1.0)
    return means.masked_fill(sizes == 0, FAR)


def export(network: ReadingNetwork, path: Path) -> None:
    """Write the network as ONNX: int64 `input_ids`, `attention_mask`, `token_type_ids` (pairs, pieces) -> float `logits`.

    Attention is written out in plain steps: onnxruntime runs them a quarter faster than the guarded ones of torch's fused attention.
    """
    network.bert.set_attn_implementation("eager")
    names = ("input_ids", "attention_mask", "token_type_ids")
    dynamic = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    example = {name: torch.ones((2, 7), dtype=torch.int64) for name in names}  # one tensor for all three would be one input
    example["attention_mask"][1, 5:] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of its own deprecated calls
        program = torch.onnx.export(
            network.eval(),
            (),
            kwargs=example,
            input_names=list(names),
            output_names=["logits"],
            dynamic_shapes=dict.fromkeys(names, dynamic),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    program.save(str(path), external_data=False)
