"""What Discord sends: the fewest fields that its own description asks for and the real client reads."""

from __future__ import annotations

import itertools
import time
from typing import Any

EPOCH = 1420070400000
BOT, APPLICATION, GUILD, GENERAL, OTHER, OWNER = "9001", "9001", "7001", "7101", "7102", "8001"
ALICE, BOB = "8101000000000001", "8101000000000002"
_counter = itertools.count()
EVERYTHING = str((1 << 50) - 1)


def snowflake() -> str:
    """A new id that says when it was made, as Discord's do."""
    return str((int(time.time() * 1000) - EPOCH) << 22 | next(_counter) & 0x3FFFFF)


def user(identity: str, *, bot: bool = False) -> dict[str, Any]:
    return {
        "id": identity,
        "username": f"user{identity}",
        "discriminator": "0",
        "global_name": f"User {identity}",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def member(identity: str, *, bot: bool = False, permissions: str = EVERYTHING) -> dict[str, Any]:
    return {
        "user": user(identity, bot=bot),
        "roles": [],
        "joined_at": "2024-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": permissions,
    }


def application(flags: int = 0) -> dict[str, Any]:
    return {
        "id": APPLICATION,
        "name": "Commentary",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00",
        "owner": user(OWNER),
        "team": None,
        "flags": flags,
        "summary": "",
    }


def channel(identity: str, name: str, kind: int = 0, **more: Any) -> dict[str, Any]:
    return {"id": identity, "type": kind, "name": name, "position": 0, "permission_overwrites": [], "guild_id": GUILD, **more}


def direct(person: str) -> dict[str, Any]:
    return {"id": f"60{person}", "type": 1, "recipients": [user(person)], "last_message_id": None, "flags": 0}


def thread(identity: str, parent: str, name: str, owner: str = BOT, **metadata: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "type": 11,
        "guild_id": GUILD,
        "parent_id": parent,
        "owner_id": owner,
        "name": name,
        "flags": 0,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": "2024-01-01T00:00:00+00:00",
            "auto_archive_duration": 1440,
            "locked": False,
            **metadata,
        },
        "member": {"id": identity, "user_id": BOT, "join_timestamp": "2024-01-01T00:00:00+00:00", "flags": 0},
    }


def guild(channels: list[dict[str, Any]], threads: list[dict[str, Any]]) -> dict[str, Any]:
    role = {
        "id": GUILD,
        "name": "@everyone",
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": EVERYTHING,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    return {
        "id": GUILD,
        "name": "A server",
        "owner_id": OWNER,
        "roles": [role],
        "emojis": [],
        "stickers": [],
        "features": [],
        "channels": channels,
        "threads": threads,
        "members": [member(BOT, bot=True)],
        "member_count": 3,
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "joined_at": "2024-01-01T00:00:00+00:00",
        "large": False,
        "unavailable": False,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "nsfw": False,
        "premium_tier": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": "en-US",
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "afk_channel_id": None,
        "system_channel_id": None,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "region": "deprecated",
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "application_id": None,
        "vanity_url_code": None,
        "max_members": 500000,
        "max_presences": None,
        "incidents_data": None,
    }


def message(channel_id: str, author: str, content: str, **more: Any) -> dict[str, Any]:
    return {
        "id": snowflake(),
        "channel_id": channel_id,
        "type": 0,
        "content": content,
        "author": user(author, bot=author == BOT),
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "attachments": [],
        "embeds": [],
        "components": [],
        "timestamp": "2024-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "flags": 0,
        "pinned": False,
        "tts": False,
        **more,
    }


def interaction(kind: int, data: dict[str, Any], who: str, where: dict[str, Any], **more: Any) -> dict[str, Any]:
    in_guild = "guild_id" in where
    identity = snowflake()
    place = {"guild_id": GUILD, "member": member(who, permissions=more.pop("permissions", EVERYTHING))} if in_guild else {"user": user(who)}
    return {
        "id": identity,
        "application_id": APPLICATION,
        "type": kind,
        "token": f"aW50ZXJhY3Rpb24{identity}",
        "version": 1,
        "channel_id": where["id"],
        "channel": {**where, "permissions": EVERYTHING},
        "app_permissions": EVERYTHING,
        "locale": more.pop("locale", "en-US"),
        "entitlements": [],
        "authorizing_integration_owners": {"0": GUILD} if in_guild else {"1": who},
        "context": 0 if in_guild else 1,
        "attachment_size_limit": 10485760,
        "data": data,
        **place,
        **more,
    }
