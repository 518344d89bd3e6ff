"""Each provider's real client against a loopback server: what is asked of it, and that its answer comes through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.errors import SettingsError
from bot.generative import PACKAGES, ChatModel, open_chat_models
from bot.ledger import Ledger
from bot.session import Session
from bot.settings import Settings
from bot.writer import Writer
from tests.chat_server import ChatServer, reply_of, running

QUESTION = "Why does China matter for sanctions?"
REPLY = reply_of(("King argues that sanctions on the North depend on China.", [(1, "Economic sanctions on the North depend on China")]))


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with running() as found:
        found.script.says = REPLY
        yield found


def asked(server: ChatServer, session: Session, folder: Path, provider: str, **settings: Any) -> Any:
    """The answer of a chat model of `provider` on the loopback server."""
    base = server.url if provider == "openai" else server.root
    chosen = Settings(
        **{"chat_model": f"{provider}:scripted", "chat_base_url": base, "chat_timeout": 10, "chat_max_tokens": 300, **settings}
    )
    writer = Writer(open_chat_models(chosen), Ledger(folder / "ledger.sqlite"))
    return list(writer.write(session.ask(QUESTION)))[-1]


@pytest.mark.parametrize("provider", PACKAGES)
def test_every_provider_answers_with_quotes_and_counts_tokens(server: ChatServer, session: Session, tmp_path: Path, provider: str) -> None:
    answer = asked(server, session, tmp_path, provider)
    assert answer.text == "King argues that sanctions on the North depend on China. [1]"
    assert [quote.text for quote in answer.quotes] == ["Economic sanctions on the North depend on China for enforcement."]
    assert (answer.model, answer.usage.input_tokens, answer.usage.output_tokens) == (f"{provider}:scripted", 700, 50)
    assert len(server.requests) == 1


PATHS = {
    "openai": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "google_genai": "/v1beta/models/scripted:streamGenerateContent?alt=sse",
    "ollama": "/api/chat",
}
# Where each provider's own structured output, and its limit of tokens, stand in the request.
SCHEMAS = {
    "openai": lambda sent: sent["response_format"]["schema"],
    "anthropic": lambda sent: sent["output_config"]["format"]["schema"],
    "google_genai": lambda sent: sent["generationConfig"]["responseJsonSchema"],
    "ollama": lambda sent: sent["format"],
}
LIMITS = {
    "openai": lambda sent: sent["max_completion_tokens"],
    "anthropic": lambda sent: sent["max_tokens"],
    "google_genai": lambda sent: sent["generationConfig"]["maxOutputTokens"],
    "ollama": lambda sent: sent["options"]["num_predict"],
}


@pytest.mark.parametrize("provider", PACKAGES)
def test_the_request_has_the_providers_own_shape(server: ChatServer, session: Session, tmp_path: Path, provider: str) -> None:
    asked(server, session, tmp_path, provider)
    (sent,) = server.requests
    schema = SCHEMAS[provider](sent)
    assert server.paths == [PATHS[provider]]
    assert (set(schema["properties"]), LIMITS[provider](sent)) == ({"sentences"}, 300)
    assert not sent.get("tools")


KEYS = {
    "openai": ("authorization", "Bearer sk-canary-1"),
    "anthropic": ("authorization", "Bearer sk-canary-1"),
    "google_genai": ("x-goog-api-key", "sk-canary-1"),
}


@pytest.mark.parametrize("provider", KEYS)
def test_our_key_goes_where_the_provider_looks_for_it(server: ChatServer, session: Session, tmp_path: Path, provider: str) -> None:
    asked(server, session, tmp_path, provider, chat_api_key="sk-canary-1")
    name, value = KEYS[provider]
    assert server.heads[0][name] == value


@pytest.mark.parametrize("provider", KEYS)
def test_the_providers_key_is_not_shown_to_another_server(
    monkeypatch: pytest.MonkeyPatch, server: ChatServer, session: Session, tmp_path: Path, provider: str
) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "sk-canary-2")
    asked(server, session, tmp_path, provider)
    assert "sk-canary-2" not in str(server.heads)


def test_openais_own_server_is_asked_for_strict_structured_output(
    monkeypatch: pytest.MonkeyPatch, server: ChatServer, session: Session, tmp_path: Path
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", server.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-3")
    asked(server, session, tmp_path, "openai", chat_base_url=None)
    form = server.requests[0]["response_format"]
    assert (form["type"], form["json_schema"]["strict"], server.heads[0]["authorization"]) == ("json_schema", True, "Bearer sk-canary-3")


@pytest.mark.parametrize(("knows", "requests"), [(("json_object",), 1), (("json_schema",), 2), ((), 3)], ids=["older", "newer", "neither"])
def test_a_server_that_refuses_one_way_of_asking_is_asked_in_another(
    server: ChatServer, session: Session, tmp_path: Path, knows: tuple[str, ...], requests: int
) -> None:
    server.script.knows = knows
    assert asked(server, session, tmp_path, "openai").model == "openai:scripted"
    assert len(server.requests) == requests


@pytest.mark.parametrize("name", ["gpt-9", "openai:", "nobody:model", ":x"])
def test_what_is_no_provider_and_model_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(SettingsError, match=r"openai:MODEL.*--model extractive"):
        ChatModel(name, Settings())


def test_a_missing_package_is_named_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.generative.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install 'commentary-bot\[google-genai\]'"):
        open_chat_models(Settings(chat_model="google_genai:gemini"))


def test_a_missing_key_says_where_to_put_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsError, match="set COMMENTARY_CHAT_API_KEY"):
        open_chat_models(Settings(chat_model="openai:gpt"))
