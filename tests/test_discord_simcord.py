"""The same bot on an independent simulation of Discord: its permissions, its rules of acknowledgement, its validation of bodies."""

from pathlib import Path
from typing import Any

import pytest

from bot.discord_app.client import CommentaryClient
from bot.discord_app.desk import Desk
from bot.session import Session
from bot.settings import Settings

WHY = "Why does China matter for sanctions?"
ANSWER = "> Economic sanctions on the North depend on China for enforcement."


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(Settings(data_dir=tmp_path), session)


@pytest.fixture
def simcord_bot(desk: Desk) -> CommentaryClient:
    return CommentaryClient(desk, shard_count=1)


@pytest.fixture
def channel(simcord_env: Any) -> Any:
    return simcord_env.create_guild().create_text_channel("general")


@pytest.fixture
def alice(simcord_env: Any, channel: Any) -> Any:
    return simcord_env.guild.add_member(simcord_env.create_user("alice"))


async def test_a_command_is_deferred_and_answered(alice: Any, channel: Any) -> None:
    result = await alice.slash(channel, "ask", question=WHY)
    assert result.acknowledged and not result.ephemeral and ANSWER in result.response.content


async def test_a_private_answer_is_ephemeral(alice: Any, channel: Any) -> None:
    assert (await alice.slash(channel, "ask", question=WHY, private=True)).ephemeral


async def test_a_mention_is_answered_in_a_thread(simcord_env: Any, alice: Any, channel: Any) -> None:
    await alice.send(channel, f"{simcord_env.bot.user.mention} {WHY}")
    (thread,) = simcord_env.bot.get_channel(channel.id).threads
    assert thread.name == WHY and thread.owner_id == simcord_env.bot.user.id


async def test_buttons_work_after_a_restart(simcord_env: Any, alice: Any, channel: Any, desk: Desk) -> None:
    result = await alice.slash(channel, "ask", question=WHY)
    await simcord_env.restart_bot(CommentaryClient(desk, shard_count=1))
    clicked = await alice.click(result.response.message, label="Context 1")
    assert clicked.ephemeral and "**Economic sanctions on the North" in clicked.response.content


async def test_a_refused_thread_leaves_the_answer_in_the_channel(simcord_env: Any, alice: Any, channel: Any) -> None:
    simcord_env.inject_error("POST", "/channels/*/messages/*/threads", status=403, code=50013)
    await alice.send(channel, f"{simcord_env.bot.user.mention} {WHY}")
    assert ANSWER in channel.last_message.content


async def test_only_managers_see_the_settings(simcord_env: Any, alice: Any, channel: Any) -> None:
    assert "config" not in alice.available_commands(channel) and "ask" in alice.available_commands(channel)
