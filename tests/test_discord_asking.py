"""All the ways to ask, spoken by the real client to a Discord on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from discord_bot import running_client
from discord_server import DiscordServer

from bot.session import Session

WHY = "Why does China matter for sanctions?"
ANSWER = "> Economic sanctions on the North depend on China for enforcement."


@pytest_asyncio.fixture
async def discord_server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest_asyncio.fixture
async def server(discord_server: DiscordServer, session: Session, tmp_path: Path) -> AsyncIterator[DiscordServer]:
    """A Discord with the bot on it."""
    async with running_client(discord_server, session, tmp_path):
        yield discord_server


async def test_a_command_is_acknowledged_and_answered_with_quotes_and_places(server: DiscordServer) -> None:
    asked = await server.shown(await server.slash("ask", question=WHY))
    assert asked.callback["type"] == 5 and not asked.private
    assert asked.text.splitlines()[:3] == [f"**{WHY}**", ANSWER, "-# 1 · China, paragraph 14"]
    assert list(asked.buttons) == ["Context 1", "Context 2", "More", "Sources", "Helpful", "Not helpful"]
