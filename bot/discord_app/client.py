"""The client that speaks to Discord: what comes in goes to the desk, what fails is said once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections import OrderedDict
from typing import Any

import discord

from bot.discord_app.asking import take_message
from bot.discord_app.buttons import pressed
from bot.discord_app.commands import SpokenNames, command_tree
from bot.discord_app.delivery import Undelivered, insist
from bot.discord_app.desk import Desk
from bot.discord_app.interactions import Interaction, reply_at_once, words_of
from bot.discord_app.marks import parse
from bot.discord_app.places import NOBODY, Press, Wire

log = logging.getLogger(__name__)

PERMISSIONS = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, create_public_threads=True, read_message_history=True
)
_SEEN = 4096  # events that are remembered, so that one replayed after a dropped connection is not answered twice


def intents(*, reads_content: bool) -> discord.Intents:
    """What the bot hears of: servers, and messages to it. What others write only where the operator switched that on."""
    wanted = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    wanted.message_content = reads_content
    return wanted


class CommentaryClient(discord.AutoShardedClient):
    """One connection's life. Keeps no messages and no members, so that memory does not grow with use."""

    def __init__(self, desk: Desk, *, wire: Wire | None = None, reads_content: bool = False, **options: Any) -> None:
        super().__init__(
            intents=intents(reads_content=reads_content),
            allowed_mentions=NOBODY,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            **options,
        )
        self.desk = desk
        self.wire = wire or Wire(self)
        self.tree = command_tree(self)
        self._seen: OrderedDict[int, None] = OrderedDict()

    async def setup_hook(self) -> None:
        """Runs once, after the login and before the connection: from here on messages can be sent."""
        self.wire.client = self
        self.add_dynamic_items(Press)
        await self.tree.set_translator(SpokenNames())
        await self._register_commands()

    async def _register_commands(self) -> None:
        """Tell Discord the commands if they are not those it was last told: it allows 200 changes a day."""
        translator = self.tree.translator
        assert translator is not None
        payload = [await command.get_translated_payload(self.tree, translator) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
        application = self.application_id or 0
        if self.desk.records.registered(application) != digest:
            await self.tree.sync()
            self.desk.records.register(application, digest)
            log.info("Registered %d commands", len(payload))

    async def on_message(self, message: discord.Message) -> None:
        if self.is_new(message.id):
            await take_message(self, message)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Presses of buttons that are not ours, or not on their message: forged or very old. discord.py would leave them hanging."""
        if interaction.type is discord.InteractionType.component:
            data: Any = interaction.data
            custom_id = str(data["custom_id"])
            if parse(custom_id) is None or not _carries(interaction.message, custom_id):
                await reply_at_once(interaction, words_of(interaction)("unknown_button"))

    async def pressed(self, interaction: Interaction, custom_id: str) -> None:
        """One of our buttons was pressed."""
        if parse(custom_id) is None:
            return  # on_interaction answers those
        try:
            await pressed(interaction, custom_id)
        except Exception as error:
            await self.stumbled(interaction, error)

    async def stumbled(self, interaction: Interaction, error: Exception) -> None:
        """The last resort: a bug goes to the log with its traceback, and somebody is told in one sentence."""
        log.error("An interaction failed", exc_info=error)
        text = words_of(interaction)("failed")
        self.desk.note(self.desk.records.end, interaction.token)
        if interaction.response.is_done():
            with contextlib.suppress(Undelivered):
                await insist("An apology", lambda: interaction.edit_original_response(content=text, view=None))
        else:
            await reply_at_once(interaction, text)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        self._check_permissions(guild)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._check_permissions(guild)

    def _check_permissions(self, guild: discord.Guild) -> None:
        missing = [name for name, wanted in PERMISSIONS if wanted and not getattr(guild.me.guild_permissions, name)] if guild.me else []
        if missing:
            link, names = invite(self.application_id or 0), ", ".join(missing)
            log.warning("In server %d the bot may not: %s. Open %s there, or give its role these rights", guild.id, names, link)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self.desk.note(self.desk.guilds.left, guild.id)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.exception("The event %s failed", event_method)

    def is_new(self, identity: int) -> bool:
        """Whether this event has not been seen yet; it has been now."""
        if identity in self._seen:
            return False
        self._seen[identity] = None
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        return True


def _carries(message: discord.Message | None, custom_id: str) -> bool:
    rows = message.components if message else []
    return any(getattr(item, "custom_id", None) == custom_id for row in rows for item in getattr(row, "children", ()))


def invite(application: int) -> str:
    """The link that adds the bot to a server with the permissions it needs, or to a person's own account."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=("bot", "applications.commands"))
