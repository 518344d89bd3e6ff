"""The reading network in torch, small and untaught: what its loss rewards, that it learns, and that the exported network is the same."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig

from index.onnx_runtime import open_session, open_tokenizer
from index.training.average import main as average
from index.training.batches import as_batch
from index.training.checks import auroc, run_network
from index.training.lessons import Example
from index.training.network import FAR, ReadingNetwork, export, loss, sentence_logits
from index.training.unpack import unpack
from index.windows import Window

WINDOW = Window("It rained. They were wet.", ((0, 10), (11, 25)))
WET = Example("Who was wet?", WINDOW, (1,), (11, 15))
NOBODY = Example("Who was dry?", WINDOW, (), None)


@pytest.fixture
def network() -> ReadingNetwork:
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    return ReadingNetwork(BertConfig(hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **sizes))


@pytest.fixture(scope="module")
def batch() -> dict[str, torch.Tensor]:
    tokenizer = open_tokenizer(Path(str(files("index") / "reading" / "tokenizer.json")))
    return as_batch([WET, NOBODY], tokenizer)


def test_a_batch_says_which_sentences_and_pieces_are_right(batch: dict[str, torch.Tensor]) -> None:
    assert batch["gold"].tolist() == [[0, 0, 1], [1, 0, 0]]
    at = int(batch["span"][0, 0])
    assert batch["span"].tolist() == [[at, at], [0, 0]] and batch["sentence"][0, at] == 1
    assert batch["known"].tolist() == [1, 1]


def test_the_loss_is_small_where_the_right_numbers_are_large(batch: dict[str, torch.Tensor]) -> None:
    right, wrong = torch.zeros((*batch["input_ids"].shape, 4)), torch.zeros((*batch["input_ids"].shape, 4))
    right[0, batch["span"][0, 0], :2], right[1, 0, :2], right[1, 0, 3] = 20.0, 20.0, 20.0
    right[0, batch["sentence"][0] == 1, 2], wrong[0, batch["sentence"][0] == 0, 2] = 20.0, 20.0
    assert float(loss(right, batch)) < 0.01 < 5 < float(loss(wrong, batch))


def test_a_sentence_has_the_mean_logit_of_its_pieces_and_none_if_it_is_not_there() -> None:
    logits = torch.zeros((1, 4, 4))
    logits[0, :, 2] = torch.tensor([9.0, 1.0, 3.0, 5.0])
    assert sentence_logits(logits, torch.tensor([[-1, 0, 0, 1]]), 3).tolist() == [[2.0, 5.0, FAR]]


def test_the_average_of_two_networks_has_the_mean_of_their_weights(network: ReadingNetwork, tmp_path: Path) -> None:
    for name, value in (("one", 1.0), ("other", 4.0)):
        torch.nn.init.constant_(network.head.weight, value)
        network.save(tmp_path / name)
    average(str(tmp_path / "both"), str(tmp_path / "one"), str(tmp_path / "other"))
    both = ReadingNetwork.beginning(tmp_path / "both")
    assert torch.all(both.head.weight == 2.5)
    assert torch.equal(both.bert.embeddings.word_embeddings.weight, network.bert.embeddings.word_embeddings.weight)


def test_a_network_learns_two_examples(network: ReadingNetwork, batch: dict[str, torch.Tensor]) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.02)
    before = float(loss(run_network(network, batch), batch).detach())
    for _ in range(60):
        optimiser.zero_grad()
        loss(run_network(network, batch), batch).backward()
        optimiser.step()
    assert float(loss(run_network(network, batch), batch).detach()) < 0.2 * before


def test_the_exported_network_gives_the_same_for_windows_of_other_lengths(
    network: ReadingNetwork, batch: dict[str, torch.Tensor], tmp_path: Path
) -> None:
    export(network, tmp_path / "model.onnx")
    names = ("input_ids", "attention_mask", "token_type_ids")
    with torch.no_grad():
        expected = network(*(batch[name] for name in names)).numpy()
    [given] = open_session(tmp_path / "model.onnx").run(["logits"], {name: batch[name].numpy() for name in names})
    there = batch["attention_mask"].numpy() == 1
    assert np.abs(given - expected)[there].max() < 1e-4


def test_a_saved_network_is_loaded_as_it_was(network: ReadingNetwork, tmp_path: Path) -> None:
    network.save(tmp_path / "taught")
    again = ReadingNetwork.beginning(tmp_path / "taught").state_dict()
    assert all(torch.equal(weight, again[name]) for name, weight in network.state_dict().items())


def test_the_packaged_network_unpacked_reads_as_it_does_in_eight_bits(batch: dict[str, torch.Tensor]) -> None:
    packaged = Path(str(files("index") / "reading" / "model.onnx"))
    names = ("input_ids", "attention_mask", "token_type_ids")
    with torch.no_grad():
        full = unpack(packaged).eval()(*(batch[name] for name in names)).numpy()
    [eight] = open_session(packaged).run(["logits"], {name: batch[name].numpy() for name in names})
    there = batch["attention_mask"].numpy() == 1
    assert np.corrcoef(full[there].ravel(), eight[there].ravel())[0, 1] > 0.98


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    assert auroc(np.array([3.0, 1.0, 2.0, 1.0]), np.array([True, True, False, False])) == pytest.approx(0.625)
