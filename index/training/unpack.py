"""Write the packaged network with weights of full size, to teach it further: python -m index.training.unpack FOLDER."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from index.models import DEFAULT_MODEL, find_model
from index.training.network import ReadingNetwork
from index.training.stack import FOLDER


def unpack(path: Path) -> ReadingNetwork:
    """The network that `export` and then `quantise` wrote to `path`, as exact as eight bits are. Raises RuntimeError for another."""
    graph = onnx.load(path).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {name: array for name, array in stored.items() if name.endswith((".weight", ".bias"))}
    for name in (name.removesuffix("_scale") for name in stored if name.endswith(".weight_scale")):
        weights[name] = _full(stored, name)
    # A layer's weights have lost their name on the way; the bias that is added to their product has kept it.
    products = {node.output[0].removesuffix("_output_quantized"): node.input[1] for node in graph.node if node.op_type == "MatMulInteger"}
    for node in graph.node:
        if node.op_type == "Add" and node.input[0] in products:
            layer = node.input[1].removesuffix(".bias")
            weights[f"{layer}.weight"] = _full(stored, products[node.input[0]].removesuffix("_quantized")).T
    network = ReadingNetwork.beginning(find_model(DEFAULT_MODEL).folder)
    network.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in weights.items()})
    return network


def _full(stored: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    numbers, zero = (stored[f"{name}_{part}"].astype(np.float32) for part in ("quantized", "zero_point"))
    full: np.ndarray = (numbers - zero) * stored[f"{name}_scale"]
    return full


def main(folder: str) -> None:
    unpack(FOLDER / "model.onnx").save(Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
