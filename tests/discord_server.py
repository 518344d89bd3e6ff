"""A Discord on this machine: HTTP API and gateway, spoken to by the real client. Faults are ordered; what it saw is kept."""

from __future__ import annotations

import asyncio
import fnmatch
import itertools
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import discord_payloads as payloads
from aiohttp import web
from discord_gateway import Gateway
from discord_payloads import ALICE, APPLICATION, BOT, GENERAL, GUILD, OTHER

EPHEMERAL = 64
Answered = web.StreamResponse


@dataclass
class Fault:
    """What happens to the next `times` requests that match: a status, "reset" or "hang"; `after` it was done, if so ordered."""

    method: str
    path: str
    outcome: int | str
    times: int = 1
    code: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: float = 0.05
    after: bool = False


@dataclass
class Asked:
    """An interaction that was sent, and all that came of it."""

    payload: dict[str, Any]
    sent: float
    acknowledged: float = 0.0
    private: bool = False
    callback: dict[str, Any] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    thinking: bool = False
    shown_at: float = 0.0

    @property
    def text(self) -> str:
        return "\n".join(message["content"] for message in self.messages)

    @property
    def buttons(self) -> dict[str, str]:
        """Label -> custom_id of the last message."""
        return buttons(self.messages[-1])


def buttons(message: dict[str, Any]) -> dict[str, str]:
    return {item["label"]: item["custom_id"] for row in message["components"] for item in row["components"]}


class DiscordServer(Gateway):
    """Use as `async with`. `url` is the HTTP API's, `gateway` the WebSocket's."""

    def __init__(self, *, token: str = "token", flags: int = 0) -> None:
        channels = (payloads.channel(GENERAL, "general"), payloads.channel(OTHER, "other"))
        super().__init__(token, flags, {one["id"]: one for one in channels})
        self.messages: dict[str, dict[str, dict[str, Any]]] = {}
        self.asked: dict[str, Asked] = {}
        self.requests: list[tuple[str, str, Any]] = []
        self.timed: list[tuple[str, str, Any, float]] = []
        self.faults: list[Fault] = []
        self.commands: list[dict[str, Any]] = []
        self._nonces: dict[tuple[str, str], dict[str, Any]] = {}
        self._runner: web.AppRunner | None = None
        self._hanging = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/api/v10"

    async def __aenter__(self) -> DiscordServer:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; after a stop, on the same port again."""
        self._hanging = asyncio.Event()
        application = web.Application(middlewares=[self._faulty])
        application.add_routes(self._routes())
        self._runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        self._hanging.set()
        for session in self.sessions.values():
            if session.socket is not None and session.socket._req is not None and session.socket._req.transport is not None:
                session.socket._req.transport.abort()
        if self._runner is not None:
            await self._runner.cleanup()

    # what people do

    async def slash(self, name: str, who: str = ALICE, where: str = GENERAL, **options: Any) -> Asked:
        more = {key: options.pop(key) for key in ("locale", "permissions") if key in options}
        kinds = {str: 3, int: 4, bool: 5}
        given = [{"name": key.replace("_", "-"), "type": kinds[type(value)], "value": value} for key, value in options.items()]
        channels: dict[str, Any] = {}
        data: dict[str, Any] = {"id": "1", "name": name, "type": 1, "options": given, "resolved": {"channels": channels}}
        for option in given:
            if option["name"] in ("allow", "disallow"):
                option["type"] = 7
                channels[option["value"]] = {**self.channels[option["value"]], "permissions": payloads.EVERYTHING}
        return await self._interact(2, data, who, where, **more)

    async def type_into(self, name: str, option: str, typed: str, who: str = ALICE, where: str = GENERAL) -> list[str]:
        """The choices that are offered while `typed` stands in the option."""
        given = [{"name": option, "type": 3, "value": typed, "focused": True}]
        asked = await self._interact(4, {"id": "1", "name": name, "type": 1, "options": given}, who, where)
        await self.until(lambda: bool(asked.callback))
        return [choice["value"] for choice in asked.callback["data"]["choices"]]

    async def point_at(self, message: dict[str, Any], who: str = ALICE, where: str = GENERAL) -> Asked:
        """The message command on a message."""
        resolved = {"messages": {message["id"]: message}}
        data = {"id": "2", "name": "Ask about this", "type": 3, "target_id": message["id"], "resolved": resolved}
        return await self._interact(2, data, who, where)

    async def press(self, custom_id: str, on: dict[str, Any], who: str = ALICE, **more: Any) -> Asked:
        return await self._interact(3, {"custom_id": custom_id, "component_type": 2}, who, on["channel_id"], message=on, **more)

    async def say(self, content: str, who: str = ALICE, where: str = GENERAL, *, reply_to: dict[str, Any] | None = None) -> dict[str, Any]:
        """A message; Discord hides its content from a bot that is not addressed."""
        place = self._where(where)
        in_guild = "guild_id" in place
        addressed = not in_guild or f"<@{BOT}>" in content or (reply_to is not None and reply_to["author"]["id"] == BOT) or self.flags
        message = payloads.message(place["id"], who, content if addressed else "")
        if f"<@{BOT}>" in content or (reply_to is not None and reply_to["author"]["id"] == BOT):
            message["mentions"] = [payloads.user(BOT, bot=True)]
        if in_guild:
            message |= {"guild_id": GUILD, "member": {k: v for k, v in payloads.member(who).items() if k not in ("user", "permissions")}}
        if reply_to is not None:
            message |= {
                "type": 19,
                "referenced_message": reply_to,
                "message_reference": {"message_id": reply_to["id"], "channel_id": reply_to["channel_id"]},
            }
        self.messages.setdefault(place["id"], {})[message["id"]] = message
        await self.dispatch("MESSAGE_CREATE", message)
        return message

    def said(self, where: str = GENERAL) -> list[dict[str, Any]]:
        """What the bot has written in a channel."""
        return [message for message in self.messages.get(where, {}).values() if message["author"]["id"] == BOT]

    async def answer_in(self, where: str, count: int = 1) -> dict[str, Any]:
        """The bot's message number `count` in a channel, once it is there."""
        await self.until(lambda: len(self.said(where)) >= count)
        return self.said(where)[count - 1]

    async def shown(self, asked: Asked, seconds: float = 20.0) -> Asked:
        """The interaction, once it has its answer."""
        await self.until(lambda: bool(asked.messages) and not asked.thinking, seconds)
        return asked

    async def until(self, true: Callable[[], bool], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"nothing after {seconds} s; last requests: {[request[:2] for request in self.requests[-8:]]}")
            await asyncio.sleep(0.01)

    async def _interact(self, kind: int, data: dict[str, Any], who: str, where: str, **more: Any) -> Asked:
        payload = payloads.interaction(kind, data, who, self._where(where), **more)
        asked = self.asked[payload["token"]] = Asked(payload, time.monotonic())
        await self.dispatch("INTERACTION_CREATE", payload)
        return asked

    def _where(self, where: str) -> dict[str, Any]:
        return self.channels.setdefault(where, payloads.direct(where.removeprefix("60")))

    # the HTTP API

    def _routes(self) -> list[web.RouteDef]:
        api = "/api/v10"
        messages, hook = api + "/channels/{channel}/messages", api + "/webhooks/{application}/{token}"
        return [
            web.get("/gateway", self._connected),
            web.get(api + "/gateway/bot", self._gateway_bot),
            web.get(api + "/users/@me", self._me),
            web.get(api + "/oauth2/applications/@me", self._application),
            web.put(api + "/applications/{application}/commands", self._register),
            web.post(api + "/interactions/{id}/{token}/callback", self._callback),
            web.post(hook, self._follow_up),
            web.patch(hook + "/messages/{message}", self._edit_hook),
            web.post(messages, self._create),
            web.patch(messages + "/{message}", self._edit),
            web.post(messages + "/{message}/threads", self._open_thread),
            web.post(api + "/channels/{channel}/typing", self._typing),
        ]

    @web.middleware
    async def _faulty(self, request: web.Request, handler: Callable[[web.Request], Awaitable[Answered]]) -> Answered:
        if request.path == "/gateway":
            return await handler(request)
        body = await request.json() if request.can_read_body else None
        path = request.path.removeprefix("/api/v10")
        self.requests.append((request.method, path, body))
        self.timed.append((request.method, path, body, time.monotonic()))
        if not path.startswith(("/webhooks/", "/interactions/")) and request.headers.get("Authorization") != f"Bot {self.token}":
            return _json({"message": "401: Unauthorized", "code": 0}, 401)
        fault = next((one for one in self.faults if one.times and one.method == request.method and fnmatch.fnmatch(path, one.path)), None)
        if fault is None:
            return await handler(request)
        fault.times -= 1
        if fault.after:
            await handler(request)
        return await self._fail(request, fault)

    async def _fail(self, request: web.Request, fault: Fault) -> Answered:
        if fault.outcome == "reset":
            assert request.transport is not None
            request.transport.abort()
        if isinstance(fault.outcome, str):
            await asyncio.wait_for(self._hanging.wait(), 300)
            return web.Response(status=500)
        body: dict[str, Any] = {"message": "a fault", "code": fault.code}
        if fault.outcome == 429:
            body |= {"retry_after": fault.retry_after, "global": "X-RateLimit-Global" in fault.headers}
            return _json(body, 429, {"Via": "1.1 google", "Retry-After": str(fault.retry_after), **fault.headers})
        return _json(body, fault.outcome, {"Via": "1.1 google", **fault.headers})

    async def _gateway_bot(self, request: web.Request) -> Answered:
        limits = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
        return _json({"url": self.gateway, "shards": 1, "session_start_limit": limits})

    async def _me(self, request: web.Request) -> Answered:
        return _json(payloads.user(BOT, bot=True))

    async def _application(self, request: web.Request) -> Answered:
        return _json(payloads.application(self.flags))

    async def _register(self, request: web.Request) -> Answered:
        self.commands = [{**one, "id": payloads.snowflake(), "application_id": APPLICATION, "version": "1"} for one in await request.json()]
        return _json([{"default_member_permissions": None, "nsfw": False, "description": "", **one} for one in self.commands])

    async def _callback(self, request: web.Request) -> Answered:
        asked, body = self.asked[request.match_info["token"]], await request.json()
        if asked.callback:
            return _json({"message": "already acknowledged", "code": 40060}, 400)
        if time.monotonic() - asked.sent > 3.0:
            return _json({"message": "Unknown interaction", "code": 10062}, 404)
        asked.acknowledged, asked.callback = time.monotonic(), body
        asked.private = bool(body.get("data", {}).get("flags", 0) & EPHEMERAL)
        asked.thinking = body["type"] == 5
        if body["type"] in (4, 5):
            asked.messages.append(self._message(asked.payload["channel_id"], body.get("data", {})))
        if body["type"] == 4:
            asked.shown_at = time.monotonic()
        resource = {"type": body["type"], **({"message": asked.messages[0]} if asked.messages else {})}
        interaction = {"id": asked.payload["id"], "type": asked.payload["type"]}
        return _json({"interaction": interaction, "resource": resource})

    async def _edit_hook(self, request: web.Request) -> Answered:
        asked = self.asked.get(request.match_info["token"])
        if asked is None or not asked.callback:
            return _json({"message": "Unknown Webhook", "code": 10015}, 404)
        _check(body := await request.json())
        asked.messages[0] |= _changed(body)
        asked.thinking, asked.shown_at = False, time.monotonic()
        self.messages.setdefault(asked.messages[0]["channel_id"], {})[asked.messages[0]["id"]] = asked.messages[0]
        return _json(asked.messages[0])

    async def _follow_up(self, request: web.Request) -> Answered:
        asked = self.asked[request.match_info["token"]]
        _check(body := await request.json())
        asked.messages.append(self._message(asked.payload["channel_id"], body))
        return _json(asked.messages[-1])

    async def _create(self, request: web.Request) -> Answered:
        where = request.match_info["channel"]
        if where not in self.channels:
            return _json({"message": "Unknown Channel", "code": 10003}, 404)
        _check(body := await request.json())
        nonce = (where, str(body.get("nonce", "")))
        if body.get("enforce_nonce") and nonce in self._nonces:
            return _json(self._nonces[nonce])
        message = self._message(where, body)
        if "message_reference" in body:
            message["message_reference"] = body["message_reference"]
        self._nonces[nonce] = self.messages.setdefault(where, {})[message["id"]] = message
        return _json(message)

    async def _edit(self, request: web.Request) -> Answered:
        message = self.messages[request.match_info["channel"]][request.match_info["message"]]
        _check(body := await request.json())
        message |= _changed(body)
        return _json(message)

    async def _open_thread(self, request: web.Request) -> Answered:
        parent, identity = request.match_info["channel"], request.match_info["message"]
        opened = payloads.thread(identity, parent, (await request.json())["name"])
        self.channels[identity] = opened
        await self.dispatch("THREAD_CREATE", {**opened, "newly_created": True})
        return _json(opened, 201)

    async def _typing(self, request: web.Request) -> Answered:
        return web.Response(status=204)

    def _message(self, where: str, body: dict[str, Any]) -> dict[str, Any]:
        return payloads.message(
            where,
            BOT,
            body.get("content", ""),
            components=_numbered(body.get("components", [])),
            flags=body.get("flags", 0),
            application_id=APPLICATION,
            webhook_id=APPLICATION,
        )


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """Content-Type is exactly application/json: with a charset discord.py takes the body for text."""
    return web.Response(body=json.dumps(data).encode(), status=status, headers={"Content-Type": "application/json", **(headers or {})})


def _changed(body: dict[str, Any]) -> dict[str, Any]:
    changed = {key: body[key] for key in ("content", "components") if key in body}
    return {**changed, "components": _numbered(changed["components"])} if "components" in changed else changed


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Components with the ids that Discord gives them."""
    number = itertools.count(1)
    return [{**row, "id": next(number), "components": [{**item, "id": next(number)} for item in row["components"]]} for row in rows]


def _check(body: dict[str, Any]) -> None:
    """Discord's own limits, and ours: nobody is ever pinged."""
    assert 0 < len(body.get("content", "x").encode("utf-16-le")) // 2 <= 2000, "content is empty or too long"
    assert body["allowed_mentions"].get("parse") == [] and not body["allowed_mentions"].get("replied_user"), "somebody would be pinged"
    rows = body.get("components", [])
    identities = [item["custom_id"] for row in rows for item in row["components"]]
    assert len(rows) <= 5 and all(1 <= len(row["components"]) <= 5 for row in rows), "too many components"
    assert len(set(identities)) == len(identities) and all(1 <= len(one) <= 100 for one in identities), "custom_id"
    assert not re.search(r"(?m)^>>>", body.get("content", "")), "a block quotation that never ends"
