"""The very `commentary discord` process: starting, losing the connection, being stopped and killed."""

import asyncio
import contextlib
import json
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from discord_bot import BotProcess, running_process
from discord_payloads import BOT
from discord_server import DiscordServer, Fault

from index import DEFAULT_MODEL, Builder

WHY = "Why does China matter for sanctions?"
ANSWER = "> Economic sanctions on the North depend on China for enforcement."
START = 60.0  # seconds; a process imports much, and machines are slow


async def connected(server: DiscordServer, seconds: float = START) -> None:
    await server.until(lambda: any(one.socket is not None and not one.socket.closed for one in server.sessions.values()), seconds)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def listening(port: int) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")


async def fetched(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


async def test_it_starts_says_how_to_invite_it_answers_and_is_watched(server: DiscordServer, own_data: Path) -> None:
    port = free_port()
    async with running_process(server, own_data, COMMENTARY_DISCORD_HEALTH_PORT=str(port)) as bot:
        await connected(server)
        asked = await server.shown(await server.slash("ask", question=WHY))
        assert ANSWER in asked.text
        assert await fetched(port, "/health") == (200, '{"ok": true, "problems": []}')
        _, metrics = await fetched(port, "/metrics")
        assert 'commentary_discord_questions_total{outcome="answered"} 1.0' in metrics and "commentary_discord_connected 1.0" in metrics
        bot.send(signal.SIGTERM)
        code, output = await bot.ended()
    lines = [json.loads(line) for line in output.splitlines()]
    assert code == 0 and all(line["level"] == "info" for line in lines)
    assert any("client_id=9001&scope=bot+applications.commands&permissions=" in line["message"] for line in lines)
    assert server.token not in output and WHY not in output


async def test_a_new_index_is_answered_from_without_a_restart(server: DiscordServer, own_data: Path, tmp_path: Path) -> None:
    note = tmp_path / "notes" / "note.txt"
    note.parent.mkdir()
    note.write_text("The lighthouse keeper is called Marta Quill. She has kept the light for forty years.\n")
    async with running_process(server, own_data, COMMENTARY_CORPUS=str(note.parent)):
        await connected(server)
        question = "What is the lighthouse keeper called?"
        assert "Marta" in (await server.shown(await server.slash("ask", question=question))).text
        note.write_text("The lighthouse keeper is called Otto Brandt. He has kept the light for ten years.\n")
        await asyncio.to_thread(Builder(own_data, DEFAULT_MODEL).build, [str(note.parent.resolve())])
        assert "Otto" in (await server.shown(await server.slash("ask", question=question), 5.0)).text


async def test_sigterm_with_twenty_in_flight_leaves_nobody_thinking(server: DiscordServer, own_data: Path) -> None:
    async with running_process(server, own_data) as bot:
        await connected(server)
        asked = [await server.slash("ask", str(8200 + number), question=WHY) for number in range(20)]
        await server.until(lambda: any(one.callback for one in asked))
        started = time.monotonic()
        bot.send(signal.SIGTERM)
        code, _ = await bot.ended()
        assert code == 0 and time.monotonic() - started < 10
    assert [one.thinking for one in asked if one.callback] == [False] * len([one for one in asked if one.callback])
    assert all(ANSWER in one.text or "interrupted" in one.text or "restarted" in one.text for one in asked if one.callback)


async def test_after_a_kill_the_next_start_closes_what_was_left_thinking(server: DiscordServer, own_data: Path) -> None:
    server.faults.append(Fault("PATCH", "/webhooks/*", "hang", times=20))
    async with running_process(server, own_data) as bot:
        await connected(server)
        asked = [await server.slash("ask", str(8200 + number), question=WHY) for number in range(20)]
        await server.until(lambda: all(one.thinking for one in asked))
        await asyncio.sleep(1.0)
        bot.send(signal.SIGKILL)
        await bot.ended()
    server.faults.clear()
    async with running_process(server, own_data):
        await server.until(lambda: sum(one.thinking for one in asked) <= 1, START)
        assert sum("I was interrupted before I could answer" in one.text for one in asked) >= 19


async def test_it_waits_for_a_discord_that_is_not_there_yet(server: DiscordServer, own_data: Path) -> None:
    await server.stop()
    port = free_port()
    async with running_process(server, own_data, COMMENTARY_DISCORD_HEALTH_PORT=str(port)) as bot:
        await listening(port)
        assert await fetched(port, "/health") == (503, '{"ok": false, "problems": ["not connected to Discord"]}')
        await asyncio.sleep(1)
        await server.start()
        await connected(server, 30)
        assert ANSWER in (await server.shown(await server.slash("ask", question=WHY))).text
        bot.send(signal.SIGTERM)
        code, output = await bot.ended()
    assert code == 0 and "Discord cannot be reached" in output and "Traceback" not in output


async def test_doctor_asks_discord_who_the_token_belongs_to(server: DiscordServer, own_data: Path) -> None:
    bot = BotProcess(server, own_data)
    await bot.start("doctor")
    code, output = await bot.ended(START)
    assert code == 0 and "ok       Discord: logged in as Commentary, reads only what mentions it or replies to it" in output


Refuse = Callable[[DiscordServer], object]
HOPELESS: dict[str, tuple[Refuse, str]] = {
    "bad token": (lambda server: setattr(server, "token", "another"), "Discord refuses COMMENTARY_DISCORD_TOKEN"),
    "token refused by the gateway": (lambda server: setattr(server, "refuse_with", 4004), "Discord refuses COMMENTARY_DISCORD_TOKEN"),
    "intent refused": (lambda server: setattr(server, "refuse_with", 4014), "Discord refuses the intents"),
}


@pytest.mark.parametrize(("refuse", "line"), HOPELESS.values(), ids=HOPELESS)
async def test_what_only_the_operator_can_mend_ends_it_after_one_attempt(
    server: DiscordServer, own_data: Path, refuse: Refuse, line: str
) -> None:
    bot = BotProcess(server, own_data)
    refuse(server)
    await bot.start()
    code, output = await bot.ended(START)
    assert code == 2 and output.splitlines()[-1].startswith(f"commentary: {line}") and "Traceback" not in output
    assert server.identifies <= 1 and sum(path == "/users/@me" for _, path, _ in server.requests) <= 2


SETTINGS: dict[str, tuple[dict[str, str], str]] = {
    "no token": ({"COMMENTARY_DISCORD_TOKEN": ""}, "There is no Discord token. Make a bot at https://discord.com/developers"),
    "another host": ({"COMMENTARY_DISCORD_API_URL": "http://example.org/api/v10"}, "only an address on this machine"),
    "another gateway": ({"COMMENTARY_DISCORD_GATEWAY_URL": "ws://10.0.0.1/"}, "only an address on this machine"),
}


@pytest.mark.parametrize(("settings", "line"), SETTINGS.values(), ids=SETTINGS)
async def test_settings_that_cannot_be_used_are_said_in_a_line(
    server: DiscordServer, own_data: Path, settings: dict[str, str], line: str
) -> None:
    bot = BotProcess(server, own_data, **settings)
    await bot.start()
    code, output = await bot.ended(START)
    assert code == 2 and line in output and "Traceback" not in output and server.requests == []


@pytest.mark.slow
async def test_one_hundred_drops_in_mid_answer_lose_nothing(server: DiscordServer, own_data: Path) -> None:
    ways = ["1000", "4000", "1001", "reset", "reconnect", "invalid session"]
    async with running_process(server, own_data):
        await connected(server)
        for number in range(100):
            asked = await server.slash("ask", str(9000 + number), question=WHY)
            await server.drop(ways[number % len(ways)])
            message = await server.say(f"<@{BOT}> {WHY}", who=str(9500 + number))
            assert ANSWER in (await server.shown(asked)).text and len(asked.messages) == 1
            await server.answer_in(message["id"])
            assert len(server.said(message["id"])) == 1
            await connected(server)


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [20, 600])
async def test_after_a_time_without_discord_it_is_back_within_thirty_seconds(server: DiscordServer, own_data: Path, seconds: float) -> None:
    """And what was asked before is answered, once: the first client is given up after twelve seconds, another shows the answer."""
    async with running_process(server, own_data) as bot:
        await connected(server)
        server.faults.append(Fault("PATCH", "/webhooks/*", "hang"))
        before = await server.slash("ask", question=WHY)
        await server.until(lambda: before.thinking and server.faults[0].times == 0)
        await server.stop()
        await asyncio.sleep(seconds)
        server.sessions.clear()
        await server.start()
        await connected(server, 30)
        assert ANSWER in (await server.shown(before, 30)).text and len(before.messages) == 1
        assert ANSWER in (await server.shown(await server.slash("ask", question=WHY))).text
        bot.send(signal.SIGTERM)
        code, output = await bot.ended()
    assert code == 0 and "Traceback" not in output
