"""The Discord face: the same answers, asked and shown in a chat. The only place that imports discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.session import Session
    from bot.settings import Settings

PORTAL = "https://discord.com/developers/applications"


def token_of(settings: Settings) -> str:
    """The bot's token. Raises SettingsError if there is none."""
    if settings.discord_token is None:
        raise SettingsError(
            f"There is no Discord token. Make a bot at {PORTAL}, copy its token, and write COMMENTARY_DISCORD_TOKEN=... into .env"
        )
    return settings.discord_token.get_secret_value().strip()


def run(settings: Settings, session: Session) -> None:
    """Run the bot until SIGTERM or Ctrl-C. Raises SettingsError for what only the operator can mend."""
    import asyncio

    from bot.discord_app.logs import log_as_json
    from bot.discord_app.supervisor import Supervisor, point_at

    log_as_json()
    point_at(settings)

    async def serve() -> None:
        await Supervisor(settings, session).run()

    asyncio.run(serve())


def check_token(settings: Settings) -> str:
    """Who the token belongs to and how to invite it. Raises SettingsError if Discord refuses it or cannot be reached."""
    import asyncio

    from bot.discord_app.supervisor import describe, point_at

    point_at(settings)
    return asyncio.run(describe(settings))


def export_unhelpful(settings: Settings, path: Path) -> int:
    """Write the public answers that abstained or did not help to `path`, a JSON line each: how many. Raises SettingsError."""
    from bot.discord_app.records import FILE, Records
    from bot.render import as_line

    records = Records(settings.data_dir / FILE, keep_days=settings.keep_days)
    try:
        lines = [as_line(answer) for answer in records.harvest()]
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}); name another file") from error
    finally:
        records.close()
    return len(lines)
