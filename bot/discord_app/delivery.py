"""Messages that arrive: calls to Discord are repeated while that can help, never so that somebody sees an answer twice.

discord.py repeats 429 and most of 5xx itself; here are 503, connections that are refused, reset or silent, and 429 without a way back.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

log = logging.getLogger(__name__)
T = TypeVar("T")

ONE_TRY = 15.0  # seconds before a silent server counts as failed
PATIENCE = 120.0  # seconds in all
_LONGEST_PAUSE = 10.0
_BANNED_PAUSE = 30.0  # after 429 from in front of Discord, which names no time
# What is sure not to have been done, so that even what must not happen twice may be tried again.
_NOT_DONE = (aiohttp.ClientConnectorError,)
_UNSURE = (OSError, aiohttp.ClientError, TimeoutError, RuntimeError)  # RuntimeError: the session of a client that was replaced is closed


class Undelivered(Exception):
    """Discord did not take it: refused for good, or not reached in time. Was logged."""


async def insist(what: str, call: Callable[[], Awaitable[T]], *, patience: float = PATIENCE, repeatable: bool = True) -> T:
    """What `call` gives, in the end. `repeatable`: doing it twice is the same as once. Raises Undelivered."""
    deadline = time.monotonic() + patience
    tries = 0
    while True:
        tries += 1
        try:
            async with asyncio.timeout(min(ONE_TRY, max(0.1, deadline - time.monotonic()))):
                return await call()
        except discord.HTTPException as error:
            pause = _pause_after(error, tries)
            if pause is None:
                log.info("%s was refused by Discord: %s %s", what, error.status, error.code)
                raise Undelivered from error
            reason: Exception = error
        except _UNSURE as error:
            if not repeatable and not isinstance(error, _NOT_DONE):
                log.warning("%s may not have arrived (%s); it is not sent twice", what, type(error).__name__)
                raise Undelivered from error
            pause, reason = _backoff(tries), error
        if time.monotonic() + pause >= deadline:
            log.warning("%s did not arrive after %d tries (%s)", what, tries, type(reason).__name__)
            raise Undelivered from reason
        await asyncio.sleep(pause)


def _pause_after(error: discord.HTTPException, tries: int) -> float | None:
    """Seconds before another try can help; None if none can."""
    if error.status == 429:
        return float(error.response.headers.get("Retry-After", _BANNED_PAUSE))
    return _backoff(tries) if error.status >= 500 else None


def _backoff(tries: int) -> float:
    return min(_LONGEST_PAUSE, 0.5 * 2.0 ** min(tries, 6)) * random.uniform(0.5, 1.0)
