"""Chat models: the only place that opens and asks one. Text comes out as it arrives, within a time limit and a length limit."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, cast

from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable, RunnableSequence
from langchain_core.utils.json_schema import dereference_refs
from pydantic import BaseModel

from bot.answers import EXTRACTIVE
from bot.errors import ChatModelError, SettingsError
from bot.ledger import Spent
from bot.settings import ProviderKeys, Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

log = logging.getLogger(__name__)

TRIES = 3
CHARACTERS = 8  # of a token, at most: who writes on past that is not listening to the limit
GRACE = 2.0  # seconds past the time limit for a request to be called off
# Provider -> package that LangChain opens it with. These four have structured output of their own.
PACKAGES = {
    "openai": "langchain_openai",
    "anthropic": "langchain_anthropic",
    "google_genai": "langchain_google_genai",
    "ollama": "langchain_ollama",
}
_REFUSALS = (400, 422)  # may be of the way it was asked
_HINTS = {401: "check its API key", 403: "check its API key", 404: "is there a model of that name?", 429: "too many requests, or no credit"}


def providers_name(name: str) -> tuple[str, str]:
    """The provider and the model of "provider:model". Raises SettingsError if it is not that, or if the provider's package is missing."""
    provider, _, model = name.partition(":")
    if provider not in PACKAGES or not model:
        known = ", ".join(f"{provider}:MODEL" for provider in PACKAGES)
        raise SettingsError(
            f"There is no chat model {name!r}; choose one of {known} (any OpenAI-compatible server: openai:MODEL with "
            f"COMMENTARY_CHAT_BASE_URL), or none: --model {EXTRACTIVE}"
        )
    if find_spec(PACKAGES[provider]) is None or find_spec("langchain") is None:
        extra = provider.replace("_", "-")
        raise SettingsError(f"{name} needs a package that is not installed; type: pip install 'commentary-bot[{extra}]'")
    return provider, model


def key_is_set(provider: str, settings: Settings) -> bool:
    """Whether the provider's client will have a key, or needs none."""
    if provider == "ollama" or settings.chat_base_url or settings.chat_api_key:
        return True
    names = ("google", "gemini") if provider == "google_genai" else (provider,)
    return any(getattr(ProviderKeys(), f"{name}_api_key") for name in names)


def open_chat_models(settings: Settings) -> list[ChatModel]:
    """The chat model of the settings and its fallbacks, none if the author's own words are wanted. Raises SettingsError."""
    if settings.chat_model == EXTRACTIVE:
        return []
    first = providers_name(settings.chat_model)[0]
    return [
        ChatModel(name, settings, own_server=providers_name(name)[0] == first) for name in (settings.chat_model, *settings.chat_fallbacks)
    ]


class ChatModel:
    """One chat model of one provider. Safe to share between threads."""

    def __init__(self, name: str, settings: Settings, *, own_server: bool = True) -> None:
        """`own_server`: the base URL and the key of the settings are meant for it. Raises SettingsError."""
        self.name = name
        self._provider, model = providers_name(name)
        self._seconds, self._longest = settings.chat_timeout, settings.chat_max_tokens * CHARACTERS
        if not own_server:
            settings = settings.model_copy(update={"chat_base_url": None, "chat_api_key": None})
        self._dialect = self._provider == "openai" and settings.chat_base_url is not None
        self._model = self._open(model, settings)
        self._refused = 0  # ways of asking for JSON that the server does not know

    def stream(self, messages: Sequence[BaseMessage], shape: type[BaseModel] | None = None) -> Iterator[AIMessageChunk]:
        """The reply as it comes, asked to be JSON of that shape, or in plain words. Raises ChatModelError."""
        ways = self._ways(shape) if shape else [self._model]
        for at in range(min(self._refused, len(ways) - 1), len(ways)):
            try:
                for chunk in self._chunks(ways[at], messages):
                    self._refused = max(self._refused, at)  # a refusal comes before the first chunk, and is remembered
                    yield chunk
                return
            except ChatModelError as error:
                if error.status not in _REFUSALS or at == len(ways) - 1:
                    raise

    def _open(self, model: str, settings: Settings) -> BaseChatModel:
        from langchain.chat_models import init_chat_model

        options = _options(self._provider, settings)
        try:
            return cast("BaseChatModel", init_chat_model(model, model_provider=self._provider, **options))
        except Exception as error:  # each provider has errors of its own, and what they say may hold the key
            raise SettingsError(
                f"{self.name} cannot be set up ({type(error).__name__}); set COMMENTARY_CHAT_API_KEY or the provider's own variable, "
                f"and check COMMENTARY_CHAT_BASE_URL"
            ) from None

    def _ways(self, shape: type[BaseModel]) -> list[Runnable[Any, Any]]:
        """How to ask for JSON: with the provider's structured output, else in plain words.

        Another server than OpenAI's is asked in an older dialect first: they take it or refuse it; llama-cpp-python breaks on the newer.
        """
        schema = dereference_refs(shape.model_json_schema())
        schema.pop("$defs", None)
        strict = {"strict": True} if self._provider == "openai" else {}
        native = cast("RunnableSequence[Any, Any]", self._model.with_structured_output(schema, method="json_schema", **strict))
        older = [self._model.bind(response_format={"type": "json_object", "schema": schema})] if self._dialect else []
        return [*older, native.first, self._model]  # without the parser that `native` ends with: it would mend what is no JSON

    def _chunks(self, way: Runnable[Any, Any], messages: Sequence[BaseMessage]) -> Iterator[AIMessageChunk]:
        came: queue.SimpleQueue[AIMessageChunk | ChatModelError | None] = queue.SimpleQueue()
        request = asyncio.run_coroutine_threadsafe(self._request(way, list(messages), came), _loop())
        try:
            while (chunk := came.get(timeout=self._seconds + GRACE)) is not None:
                if isinstance(chunk, ChatModelError):
                    raise chunk
                yield chunk
        except queue.Empty:
            raise self._error("its client does not come back") from None
        finally:
            request.cancel()

    async def _request(self, way: Runnable[Any, Any], messages: list[BaseMessage], came: queue.SimpleQueue[Any]) -> None:
        """Put each chunk, then None or an error; asyncio calls a request off at any moment, where a blocked thread would hang."""
        length = 0
        try:
            async with asyncio.timeout(self._seconds), contextlib.aclosing(cast("Any", way.astream(messages))) as chunks:
                async for chunk in chunks:
                    length += len(chunk.text)
                    if length > self._longest:
                        raise self._error("it wrote on past its limit")
                    came.put(chunk)
            came.put(None)
        except ChatModelError as error:
            came.put(error)
        except TimeoutError:
            came.put(self._error(f"no answer within {self._seconds:g} s"))
        except Exception as error:  # each provider has errors of its own, and what they say may hold the key
            status = getattr(error, "status_code", None) or getattr(error, "code", None)
            hint = f", HTTP {status}: {_HINTS.get(status, 'see its documentation')}" if isinstance(status, int) else ""
            came.put(self._error(f"{type(error).__name__}{hint}", status if isinstance(status, int) else None))

    def _error(self, reason: str, status: int | None = None) -> ChatModelError:
        return ChatModelError(f"{self.name} gave no answer ({reason})", status=status)


def _options(provider: str, settings: Settings) -> dict[str, Any]:
    """What the provider's class takes; each client counts and spaces its tries itself."""
    limits: dict[str, dict[str, Any]] = {
        "openai": {"max_retries": TRIES - 1, "max_tokens": settings.chat_max_tokens, "stream_usage": True},
        "anthropic": {"max_retries": TRIES - 1, "max_tokens": settings.chat_max_tokens},
        "google_genai": {"max_retries": TRIES, "max_tokens": settings.chat_max_tokens},
        "ollama": {"num_predict": settings.chat_max_tokens, "client_kwargs": {"timeout": settings.chat_timeout}},
    }
    options = limits[provider]
    if provider != "ollama":
        options["timeout"] = settings.chat_timeout
        if settings.chat_api_key:
            options["api_key"] = settings.chat_api_key.get_secret_value()
    if settings.chat_base_url:
        options["base_url"] = settings.chat_base_url
        options["temperature"] = 0  # not where it is unknown what the model allows: some refuse any
        if provider == "openai":
            options["extra_body"] = {"max_tokens": settings.chat_max_tokens}  # older servers know only this name of it
        if provider != "ollama":
            options.setdefault("api_key", "none")  # the key for the provider's own server is no business of another
    return options


def spent_on(reply: AIMessageChunk, asked: int) -> Spent:
    """What the provider says a reply took; where it says nothing, four characters count as a token, `asked` being those of the request."""
    told = reply.response_metadata.get("token_usage")
    raw: dict[str, Any] = told if isinstance(told, dict) else {}
    usage = reply.usage_metadata  # missing from streamed structured output of langchain-openai, which leaves the server's own words
    read = usage["input_tokens"] if usage else raw.get("prompt_tokens")
    written = usage["output_tokens"] if usage else raw.get("completion_tokens")
    cost = raw.get("cost")
    return Spent(
        1,
        read if isinstance(read, int) else asked // 4,
        written if isinstance(written, int) else len(reply.text) // 4,
        float(cost) if isinstance(cost, int | float) else None,
    )


@lru_cache(maxsize=1)
def _loop() -> asyncio.AbstractEventLoop:
    """One event loop for all requests of the process: a connection belongs to the loop it was opened in."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="chat-models", daemon=True).start()
    return loop
