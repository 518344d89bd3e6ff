"""What every interaction goes through: acknowledged before anything is read or written, and always answered in the end."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

import discord

from bot.discord_app.cards import Piece, plain_card
from bot.discord_app.delivery import Undelivered, insist
from bot.discord_app.desk import Say
from bot.discord_app.places import NOBODY, HookPlace, Live
from bot.discord_app.records import Unfinished
from bot.discord_app.words import Words, words_for

if TYPE_CHECKING:
    from bot.discord_app.client import CommentaryClient

    Interaction: TypeAlias = discord.Interaction[CommentaryClient]
else:
    Interaction = discord.Interaction

log = logging.getLogger(__name__)
Make = Callable[[Words, Say], Awaitable[list[Piece]]]

ACKNOWLEDGE = 2.8  # seconds; Discord waits three
_ALREADY_ACKNOWLEDGED = 40060
LAST_WORDS = 1.5  # seconds for an apology when the process ends


def words_of(interaction: Interaction) -> Words:
    """The server's language if one was chosen, else the person's own."""
    return words_for(interaction.client.desk.guilds[interaction.guild_id].language, str(interaction.locale))


async def reply_at_once(interaction: Interaction, text: str) -> None:
    """Our own words as the first response, seen by one person only."""

    async def send() -> None:
        await interaction.response.send_message(text, ephemeral=True, allowed_mentions=NOBODY)

    await _respond(interaction, send)


async def respond(interaction: Interaction, make: Make, *, private: bool) -> int:
    """Acknowledge, make the pieces, show them; the id of the first message, 0 if it could not be shown."""
    client, words = interaction.client, words_of(interaction)
    started = time.monotonic()
    with client.desk.flight():
        if not await _respond(interaction, lambda: _defer(interaction, private)):
            return 0
        client.desk.metrics.acknowledged.observe(time.monotonic() - started)
        client.desk.note(client.desk.records.begin, Unfinished(interaction.token, interaction.application_id, words.language))
        place = HookPlace(client.wire, interaction.application_id, interaction.token, private=private)
        live = Live(place)
        try:
            pieces = await make(words, live.say)
            await live.stop()
            shown = await place.show(pieces)
        except Undelivered:
            client.desk.metrics.deliveries.labels("lost").inc()
            return 0
        except asyncio.CancelledError:
            if await _last_words(place, words):
                client.desk.note(client.desk.records.end, interaction.token)
            raise
        client.desk.metrics.deliveries.labels("shown").inc()
        client.desk.metrics.answered.observe(time.monotonic() - started)
        client.desk.note(client.desk.records.end, interaction.token)
        return shown


async def _defer(interaction: Interaction, private: bool) -> None:
    await interaction.response.defer(ephemeral=private, thinking=True)


async def _respond(interaction: Interaction, call: Callable[[], Awaitable[None]]) -> bool:
    """Whether the interaction can be answered now. After a try that may have arrived it is assumed: the answer itself will tell."""
    try:
        await insist("An acknowledgement", call, patience=ACKNOWLEDGE)
    except Undelivered as error:
        cause = error.__cause__
        return not isinstance(cause, discord.HTTPException) or cause.code == _ALREADY_ACKNOWLEDGED or cause.status >= 500
    return True


async def _last_words(place: HookPlace, words: Words) -> bool:
    """Whether there was time for an apology."""
    try:
        await place.show(plain_card(words("interrupted")), patience=LAST_WORDS)
    except (Undelivered, asyncio.CancelledError):
        log.warning("An interrupted question was left without a word; the next start will close it")
        return False
    return True
