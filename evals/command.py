"""The door to an evaluation: it looks for what is not in the default install before anything of it is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answers import EXTRACTIVE
from bot.settings import Settings
from evals.needs import need


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line of `commentary eval`."""

    gold: Path | None = None
    corpus: Path | None = None
    folder: Path = Path("report")
    against: Path | None = None
    floor: Path | None = None
    baselines: bool = False
    judge: str | None = None
    model: str = EXTRACTIVE


def evaluate(settings: Settings, wanted: Wanted, *, as_json: bool) -> bool:
    """Score the gold set, write the report, print the figures; whether every floor holds. Raises SettingsError if a package is missing."""
    need("eval", "commentary eval")
    if wanted.baselines:
        need("baselines", "commentary eval --baselines")
    if wanted.judge:
        need("judge", "commentary eval --judge")
    from evals.evaluation import evaluate_gold

    return evaluate_gold(settings, wanted, as_json=as_json)


def harvest(settings: Settings, wanted: Wanted, files: Sequence[Path]) -> None:
    """Make candidate gold rows of saved answers. Raises SettingsError."""
    need("eval", "commentary eval --harvest")
    from evals.harvest import harvest_files

    harvest_files(settings, wanted, files)
