"""The gateway half of a Discord on this machine: identify, resume, replay, and six ways to lose the connection."""

from __future__ import annotations

import json
from typing import Any

import discord_payloads as payloads
from aiohttp import WSMsgType, web
from discord_payloads import APPLICATION, BOT, GUILD


class Session:
    """A gateway session: its events, so that a resume can replay them."""

    def __init__(self, identity: str) -> None:
        self.identity, self.events = identity, list[dict[str, Any]]()
        self.socket: web.WebSocketResponse | None = None


class Gateway:
    """`refuse_with` is the code that identifies are closed with, `resumable` whether sessions may be gone on with."""

    def __init__(self, token: str, flags: int, channels: dict[str, dict[str, Any]]) -> None:
        self.token, self.flags, self.channels = token, flags, channels
        self.sessions: dict[str, Session] = {}
        self.identifies = self.resumes = 0
        self.refuse_with = 0
        self.resumable = True
        self._port = 0

    @property
    def gateway(self) -> str:
        return f"ws://127.0.0.1:{self._port}/gateway"

    async def dispatch(self, name: str, data: dict[str, Any]) -> None:
        """To every session; one that is not connected gets it when it resumes."""
        for session in list(self.sessions.values()):
            await self._send(session, name, data)

    async def _send(self, session: Session, name: str, data: dict[str, Any]) -> None:
        event = {"op": 0, "t": name, "s": len(session.events) + 1, "d": data}
        session.events.append(event)
        if session.socket is not None and not session.socket.closed:
            try:
                await session.socket.send_json(event)
            except ConnectionError:
                session.socket = None

    async def _connected(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                await self._told(socket, json.loads(frame.data))
        return socket

    async def _told(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["op"] == 1:
            await socket.send_json({"op": 11, "d": None})
        elif frame["op"] == 2:
            await self._identify(socket, frame["d"])
        elif frame["op"] == 6:
            await self._resume(socket, frame["d"])

    async def _identify(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        self.identifies += 1
        if self.refuse_with or said["token"] != self.token:
            await socket.close(code=self.refuse_with or 4004)
            return
        session = Session(payloads.snowflake())
        session.socket = socket
        self.sessions = {session.identity: session}
        ready = {
            "v": 10,
            "user": payloads.user(BOT, bot=True),
            "guilds": [{"id": GUILD, "unavailable": True}],
            "session_id": session.identity,
            "resume_gateway_url": self.gateway,
            "shard": said.get("shard", [0, 1]),
            "application": {"id": APPLICATION, "flags": self.flags},
            "private_channels": [],
        }
        await self._send(session, "READY", ready)
        channels = [one for one in self.channels.values() if one["type"] == 0]
        threads = [one for one in self.channels.values() if one["type"] == 11]
        await self._send(session, "GUILD_CREATE", payloads.guild(channels, threads))

    async def _resume(self, socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
        session = self.sessions.get(said["session_id"])
        if session is None or not self.resumable:
            await socket.send_json({"op": 9, "d": False, "s": None, "t": None})
            return
        self.resumes += 1
        session.socket = socket
        for event in session.events[said["seq"] :]:
            await socket.send_json(event)
        await self._send(session, "RESUMED", {})

    async def drop(self, how: str) -> None:
        """Break the connection in one of six ways."""
        for session in self.sessions.values():
            socket, session.socket = session.socket, None
            if socket is None:
                continue
            if how == "reset" and socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()
            elif how == "reconnect":
                await socket.send_json({"op": 7, "d": None, "s": None, "t": None})
            elif how == "invalid session":
                await socket.send_json({"op": 9, "d": True, "s": None, "t": None})
            else:
                await socket.close(code=int(how))
