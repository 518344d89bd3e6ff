"""All the ways to ask: command, mention, reply, direct message, thread, and a message that somebody points at."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Literal

import discord

from bot.conversation import Turn
from bot.discord_app.cards import Piece, plain_card
from bot.discord_app.delivery import Undelivered, insist
from bot.discord_app.desk import EXAMPLE, Request, Say
from bot.discord_app.interactions import LAST_WORDS, Interaction, reply_at_once, respond, words_of
from bot.discord_app.markdown import escaped, shortened
from bot.discord_app.places import ChannelPlace, Live, Spot
from bot.discord_app.words import Words, words_for
from bot.session import LONGEST_QUESTION

if TYPE_CHECKING:
    from bot.discord_app.client import CommentaryClient

log = logging.getLogger(__name__)

_MENTION = re.compile(r"<(?:@[!&]?|#)\d{1,20}>")
_ARCHIVE_AFTER: Literal[1440] = 1440  # minutes without a message
_THREAD_NAME = 90
_THREAD_EXISTS = 160004
_ORDINARY = (discord.MessageType.default, discord.MessageType.reply)


async def ask(interaction: Interaction, question: str, *, private: bool | None = None, thread: bool = False) -> None:
    """`/ask` and "Ask about this". `private` None: as the server's managers chose. Where answers may not be public, they are private."""
    desk, words = interaction.client.desk, words_of(interaction)
    settings = desk.guilds[interaction.guild_id]
    person, server = str(interaction.user.id), str(interaction.guild_id or "")
    refusal = desk.refusal(person, server, settings, words)
    if refusal:
        await reply_at_once(interaction, refusal)
        return
    allowed = settings.public_in(*_channels(interaction.channel))
    hidden = not allowed or (settings.private if private is None else private)
    request = Request(question, conversation_key(interaction.channel, person, private=hidden), person, server, hidden)
    note = "" if allowed else words("only_you")

    async def make(words: Words, say: Say) -> list[Piece]:
        return await desk.answer(request, words, say, heading=shortened(question, 300), note=note)

    shown = await respond(interaction, make, private=hidden)
    if thread and shown and not hidden and interaction.guild_id:
        await _thread_below(interaction, shown, request)


async def _thread_below(interaction: Interaction, message: int, request: Request) -> None:
    """A thread under the answer, which takes the conversation along; where there can be none, the answer stands alone."""
    client = interaction.client
    channel = client.get_partial_messageable(interaction.channel_id or 0, guild_id=interaction.guild_id)
    opened = await open_thread(channel.get_partial_message(message), request.question)
    if opened:
        await asyncio.to_thread(_move_last_turn, client, request, f"discord:thread:{opened}")


def _move_last_turn(client: CommentaryClient, request: Request, key: str) -> None:
    conversations = client.desk.conversations
    last: list[Turn] = list(conversations.load(request.key))[-1:]
    for turn in last:
        conversations.add(key, turn, person=request.person)


async def take_message(client: CommentaryClient, message: discord.Message) -> None:
    """Answer a message if it is for the bot and if answers may be public there."""
    guild = message.guild.id if message.guild else None
    settings = client.desk.guilds[guild]
    if message.type not in _ORDINARY or not _for_us(client, message) or not settings.public_in(*_channels(message.channel)):
        return
    words = words_for(settings.language, str(message.guild.preferred_locale) if message.guild else None)
    question = _MENTION.sub(" ", message.content).strip()
    person, server = str(message.author.id), str(guild or "")
    if not question:
        if client.desk.may_tell(person):
            await _say(client, message, _what_to_type(message, words))
        return
    refusal = client.desk.refusal(person, server, settings, words)
    if refusal:
        if client.desk.may_tell(person):
            await _say(client, message, refusal)
        return
    with client.desk.flight():
        await _answer_message(client, message, question, words)


async def _answer_message(client: CommentaryClient, message: discord.Message, question: str, words: Words) -> None:
    started = time.monotonic()
    guild = message.guild.id if message.guild else None
    spot = Spot(message.channel.id, guild, message.id)
    person, key = str(message.author.id), conversation_key(message.channel, str(message.author.id))
    if client.desk.guilds[guild].threads and isinstance(message.channel, discord.TextChannel):
        opened = await open_thread(message, question)
        if opened:
            spot, key = Spot(opened, guild), f"discord:thread:{opened}"
    typing = asyncio.create_task(_typing(client, spot))
    place = ChannelPlace(client.wire, spot, nonce=str(message.id))
    live = Live(place)
    try:
        pieces = await client.desk.answer(Request(question, key, person, str(guild or "")), words, live.say)
        await live.stop()
        await place.show(pieces)
    except Undelivered:
        client.desk.metrics.deliveries.labels("lost").inc()
    except asyncio.CancelledError:
        await _quietly(place.show(plain_card(words("interrupted")), patience=LAST_WORDS))
        raise
    else:
        client.desk.metrics.deliveries.labels("shown").inc()
        client.desk.metrics.answered.observe(time.monotonic() - started)
    finally:
        typing.cancel()


async def open_thread(message: discord.Message | discord.PartialMessage, name: str) -> int:
    """The id of a thread under `message`; 0 where none can be opened. Such a thread has the id of its message."""

    async def create() -> None:
        try:
            await message.create_thread(name=shortened(name, _THREAD_NAME), auto_archive_duration=_ARCHIVE_AFTER)
        except discord.HTTPException as error:
            if error.code != _THREAD_EXISTS:
                raise
        except (ValueError, TypeError):  # a direct message, or a channel that has no threads
            raise Undelivered from None

    try:
        await insist("A thread", create, patience=20.0)
    except Undelivered:
        return 0
    return message.id


def conversation_key(channel: Any, person: str, *, private: bool = False) -> str:
    """By thread, else by channel and person; what is private has a conversation of its own, even in a thread."""
    if isinstance(channel, discord.Thread) and not private:
        return f"discord:thread:{channel.id}"
    return f"discord:channel:{channel.id if channel else 0}:user:{person}" + (":private" if private else "")


def _channels(channel: Any) -> list[int]:
    return [found for found in (getattr(channel, "id", 0), getattr(channel, "parent_id", None)) if found]


def _for_us(client: CommentaryClient, message: discord.Message) -> bool:
    me = client.user
    if me is None or message.author.bot or message.webhook_id:
        return False
    if message.guild is None or any(user.id == me.id for user in message.mentions):
        return True
    replied = message.reference.resolved if message.reference else None
    if isinstance(replied, discord.Message):
        return replied.author.id == me.id
    return isinstance(message.channel, discord.Thread) and message.channel.owner_id == me.id and not message.mentions


def _what_to_type(message: discord.Message, words: Words) -> str:
    """A message without a word: an attachment, a bare mention, or one that Discord does not let the bot read."""
    if message.content or message.guild is None or message.attachments:
        return words("type_question", example=escaped(EXAMPLE))
    return words("cannot_read", command="`/ask`")


async def _say(client: CommentaryClient, message: discord.Message, text: str) -> None:
    spot = Spot(message.channel.id, message.guild.id if message.guild else None, message.id)
    await _quietly(ChannelPlace(client.wire, spot, nonce=str(message.id)).show(plain_card(text), patience=20.0))


async def _quietly(showing: Awaitable[int]) -> None:
    try:
        await showing
    except Undelivered:
        return  # it was logged; there is nobody to tell


async def _typing(client: CommentaryClient, spot: Spot) -> None:
    """ "... is typing", while it can be said; it matters to nobody if not."""
    try:
        await client.get_partial_messageable(spot.channel, guild_id=spot.guild).typing()
    except (discord.DiscordException, OSError, RuntimeError):
        log.debug("typing could not be shown")


def question_in(message: discord.Message) -> str:
    """The words of a message that somebody points at, cut to what may be asked."""
    return shortened(_MENTION.sub(" ", message.content), LONGEST_QUESTION)
