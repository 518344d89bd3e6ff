"""How many threads are quickest now: on a busy machine two that wait for each other are slower than one."""

from __future__ import annotations

from collections.abc import Sequence

# Every so many steps each number of threads is tried, twice: the first step after a change is slow.
EVERY, TRIES = 24, 2


class Pace:
    """Chooses among `choices`, by the seconds a word piece took when each was last tried."""

    def __init__(self, choices: Sequence[int]) -> None:
        self._choices, self._seconds = tuple(choices), dict.fromkeys(choices, 0.0)

    def threads(self, step: int) -> int:
        """How many to use at this step."""
        place = step % EVERY // TRIES
        return self._choices[place] if place < len(self._choices) else min(self._choices, key=self._seconds.__getitem__)

    def hear(self, step: int, seconds: float) -> None:
        """What a word piece of this step took."""
        if step % EVERY // TRIES < len(self._choices):
            tried = self.threads(step)
            self._seconds[tried] = min(seconds, self._seconds[tried]) if step % TRIES else seconds
