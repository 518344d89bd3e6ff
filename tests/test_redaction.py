"""A canary in place of each key: at DEBUG it is in no log, error or repr, of ours or of a library."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import redaction
from bot.errors import SettingsError
from bot.generative import open_chat_models
from bot.ledger import Ledger
from bot.redaction import hide_from_logs
from bot.session import Session
from bot.settings import read_settings
from bot.writer import Writer
from tests.chat_server import running

CANARY = "sk-canary-5f1d"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    yield
    redaction._secrets.clear()
    logging.setLogRecordFactory(logging.LogRecord)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google_genai"])
@pytest.mark.parametrize("status", [200, 401])
def test_no_key_in_any_log_error_or_repr(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, session: Session, tmp_path: Path, provider: str, status: int
) -> None:
    answer = session.ask("Why does China matter for sanctions?")
    with running() as server, caplog.at_level(logging.DEBUG):
        server.script.status = status
        for name, value in {"MODEL": f"{provider}:x", "API_KEY": CANARY, "BASE_URL": server.root, "TIMEOUT": "5"}.items():
            monkeypatch.setenv(f"COMMENTARY_CHAT_{name}", value)
        settings = read_settings()
        models = open_chat_models(settings)
        list(Writer(models, Ledger(tmp_path / "ledger")).write(answer))
        assert CANARY in str(server.heads)
    shown = [caplog.text, repr(settings), str(settings.model_dump()), repr(models), repr(vars(models[0])), str(caplog.records)]
    assert [text for text in shown if "canary" in text] == []
    assert "httpcore" in caplog.text or "aiohttp" in caplog.text or "bot.writer" in caplog.text


def test_the_providers_own_variables_are_hidden_too(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    read_settings()
    logging.getLogger("some.library").warning("sending %s to %s", {"x-api-key": CANARY}, "somebody")
    assert "sending {'x-api-key': '[hidden]'} to somebody" in caplog.text


def test_tracebacks_are_cleaned(caplog: pytest.LogCaptureFixture) -> None:
    hide_from_logs([CANARY])
    try:
        raise ValueError(f"Illegal header value b'Bearer {CANARY}'")
    except ValueError:
        logging.getLogger("some.library").exception("it failed")
    assert "[hidden]" in caplog.text and "canary" not in caplog.text


def test_a_key_that_no_header_can_hold_is_not_repeated(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, session: Session, tmp_path: Path
) -> None:
    monkeypatch.setenv("COMMENTARY_CHAT_MODEL", "openai:x")
    monkeypatch.setenv("COMMENTARY_CHAT_API_KEY", f"{CANARY}\n\u2028")
    settings = read_settings()
    answer = session.ask("Why does China matter for sanctions?")
    try:
        final = list(Writer(open_chat_models(settings), Ledger(tmp_path / "ledger")).write(answer))[-1]
        assert final.quotes == answer.quotes
    except SettingsError as error:
        assert "canary" not in str(error)
    assert "canary" not in caplog.text
