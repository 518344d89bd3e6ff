"""Health and metrics over HTTP, on this machine only and off unless a port is set."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

from aiohttp import web

from bot.discord_app.desk import Desk
from bot.discord_app.metrics import CONTENT_TYPE
from bot.errors import SettingsError
from index import CommentaryError

HOST = "127.0.0.1"


class Health:
    """`/health`: 200 while Discord is connected and the index answers, else 503 and why. `/metrics`: Prometheus."""

    def __init__(self, port: int, desk: Desk, connected: Callable[[], bool]) -> None:
        self._port, self._desk, self._connected = port, desk, connected
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Health:
        if self._port:
            application = web.Application()
            application.add_routes([web.get("/health", self._health), web.get("/metrics", self._metrics)])
            self._runner = web.AppRunner(application, access_log=None)
            await self._runner.setup()
            try:
                await web.TCPSite(self._runner, HOST, self._port).start()
            except OSError as error:
                raise SettingsError(f"Port {self._port} is taken; set COMMENTARY_DISCORD_HEALTH_PORT to another, or to 0") from error
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _health(self, request: web.Request) -> web.Response:
        problems = [] if self._connected() else ["not connected to Discord"]
        try:
            await asyncio.to_thread(lambda: self._desk.session.index)
        except CommentaryError as error:
            problems.append(str(error))
        return web.json_response({"ok": not problems, "problems": problems}, status=503 if problems else 200)

    async def _metrics(self, request: web.Request) -> web.Response:
        return web.Response(body=self._desk.metrics.text(), headers={"Content-Type": CONTENT_TYPE})
