"""What the managers of each server chose. Read from memory, because an answer's privacy must be known before anything is awaited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from bot.discord_app.records import Records


@dataclass(frozen=True)
class GuildSettings:
    """`channels`: where answers are public (none: everywhere). `language` empty: each person's own. Rates of 0: the operator's."""

    channels: tuple[int, ...] = ()
    threads: bool = True
    private: bool = False
    per_minute: int = 0
    server_per_minute: int = 0
    language: str = ""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> GuildSettings:
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        return cls(**{**known, "channels": tuple(known.get("channels", ()))})

    def public_in(self, *channels: int) -> bool:
        """Whether answers are public in one of `channels`: a thread and the channel it belongs to."""
        return not self.channels or any(channel in self.channels for channel in channels)


class Guilds:
    """The settings of every server, kept in the records."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._known = {int(identity): GuildSettings.from_json(stored) for identity, stored in records.servers().items()}

    def __getitem__(self, guild: int | None) -> GuildSettings:
        return self._known.get(guild or 0, GuildSettings())

    def save(self, guild: int, settings: GuildSettings) -> bool:
        """Use `settings` from now on; whether they will outlive a restart. Writes to disk."""
        self._known[guild] = settings
        return self._records.configure(str(guild), asdict(settings))

    def left(self, guild: int) -> None:
        """Delete the settings of a server that the bot has left. Writes to disk."""
        self._known.pop(guild, None)
        self._records.forget_server(str(guild))
