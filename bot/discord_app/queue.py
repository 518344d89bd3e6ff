"""Work off the event loop: a bounded pool, and a queue that is fair to servers and, within each, to people."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class QueueFull(Exception):
    """More is waiting than can be answered in reasonable time."""


class _Ring(Generic[T]):
    """Items under (server, person); taken from one server after the other, and there from one person after the other."""

    def __init__(self) -> None:
        self._servers: OrderedDict[str, OrderedDict[str, deque[T]]] = OrderedDict()
        self.count = 0

    def put(self, server: str, person: str, item: T) -> None:
        self._servers.setdefault(server, OrderedDict()).setdefault(person, deque()).append(item)
        self.count += 1

    def waiting(self, server: str, person: str) -> int:
        people = self._servers.get(server)
        return len(people.get(person, ())) if people else 0

    def take(self) -> T:
        server, people = self._servers.popitem(last=False)
        person, items = people.popitem(last=False)
        item = items.popleft()
        if items:
            people[person] = items
        if people:
            self._servers[server] = people
        self.count -= 1
        return item


# The future of a job is of the type that it returns.
Job = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class FairQueue:
    """At most `workers` jobs run at once, in threads; at most `capacity` wait, and `per_person` of one person on one server.

    Belongs to one event loop.
    """

    def __init__(self, *, workers: int, capacity: int, per_person: int) -> None:
        self._workers, self._capacity, self._per_person = workers, capacity, per_person
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="answer")
        self._ring: _Ring[Job] = _Ring()
        self._running: set[asyncio.Future[None]] = set()

    @property
    def waiting(self) -> int:
        return self._ring.count

    @property
    def running(self) -> int:
        return len(self._running)

    async def run(self, server: str, person: str, job: Callable[[], T]) -> T:
        """What `job` returns or raises, when its turn has come. Raises QueueFull at once if too much waits already."""
        if self._ring.count >= self._capacity or self._ring.waiting(server, person) >= self._per_person:
            raise QueueFull
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._ring.put(server, person, (job, done))
        self._start()
        return await done

    def _start(self) -> None:
        while self._ring.count and len(self._running) < self._workers:
            job, done = self._ring.take()
            if not done.done():  # who waited may have given up
                task = asyncio.ensure_future(self._work(job, done))
                self._running.add(task)
                task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Future[None]) -> None:
        self._running.discard(task)
        self._start()

    async def _work(self, job: Callable[[], object], done: asyncio.Future[object]) -> None:
        try:
            result = await asyncio.get_running_loop().run_in_executor(self._threads, job)
        except Exception as error:  # whatever it is belongs to whoever waits
            if not done.done():
                done.set_exception(error)
        else:
            if not done.done():
                done.set_result(result)

    def close(self) -> None:
        """Start nothing more; what runs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
