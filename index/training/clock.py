"""How far a run is, by the clock as well as by steps: a busy machine shortens the run and never spoils its end."""

from __future__ import annotations

import time
from dataclasses import dataclass

STEPS = 9000
WARMUP = 0.03


@dataclass
class Clock:
    """How far a run is: the further of its share of steps and its share of seconds."""

    seconds: float
    spent: float = 0.0
    step: int = 0

    def __post_init__(self) -> None:
        self._began = time.monotonic() - self.spent

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._began

    @property
    def progress(self) -> float:
        return min(1.0, max(self.step / STEPS, self.elapsed / self.seconds))

    def rate(self) -> float:
        """Of the full learning rate: up over WARMUP, then down to 0 in a line."""
        return min(self.progress / WARMUP, (1.0 - self.progress) / (1.0 - WARMUP), 1.0)
