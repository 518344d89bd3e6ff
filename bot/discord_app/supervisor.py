"""`commentary discord`: check, connect, stay connected, and leave nobody waiting at the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass

import aiohttp
import discord
import yarl

from bot.discord_app import PORTAL, token_of
from bot.discord_app.cards import plain_card
from bot.discord_app.client import CommentaryClient, intents, invite
from bot.discord_app.delivery import Undelivered
from bot.discord_app.desk import Desk
from bot.discord_app.health import Health
from bot.discord_app.places import HookPlace, Wire
from bot.discord_app.records import Unfinished
from bot.discord_app.words import words_for
from bot.errors import SettingsError
from bot.session import Session
from bot.settings import Settings

log = logging.getLogger(__name__)

DRAIN = 7.0  # seconds for answers in flight; with apologies and goodbyes the process is gone within ten
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0  # between attempts to connect: back within 30 seconds of Discord's return
_LONGEST_AFTER_READY = 120.0  # each connection that comes about uses up one of a day's thousand
_LOST_AFTER = 12.0  # seconds without a connection after which a fresh client is quicker than discord.py's own growing pauses
_LOOK_EVERY = 2.0
_LAG_EVERY = 0.1
_BAD_TOKEN = (4004,)
_UNREACHABLE = (OSError, aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, TimeoutError)


@dataclass(frozen=True)
class Identity:
    """Who the token belongs to, and whether the operator switched on that the bot may read messages."""

    application: int
    name: str
    reads_content: bool


def point_at(settings: Settings) -> None:
    """Speak to another server than Discord's, if the settings name one; they accept only this machine."""
    if settings.discord_api_url:
        discord.http.Route.BASE = settings.discord_api_url.rstrip("/")
    if settings.discord_gateway_url:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)


async def identify(settings: Settings) -> Identity:
    """Log in once and ask who we are. Raises SettingsError for a token that Discord refuses, and _UNREACHABLE."""
    async with discord.Client(intents=intents(reads_content=False)) as client:
        try:
            await client.login(token_of(settings))
        except discord.LoginFailure as error:
            raise _refused_token() from error
        application = client.application
        assert application is not None
        flags = application.flags
        return Identity(application.id, application.name, flags.gateway_message_content or flags.gateway_message_content_limited)


async def describe(settings: Settings) -> str:
    """Who the token belongs to, what it may read and how to invite it. Raises SettingsError."""
    try:
        identity = await identify(settings)
    except _UNREACHABLE as error:
        raise SettingsError(f"cannot be reached ({type(error).__name__}); check the network, then type: commentary doctor") from error
    follows = "reads its own threads" if identity.reads_content else "reads only what mentions it or replies to it"
    return f"logged in as {identity.name}, {follows}; invite it with {invite(identity.application)}"


def _refused_token() -> SettingsError:
    return SettingsError(f"Discord refuses COMMENTARY_DISCORD_TOKEN. At {PORTAL} (your bot, Bot) reset the token and write it into .env")


class Supervisor:
    """Keeps a client connected until it is told to stop."""

    def __init__(self, settings: Settings, session: Session) -> None:
        self._settings = settings
        self._desk = Desk(settings, session)
        self._wire: Wire | None = None
        self._stop = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until SIGTERM or Ctrl-C. Raises SettingsError for what only the operator can mend."""
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, self._stop.set)
        left_behind = await asyncio.to_thread(self._desk.records.unfinished)
        self._desk.metrics.watch("connected", "Whether every shard is connected", lambda: float(self._connected()))
        async with Health(self._settings.discord_health_port, self._desk, self._connected):
            self._spawn(self._measure_lag())
            try:
                identity = await self._identified()
                if identity is not None:
                    log.info("Logged in as %s. To add it to a server, open %s", identity.name, invite(identity.application))
                    await self._keep_connected(identity, left_behind)
            finally:
                await self._leave()

    async def _identified(self) -> Identity | None:
        """Who we are; None if told to stop before Discord could be reached."""
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            try:
                return await identify(self._settings)
            except _UNREACHABLE as error:
                log.warning("Discord cannot be reached (%s); trying again in %.0f s", type(error).__name__, pause)
            pause = await self._rest(pause)
        return None

    async def _keep_connected(self, identity: Identity, left_behind: Sequence[Unfinished]) -> None:
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            started = time.monotonic()
            client = self._fresh_client(identity)
            if left_behind:
                self._spawn(self._close_left_behind(client, left_behind))
                left_behind = ()
            error = await self._connection(client)
            if self._stop.is_set():
                return
            if error is not None:
                _raise_if_hopeless(error)
            reason = type(error).__name__ if error else "silent"
            expected = error is None or isinstance(error, (*_UNREACHABLE, discord.DiscordException))
            log.warning("The connection to Discord was lost (%s); connecting anew", reason, exc_info=None if expected else error)
            pause = _FIRST_PAUSE if time.monotonic() - started > 60 else pause
            pause = await self._rest(pause, longest=_LONGEST_AFTER_READY if client.is_ready() else _LONGEST_PAUSE)

    def _fresh_client(self, identity: Identity) -> CommentaryClient:
        one_shard = {"shard_count": 1} if self._settings.discord_gateway_url else {}
        client = CommentaryClient(self._desk, wire=self._wire, reads_content=identity.reads_content, **one_shard)
        self._wire = client.wire
        self._desk.metrics.connects.inc()
        return client

    async def _connection(self, client: CommentaryClient) -> BaseException | None:
        """What ended the connection; None if it was given up, or if the process is to stop."""
        running = asyncio.create_task(client.start(token_of(self._settings)))
        watching = asyncio.create_task(self._until_lost(client))
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait((running, watching, stopping), return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
        if self._stop.is_set():
            await self._desk.drain(DRAIN)
        stopping.cancel()
        error = running.exception() if running.done() and not running.cancelled() else None
        with contextlib.suppress(TimeoutError, *_UNREACHABLE):
            async with asyncio.timeout(1.0):
                await client.close()
        running.cancel()
        await asyncio.wait((running,), timeout=0.5)
        return error

    async def _until_lost(self, client: CommentaryClient) -> None:
        """Returns when a shard has had no connection, and no further one got one, for too long."""
        well, most = time.monotonic(), 0
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            connected = sum(not shard.is_closed() for shard in client.shards.values())
            if _whole(client) or connected > most:
                well, most = time.monotonic(), max(most, connected)
            if time.monotonic() - well > _LOST_AFTER:
                return

    def _connected(self) -> bool:
        return self._wire is not None and _whole(self._wire.client)

    async def _close_left_behind(self, client: CommentaryClient, left_behind: Sequence[Unfinished]) -> None:
        """Questions that an earlier process acknowledged and never answered must not stay "thinking"."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(60):
                while client.application_id is None:  # logging in
                    await asyncio.sleep(0.05)
        await asyncio.gather(*(self._apologise(client, one) for one in left_behind))
        log.info("Closed %d questions that an earlier run had left open", len(left_behind))

    async def _apologise(self, client: CommentaryClient, one: Unfinished) -> None:
        place = HookPlace(client.wire, one.application, one.token)
        with contextlib.suppress(Undelivered):
            await place.show(plain_card(words_for(one.language)("interrupted")))
        self._desk.note(self._desk.records.end, one.token)

    async def _measure_lag(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(_LAG_EVERY)
            self._desk.metrics.lag.observe(max(0.0, time.monotonic() - before - _LAG_EVERY))

    async def _rest(self, pause: float, *, longest: float = _LONGEST_PAUSE) -> float:
        """Wait, unless told to stop; the next pause."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._stop.wait()
        return min(longest, 2 * pause)

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _leave(self) -> None:
        for task in self._background:
            task.cancel()
        self._desk.close()


def _whole(client: discord.Client) -> bool:
    shards = client.shards if isinstance(client, discord.AutoShardedClient) else {}
    return len(shards) == (client.shard_count or 1) and not any(shard.is_closed() for shard in shards.values())


def _raise_if_hopeless(error: BaseException) -> None:
    """What no further attempt can mend is said at once."""
    if isinstance(error, discord.LoginFailure):
        raise _refused_token() from error
    if isinstance(error, discord.PrivilegedIntentsRequired):
        raise SettingsError(
            f"Discord refuses the intents. At {PORTAL} (your bot, Bot) save Message Content Intent anew, on or off"
        ) from error
    if isinstance(error, discord.ConnectionClosed) and error.code in _BAD_TOKEN:
        raise _refused_token() from error
    if isinstance(error, discord.ConnectionClosed) and error.code in (4010, 4011, 4012, 4013, 4014):
        raise SettingsError(f"Discord refuses the connection for good (code {error.code}); update the program") from error
