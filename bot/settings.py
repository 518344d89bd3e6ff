"""Settings: one class, one prefix, read once at the start and passed down. The only place that reads the environment."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.answers import EXTRACTIVE
from bot.errors import SettingsError
from bot.redaction import hide_from_logs
from index import DEFAULT_JUDGE, DEFAULT_MODEL

PREFIX = "COMMENTARY_"


class Settings(BaseSettings):
    """`COMMENTARY_<NAME>` in the environment or in `.env`; `.env.example` lists all."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    corpus: Path | None = Field(
        default=None, description="File or folder of documents (.md, .txt); unset, the commentary that comes with the package"
    )
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("commentary-bot"), description="Folder for the index and the conversations"
    )
    embedding_model: str = Field(default=DEFAULT_MODEL, min_length=1, description="sentence-transformers model: a name or a folder")
    evidence_model: str = Field(
        default=DEFAULT_JUDGE,
        min_length=1,
        description="What weighs the evidence: reading (the packaged network), measuring (quicker), or a cross-encoder's name or folder",
    )
    threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Confidence below which the answer is that the commentary does not say; unset, the evidence model's own",
    )
    keep_days: float = Field(default=30, gt=0, description="Days after which a turn of a conversation is forgotten")
    top: int = Field(default=3, ge=1, le=10, description="Most quotes in one answer")
    chat_model: str = Field(
        default=EXTRACTIVE, min_length=1, description="Who words the answer: extractive (the author alone) or provider:model"
    )
    chat_fallbacks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Chat models to ask, in this order, when the first gives no answer; separated by commas"
    )
    chat_base_url: str | None = Field(default=None, description="Server that chat_model's provider is asked at, in place of its own")
    chat_api_key: SecretStr | None = Field(
        default=None, description="Key for chat_model's provider; unset, its client reads its own variable, such as OPENAI_API_KEY"
    )
    chat_timeout: float = Field(default=60, gt=0, le=600, description="Seconds that one chat model has for an answer, tries included")
    chat_max_tokens: int = Field(default=1024, ge=64, le=32_768, description="Most tokens in one reply")
    chat_daily_tokens: int | None = Field(
        default=None, ge=0, description="Tokens a day (UTC) after which no chat model is asked; unset, no limit"
    )
    keep_unsupported: bool = Field(default=False, description="Show, marked, what a chat model says without a quote that holds")

    @field_validator("chat_fallbacks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value

    discord_token: SecretStr | None = Field(default=None, description="The Discord bot's token; only commentary discord needs it")
    discord_workers: int = Field(default=2, ge=1, le=32, description="Questions from Discord that are answered at the same time")
    discord_capacity: int = Field(
        default=600, ge=1, description="Questions from Discord that may wait; past it, people are asked to come back"
    )
    discord_per_minute: int = Field(default=10, ge=1, description="Questions a minute from one person on Discord")
    discord_server_per_minute: int = Field(default=300, ge=1, description="Questions a minute from one Discord server")
    discord_health_port: int = Field(default=0, ge=0, le=65535, description="Port on 127.0.0.1 for /health and /metrics; 0, none")
    discord_api_url: str = Field(default="", description="Another server that speaks Discord's HTTP API, for tests: on this machine only")
    discord_gateway_url: str = Field(default="", description="Its gateway; unset, the one that its /gateway/bot names")

    @field_validator("discord_api_url", "discord_gateway_url")
    @classmethod
    def _on_this_machine(cls, url: str) -> str:
        """The bot's token goes to this address: only this machine may be one."""
        if url and not _is_loopback(urlsplit(url).hostname or ""):
            raise ValueError("only an address on this machine is accepted, such as http://127.0.0.1:8080/api/v10")
        return url


class ProviderKeys(BaseSettings):
    """Keys in the variables that the providers' own clients read, so that they can be looked for and kept out of logs."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    openai_api_key: SecretStr | None = None
    anthropic_api_key: SecretStr | None = None
    google_api_key: SecretStr | None = None
    gemini_api_key: SecretStr | None = None


def secrets(settings: Settings) -> list[str]:
    """Every secret that was set, of ours and of the providers."""
    values = [*dict(settings).values(), *dict(ProviderKeys()).values()]
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings() -> Settings:
    """The settings; from here on no log shows a secret that is among them.

    Raises SettingsError, naming each setting that is wrong and what it should be; values are not repeated, they may be secrets.
    """
    try:
        settings = Settings()
        hide_from_logs(secrets(settings))
        return settings
    except ValidationError as error:
        wrong = "; ".join(f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors(include_input=False))
        raise SettingsError(f"{wrong}. Correct it in the environment or in .env (see .env.example)") from None
