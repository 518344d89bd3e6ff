"""Settings: one class, one prefix, read once at the start and passed down. The only place that reads the environment."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
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
        description="What weighs the evidence: measuring (no network), reading (the packaged model), or a cross-encoder's name or folder",
    )
    threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Confidence below which the answer is that the commentary does not say; unset, the evidence model's own",
    )
    keep_days: float = Field(default=30, gt=0, description="Days after which a turn of a conversation is forgotten")
    top: int = Field(default=3, ge=1, le=10, description="Most quotes in one answer")

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


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def read_settings() -> Settings:
    """Raises SettingsError, naming each setting that is wrong and what it should be; values are not repeated, they may be secrets."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors(include_input=False))
        raise SettingsError(f"{wrong}. Correct it in the environment or in .env (see .env.example)") from None
