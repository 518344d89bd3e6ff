"""How many questions a person or a server may ask a minute. Pure but for the clock."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable

WINDOW = 60.0  # seconds


class Cooldown:
    """The moments of the last minute under each key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: str, limit: int) -> float:
        """Seconds until `key` may ask again; 0 if it may now, and then it has asked."""
        now = self._clock()
        self._forget_before(now - WINDOW)
        moments = self._moments.setdefault(key, deque())
        self._moments.move_to_end(key)
        while moments and moments[0] <= now - WINDOW:
            moments.popleft()
        if len(moments) >= limit:
            return moments[0] + WINDOW - now
        moments.append(now)
        return 0.0

    def _forget_before(self, moment: float) -> None:
        """Keys that have not been heard since; the longest unheard stand first."""
        while self._moments and next(iter(self._moments.values()))[-1] <= moment:
            self._moments.popitem(last=False)
