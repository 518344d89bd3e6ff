"""The bot under test: the real client in this process, or the very `commentary discord` process."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import discord
from discord_server import DiscordServer

from bot.discord_app.client import CommentaryClient
from bot.discord_app.desk import Desk
from bot.discord_app.supervisor import point_at
from bot.session import Session
from bot.settings import Settings


@asynccontextmanager
async def running_client(
    server: DiscordServer, session: Session, folder: Path, *, reads_content: bool = False, **settings: Any
) -> AsyncIterator[CommentaryClient]:
    """A client that is connected to `server` and answers from `session`; what it keeps goes to `folder`."""
    chosen = {"discord_per_minute": 10_000, "discord_server_per_minute": 100_000, **settings}
    desk = Desk(Settings(data_dir=folder, discord_api_url=server.url, discord_gateway_url=server.gateway, **chosen), session)
    point_at(desk.settings)
    client = CommentaryClient(desk, reads_content=reads_content, guild_ready_timeout=0.1)
    task = asyncio.create_task(client.start(server.token))
    ready = asyncio.create_task(client.wait_until_ready())
    await asyncio.wait((task, ready), return_when=asyncio.FIRST_COMPLETED, timeout=20)
    if task.done():
        task.result()
    try:
        yield client
    finally:
        await desk.drain(5.0)
        await client.close()
        await asyncio.gather(task, return_exceptions=True)
        desk.close()


class BotProcess:
    """`commentary discord` as people run it."""

    def __init__(self, server: DiscordServer, data: Path, **settings: str) -> None:
        self._environment = {
            **os.environ,
            "HF_HUB_OFFLINE": "1",
            "COMMENTARY_DATA_DIR": str(data),
            "COMMENTARY_DISCORD_TOKEN": server.token,
            "COMMENTARY_DISCORD_API_URL": server.url,
            "COMMENTARY_DISCORD_PER_MINUTE": "10000",
            "COMMENTARY_DISCORD_SERVER_PER_MINUTE": "100000",
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None
        self._log = asyncio.Future[str]()

    async def start(self) -> None:
        command = (sys.executable, "-c", "from bot.cli import main; main()", "discord")
        self._process = await asyncio.create_subprocess_exec(
            *command, env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        self._reading = asyncio.create_task(self._process.communicate())

    def send(self, signal: int) -> None:
        assert self._process is not None
        self._process.send_signal(signal)

    async def ended(self, seconds: float = 30.0) -> tuple[int, str]:
        """Exit code and everything that was printed."""
        output, _ = await asyncio.wait_for(asyncio.shield(self._reading), seconds)
        assert self._process is not None and self._process.returncode is not None
        return self._process.returncode, output.decode()


@asynccontextmanager
async def running_process(server: DiscordServer, data: Path, **settings: str) -> AsyncIterator[BotProcess]:
    """The process, connected; killed at the end if it still runs."""
    bot = BotProcess(server, data, **settings)
    await bot.start()
    try:
        yield bot
    finally:
        if bot._process is not None and bot._process.returncode is None:
            bot._process.kill()
        await bot.ended()


__all__ = ["BotProcess", "discord", "running_client", "running_process"]
