"""Many at once, and for long: figures for BENCHMARKS.md are printed (`make test-slow ARGS="-s -k discord_load"`)."""

import asyncio
import os
import re
import signal
import statistics
import time
from pathlib import Path

import aiohttp
import pytest
from discord_bot import running_process
from discord_payloads import ALICE
from discord_server import Asked, DiscordServer

from index.models import DEFAULT_JUDGE

QUESTIONS = (
    "Why does China matter for sanctions?",
    "How many American troops are stationed in Japan?",
    "What is the capital of Mongolia?",
    "Who is Moon Jae-in?",
    "Which country has North Korea's longest border?",
)
AS_SHIPPED = {"COMMENTARY_EVIDENCE_MODEL": DEFAULT_JUDGE}
SOAK = int(os.environ.get("SOAK", "20000"))  # questions

pytestmark = pytest.mark.slow


async def connected(server: DiscordServer) -> None:
    await server.until(lambda: any(one.socket is not None for one in server.sessions.values()), 90)
    await server.shown(await server.slash("ask", question=QUESTIONS[0]), 60)


async def all_at_once(server: DiscordServer, count: int) -> list[Asked]:
    asked = [await server.slash("ask", str(20_000 + at), question=QUESTIONS[at % len(QUESTIONS)]) for at in range(count)]
    for one in asked:
        await server.shown(one, 120)
    return asked


def figures(name: str, seconds: list[float]) -> tuple[float, float, float]:
    p50, p95, p99 = (statistics.quantiles(seconds, n=100, method="inclusive")[at] for at in (49, 94, 98))
    print(f"\n{name}: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, n = {len(seconds)}")
    return p50, p95, p99


@pytest.mark.parametrize(("count", "ack_p99"), [(100, 0.5), (500, 3.0)], ids=["100", "500"])
async def test_commands_at_once_are_acknowledged_in_time_and_answered(
    server: DiscordServer, own_data: Path, count: int, ack_p99: float
) -> None:
    port = 18_970 + count
    async with running_process(server, own_data, COMMENTARY_DISCORD_HEALTH_PORT=str(port), **AS_SHIPPED):
        await connected(server)
        asked = await all_at_once(server, count)
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            metrics = await answer.text()
    late = re.findall(r'loop_lag_seconds_bucket{le="(0\.2|\+Inf)"} ([\d.]+)', metrics)
    print(f"\nloop lag: {late}")
    *_, p99 = figures(f"acknowledged, {count} at once", [one.acknowledged - one.sent for one in asked])
    figures(f"answered, {count} at once", [one.shown_at - one.sent for one in asked])
    assert p99 < ack_p99 and (count > 100 or late[0][1] == late[1][1])


async def test_answers_come_within_two_seconds(server: DiscordServer, own_data: Path) -> None:
    async with running_process(server, own_data, **AS_SHIPPED):
        await connected(server)
        took = []
        for at in range(200):
            asked = await server.shown(await server.slash("ask", str(20_000 + at), question=QUESTIONS[at % len(QUESTIONS)]))
            took.append(asked.shown_at - asked.sent)
    _, p95, _ = figures("answered, one after the other", took)
    assert p95 < 2.0


async def test_one_flooding_does_not_double_the_wait_of_a_thousand(server: DiscordServer, own_data: Path) -> None:
    async with running_process(server, own_data, COMMENTARY_DISCORD_CAPACITY="3000"):
        await connected(server)
        waits = []
        for flood in (0, 500):
            for _ in range(flood):
                await server.slash("ask", ALICE, question=QUESTIONS[0])
            asked = await all_at_once(server, 1000)
            waits.append(figures(f"answered, 1,000 people beside {flood} of one", [one.shown_at - one.sent for one in asked])[1])
    assert waits[1] < 2 * waits[0]


async def test_memory_does_not_grow_over_a_day_of_questions(server: DiscordServer, own_data: Path) -> None:
    """A day at 20,000 questions, as fast as they are answered; memory after a tenth of them beside memory at the end."""
    async with running_process(server, own_data, **AS_SHIPPED) as bot:
        await connected(server)
        assert bot._process is not None
        sizes, started = [], time.monotonic()
        for at in range(0, SOAK, 20):
            await asyncio.gather(*(ask_and_press(server, at + number) for number in range(20)))
            server.asked.clear(), server.messages.clear(), server.requests.clear(), server.timed.clear(), server._nonces.clear()
            for session in server.sessions.values():
                session.events[:-1] = [{}] * (len(session.events) - 1)
            if at % (SOAK // 20) == 0:
                sizes.append(resident(bot._process.pid))
        bot.send(signal.SIGTERM)
        code, output = await bot.ended()
    print(f"\n{SOAK} questions in {time.monotonic() - started:.0f} s; MiB: {[round(size / 2**20) for size in sizes]}")
    assert code == 0 and '"level": "error"' not in output
    assert sizes[-1] < sizes[len(sizes) // 10 + 1] * 1.05 + 8 * 2**20


async def ask_and_press(server: DiscordServer, at: int) -> None:
    asked = await server.shown(await server.slash("ask", str(30_000 + at % 5000), question=QUESTIONS[at % len(QUESTIONS)]), 60)
    if at % 10 == 0:
        await server.shown(await server.press(asked.buttons["Helpful"], asked.messages[-1]), 60)


def resident(process: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
