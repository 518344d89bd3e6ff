"""Fixtures: the packaged commentary, really indexed once a run. Nothing here reaches beyond this machine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.session import Session
from bot.settings import Settings
from index import DEFAULT_MODEL, Builder, Document, IndexReader, default_corpus, load_documents

if TYPE_CHECKING:
    from discord_server import DiscordServer

    from bot.discord_app.client import CommentaryClient

QUICK = "measuring"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Only loopback may be spoken to (subprocesses inherit HF_HUB_OFFLINE)."""
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No COMMENTARY_ variable and no .env of the person who runs the tests changes them.

    The evidence model is `measuring`, which answers three times as fast; tests of the default one, `reading`, name it.
    """
    for name in list(os.environ):
        if name.startswith("COMMENTARY_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("COMMENTARY_EVIDENCE_MODEL", QUICK)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an index of the packaged commentary, built by the real models. Tests must not write to it."""
    folder = tmp_path_factory.mktemp("data")
    Builder(folder, DEFAULT_MODEL).build([])
    return folder


@pytest.fixture
def own_data(data: Path, tmp_path: Path) -> Path:
    """A copy of `data` that a test may damage or refresh."""
    import shutil

    return Path(shutil.copytree(data, tmp_path / "data", symlinks=True))


@pytest.fixture(scope="session")
def index(data: Path) -> IndexReader:
    return IndexReader.open(data)


@pytest.fixture(scope="session")
def commentary() -> Document:
    return load_documents([default_corpus()]).documents[0]


@pytest.fixture(scope="session")
def session(data: Path) -> Iterator[Session]:
    yield Session(Settings(data_dir=data, evidence_model=QUICK))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """A Discord on this machine, nobody on it yet."""
    from discord_server import DiscordServer

    async with DiscordServer() as running:
        yield running


@pytest_asyncio.fixture
async def client(server: DiscordServer, session: Session, tmp_path: Path) -> AsyncIterator[CommentaryClient]:
    """The bot, connected to `server`."""
    from discord_bot import running_client

    async with running_client(server, session, tmp_path / "kept") as connected:
        yield connected
