"""The gate: figures that a run must not fall below, or rise above."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.errors import SettingsError
from evals.figures import FIGURES, Figure


class FloorError(SettingsError):
    """A file of floors cannot be used."""


@dataclass(frozen=True)
class Floors:
    """By the name of a figure: the least it may be, and the most."""

    at_least: Mapping[str, float]
    at_most: Mapping[str, float]


def load_floors(path: Path) -> Floors:
    """Read TOML or JSON with the tables `at_least` and `at_most`. Raises FloorError."""
    try:
        text = path.read_text(encoding="utf-8")
        given = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        tables = {name: {figure: float(bound) for figure, bound in table.items()} for name, table in given.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise FloorError(f"{path} cannot be read as floors ({error}); evals/floors.toml is an example") from error
    wrong = [*(tables.keys() - {"at_least", "at_most"}), *({name for table in tables.values() for name in table} - FIGURES.keys())]
    if wrong or not any(tables.values()):
        raise FloorError(f"{path}: {', '.join(wrong) or 'no floors'}; tables are at_least and at_most, figures are {', '.join(FIGURES)}")
    return Floors(tables.get("at_least", {}), tables.get("at_most", {}))


def broken(floors: Floors, figures: Mapping[str, Figure]) -> list[str]:
    """A line for each bound that does not hold; a figure that no question measures holds none."""
    bounds = [(name, bound, "under the floor of", 1) for name, bound in floors.at_least.items()]
    bounds += [(name, bound, "over the limit of", -1) for name, bound in floors.at_most.items()]
    lines = []
    for name, bound, words, sign in bounds:
        if name not in figures:
            lines.append(f"{name}: no question of the gold set measures it")
        elif not sign * figures[name].value >= sign * bound:
            lines.append(f"{name}: {figures[name].value:.4g} is {words} {bound:g}")
    return lines
