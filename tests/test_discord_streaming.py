"""A chat model's answer is shown while it comes: verified sentences only, seldom edited, whole in the end."""

import itertools
from pathlib import Path

from chat_server import ChatServer, Script, reply_of, running
from discord_bot import running_client
from discord_payloads import BOT, GENERAL, GUILD
from discord_server import DiscordServer

from bot.discord_app.guilds import GuildSettings
from bot.session import Session
from bot.settings import Settings

WHY = "Why does China matter for sanctions?"
ENFORCED = "Economic sanctions on the North depend on China for enforcement."
SENTENCES = [(f"Economic sanctions depend{' very much' * number} on China.", [(1, ENFORCED)]) for number in range(8)]


def chatting(chat: ChatServer, data: Path) -> Session:
    chat.script = Script(says=reply_of(*SENTENCES), between=0.05)
    return Session(Settings(data_dir=data, chat_model="openai:m", chat_base_url=chat.url, chat_api_key="k"))


async def test_sentences_appear_as_they_are_verified_and_the_whole_answer_takes_their_place(server: DiscordServer, own_data: Path) -> None:
    with running() as chat:
        async with running_client(server, chatting(chat, own_data), own_data):
            asked = await server.slash("ask", question=WHY)
            await server.until(lambda: "Confidence" in asked.text)
    edits = [(when, body["content"]) for method, path, body, when in server.timed if method == "PATCH" and path.endswith("@original")]
    assert len(edits) >= 3 and edits[0][1].endswith("…") and "Confidence" not in edits[0][1]
    assert all(later[0] - earlier[0] >= 1.4 for earlier, later in itertools.pairwise(edits))
    assert all(len(later[1]) != len(earlier[1]) for earlier, later in itertools.pairwise(edits))
    assert "depend very much very much on China" in asked.text and "> Economic sanctions on the North depend on China" in asked.text


async def test_in_a_channel_the_message_is_edited_and_not_followed_by_another(server: DiscordServer, own_data: Path) -> None:
    with running() as chat:
        async with running_client(server, chatting(chat, own_data), own_data) as client:
            client.desk.guilds.save(int(GUILD), GuildSettings(threads=False))
            await server.say(f"<@{BOT}> {WHY}")
            await server.until(lambda: any("Confidence" in message["content"] for message in server.said(GENERAL)))
            assert len(server.said(GENERAL)) == 1 and server.said(GENERAL)[0]["components"]
