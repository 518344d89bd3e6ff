"""Runs as JSON: written beside each report, read again to compare with."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from evals.figures import Figure, Marks, Reply, reply
from evals.run import Run, key
from evals.scorers import Mark, Scored

FORMAT = 2


@dataclass(frozen=True)
class About:
    """What was run, when, on what."""

    made: str
    gold: str
    corpus: str
    embedding: str
    model: str
    threshold: str
    version: str


@dataclass(frozen=True)
class Saved:
    """An earlier run of ours: enough to compare with, question by question."""

    made: str
    figures: Mapping[str, Figure]
    marks: Marks
    replies: Mapping[str, Reply]


def as_saved(about: About, runs: Sequence[Run]) -> dict[str, Any]:
    """The runs, ours first, as one JSON object; of the others the marks, for their answers can be made again and are long."""
    systems = [
        {
            "name": run.name,
            "figures": {name: asdict(figure) for name, figure in run.figures.items()},
            "rows": [_row(one, whole=run is runs[0]) for one in run.scored],
        }
        for run in runs
    ]
    return {"format": FORMAT, **asdict(about), "systems": systems}


def load_saved(path: Path) -> Saved:
    """The first system of a saved run. Raises SettingsError."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        if given["format"] != FORMAT:
            raise ValueError("another version wrote it")
        ours = given["systems"][0]
        figures = {name: Figure(**figure) for name, figure in ours["figures"].items()}
        marks = {row["key"]: {name: Mark(*mark) for name, mark in row["marks"].items()} for row in ours["rows"]}
        replies = {row["key"]: Reply(**row["reply"]) for row in ours["rows"]}
        return Saved(str(given["made"]), figures, marks, replies)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise SettingsError(f"{path} is no saved run ({error}); name a report.json that commentary eval wrote with --against") from error


def _row(scored: Scored, *, whole: bool) -> dict[str, Any]:
    row = {
        "key": key(scored.row),
        "id": scored.row.id,
        "kind": scored.row.kind,
        "answerable": scored.row.answerable,
        "history": list(scored.row.history),
        "right": scored.right,
        "why": scored.why,
        "reply": asdict(reply(scored)),
        "marks": {name: [float(mark.got), float(mark.of), mark.why] for name, mark in scored.marks.items()},
    }
    return {**row, "answer": scored.answer.as_json(elapsed_ms=scored.elapsed_ms)} if whole else row
