"""Where an answer is shown: in place of an interaction's "thinking", or as a message in a channel. Survives a new client."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import discord

from bot.discord_app.cards import Piece
from bot.discord_app.delivery import PATIENCE, Undelivered, insist
from bot.discord_app.marks import PREFIX, Mark, MoreMark

TOKEN_LASTS = 14 * 60.0  # seconds; Discord takes an interaction's answer for fifteen minutes
EDIT_EVERY = 1.5  # seconds; Discord publishes no limit for edits
NOBODY = discord.AllowedMentions.none()


class _Original(int):
    """Discord's name for the message that answers an interaction, where discord.py wants a number."""

    def __format__(self, spec: str) -> str:
        return "@original"


class Wire:
    """The client in use; another takes its place when the connection is lost for good."""

    def __init__(self, client: discord.Client) -> None:
        self.client = client


class Place(Protocol):
    """Takes the pieces of one answer. A second call replaces the first piece of the one before."""

    async def show(self, pieces: Sequence[Piece], *, patience: float = PATIENCE) -> int:
        """The id of the first message. Raises Undelivered."""
        ...


class HookPlace:
    """An acknowledged interaction: the first piece replaces its "thinking", the others follow."""

    def __init__(self, wire: Wire, application: int, token: str, *, private: bool = False) -> None:
        self._wire, self._application, self._token, self._private = wire, application, token, private

    async def show(self, pieces: Sequence[Piece], *, patience: float = TOKEN_LASTS) -> int:
        first, *others = pieces

        async def edit() -> discord.WebhookMessage:
            return await self._hook().edit_message(_Original(), content=first.text, view=as_view(first), allowed_mentions=NOBODY)

        async def follow(piece: Piece) -> None:
            await self._hook().send(
                piece.text, view=as_view(piece), ephemeral=self._private, suppress_embeds=True, allowed_mentions=NOBODY, wait=True
            )

        message = await insist("An answer", edit, patience=patience)
        for piece in others:
            await insist("A part of an answer", partial(follow, piece), patience=patience, repeatable=False)
        return message.id

    def _hook(self) -> discord.Webhook:
        return discord.Webhook.partial(self._application, self._token, client=self._wire.client)


@dataclass(frozen=True)
class Spot:
    """A channel or thread, and the message that is answered there (0: none is named)."""

    channel: int
    guild: int | None
    reply_to: int = 0


class ChannelPlace:
    """Messages in a channel. `nonce` tells one answer from another: Discord takes each of its pieces once, however often it is sent."""

    def __init__(self, wire: Wire, spot: Spot, *, nonce: str) -> None:
        self._wire, self._spot, self._nonce = wire, spot, nonce
        self._first = 0

    async def show(self, pieces: Sequence[Piece], *, patience: float = PATIENCE) -> int:
        for number, piece in enumerate(pieces):
            if number == 0 and self._first:
                await insist("An edit", partial(self._edit, piece), patience=patience)
                continue
            sent = await insist("An answer", partial(self._send, number, piece), patience=patience)
            self._first = self._first or sent.id
        return self._first

    async def _send(self, number: int, piece: Piece) -> discord.Message:
        return await self._channel().send(
            piece.text,
            view=as_view(piece),
            nonce=f"{self._nonce}-{number}",
            reference=self._reference() if number == 0 else None,  # type: ignore[arg-type]  # None is what leaves it out
            mention_author=False,
            suppress_embeds=True,
            allowed_mentions=NOBODY,
        )

    async def _edit(self, piece: Piece) -> None:
        await self._channel().get_partial_message(self._first).edit(content=piece.text, view=as_view(piece), allowed_mentions=NOBODY)

    def _reference(self) -> discord.MessageReference | None:
        if not self._spot.reply_to:
            return None
        return discord.MessageReference(
            message_id=self._spot.reply_to, channel_id=self._spot.channel, guild_id=self._spot.guild, fail_if_not_exists=False
        )

    def _channel(self) -> discord.PartialMessageable:
        return self._wire.client.get_partial_messageable(self._spot.channel, guild_id=self._spot.guild)


class Live:
    """An answer that is shown while it comes: its message changes at most every `EDIT_EVERY` seconds, and only when there is more."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._next: Piece | None = None
        self._showing: asyncio.Task[None] | None = None

    def say(self, piece: Piece) -> None:
        """Show this soon, unless something newer comes first."""
        self._next = piece
        if self._showing is None or self._showing.done():
            self._showing = asyncio.create_task(self._show())

    async def _show(self) -> None:
        while self._next is not None:
            piece, self._next = self._next, None
            with contextlib.suppress(Undelivered):  # the whole answer will tell
                await self._place.show([piece], patience=EDIT_EVERY)
            await asyncio.sleep(EDIT_EVERY)

    async def stop(self) -> None:
        """Show no more; what is on its way has arrived when this returns, so that nothing overtakes the whole answer."""
        self._next = None
        if self._showing is not None:
            await self._showing


class Press(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=PREFIX + r"(?s:.*)"):
    """Every button of ours; what it stands for is read from its custom_id alone. The client knows what to do with a press."""

    def __init__(self, button: discord.ui.Button[discord.ui.View]) -> None:
        super().__init__(button)

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], item: Any, match: Any, /) -> Press:
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.client.pressed(interaction, self.custom_id)


def as_view(piece: Piece) -> discord.ui.View:
    """The buttons under a piece; an empty view takes away those that are there."""
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(piece.rows):
        for button in row:
            view.add_item(
                Press(discord.ui.Button(label=button.label, custom_id=button.mark.custom_id, style=_style(button.mark), row=number))
            )
    return view


def _style(mark: Mark) -> discord.ButtonStyle:
    return discord.ButtonStyle.primary if isinstance(mark, MoreMark) else discord.ButtonStyle.secondary
