"""The queue is fair, bounded and off the loop; the cooldown counts a minute."""

import asyncio
import threading
import time

import pytest

from bot.discord_app.cooldown import Cooldown
from bot.discord_app.queue import FairQueue, QueueFull


async def test_servers_and_people_take_turns() -> None:
    queue, order, gate = FairQueue(workers=1, capacity=99, per_person=99), list[str](), threading.Event()
    running = [asyncio.ensure_future(queue.run("first", "first", gate.wait))]
    await asyncio.sleep(0)
    asked = [("A", "flood")] * 4 + [("A", "ann"), ("B", "bob"), ("B", "bea")]
    running += [asyncio.ensure_future(queue.run(server, person, lambda person=person: order.append(person))) for server, person in asked]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*running)
    assert order == ["flood", "bob", "ann", "bea", "flood", "flood", "flood"]
    queue.close()


async def test_too_much_is_refused_at_once() -> None:
    queue, gate = FairQueue(workers=1, capacity=2, per_person=1), threading.Event()
    waiting = [asyncio.ensure_future(queue.run("s", person, gate.wait)) for person in "abc"]
    await asyncio.sleep(0)
    for person in ("b", "d"):
        with pytest.raises(QueueFull):
            await queue.run("s", person, gate.wait)
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * 3 and queue.waiting == 0
    queue.close()


async def test_an_error_reaches_who_waits_and_nobody_else() -> None:
    queue = FairQueue(workers=2, capacity=9, per_person=9)
    with pytest.raises(ZeroDivisionError):
        await queue.run("s", "a", lambda: 1 // 0)
    assert await queue.run("s", "a", lambda: "fine") == "fine"
    queue.close()


async def test_the_loop_runs_on_while_answers_are_made() -> None:
    queue, late = FairQueue(workers=2, capacity=9, per_person=9), list[float]()
    busy = [asyncio.ensure_future(queue.run("s", "a", lambda: sum(number for number in range(1_000_000)))) for _ in range(4)]
    while not all(one.done() for one in busy):
        before = time.monotonic()
        await asyncio.sleep(0.01)
        late.append(time.monotonic() - before - 0.01)
    assert max(late) < 0.2
    queue.close()


def test_a_minute_is_counted_for_each_key() -> None:
    now = [0.0]
    cooldown = Cooldown(lambda: now[0])
    assert [cooldown.wait("a", 2), cooldown.wait("a", 2), cooldown.wait("a", 2), cooldown.wait("b", 2)] == [0, 0, 60, 0]
    now[0] = 45.0
    assert cooldown.wait("a", 2) == 15
    now[0] = 60.0
    assert cooldown.wait("a", 2) == 0
    now[0] = 200.0
    assert cooldown.wait("c", 2) == 0 and list(cooldown._moments) == ["c"]  # nothing is kept of those who ask no more
