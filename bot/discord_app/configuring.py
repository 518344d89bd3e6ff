"""`/config`: what the managers of a server choose."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.discord_app.cards import Piece, plain_card
from bot.discord_app.desk import Desk, Say
from bot.discord_app.guilds import GuildSettings
from bot.discord_app.interactions import Interaction, reply_at_once, respond, words_of
from bot.discord_app.words import Words, languages, words_for

_MOST_CHANNELS = 50


async def configure(interaction: Interaction, changes: Mapping[str, Any], *, allow: int, disallow: int) -> None:
    """Make the changes, if the one who asks may manage the server, and show the settings as they are then."""
    desk, guild = interaction.client.desk, interaction.guild_id
    if guild is None or not interaction.permissions.manage_guild:
        await reply_at_once(interaction, words_of(interaction)("managers_only"))
        return
    before = desk.guilds[guild]
    channels = dict.fromkeys(channel for channel in (*before.channels, allow) if channel and channel != disallow)
    after = replace(before, **{**changes, "channels": tuple(channels)[-_MOST_CHANNELS:]})

    async def make(words: Words, _: Say) -> list[Piece]:
        saved = after == before or await asyncio.to_thread(desk.guilds.save, guild, after)
        spoken = words_for(after.language, str(interaction.locale))
        text = _described(desk, after, spoken)
        return plain_card(text if saved else f"{text}\n{spoken('not_saved')}")

    await respond(interaction, make, private=True)


def _described(desk: Desk, settings: GuildSettings, words: Words) -> str:
    channels = ", ".join(f"<#{channel}>" for channel in settings.channels) or words("all_channels")
    person = settings.per_minute or desk.settings.discord_per_minute
    server = settings.server_per_minute or desk.settings.discord_server_per_minute
    lines = (
        words("config_channels", channels=channels),
        words("config_threads", value=words("yes" if settings.threads else "no")),
        words("config_private", ask="`/ask`", value=words("yes" if settings.private else "no")),
        words("config_rate", person=person, server=server),
        words("config_language", value=languages()[settings.language] if settings.language else words("each_own")),
    )
    return words("config", lines="\n".join(f"- {line}" for line in lines))
