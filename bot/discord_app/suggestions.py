"""Questions to choose from while one is being typed: those answered before, then the gold questions on the packaged commentary.

The gold set is read as data: scoring it needs packages that a bot has no use for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from bot.discord_app.markdown import shortened

MOST = 25  # choices that Discord shows
LONGEST = 100  # characters of one


@cache
def gold_questions() -> tuple[str, ...]:
    """Answerable questions that stand alone, in the order of the gold file."""
    lines = (files("evals") / "gold" / "commentary.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return tuple(row["question"] for row in rows if row["answerable"] and not row.get("history") and row["kind"] != "typo")


def suggest(typed: str, *sources: Iterable[str]) -> list[str]:
    """At most 25 questions that hold every word that was typed; a question too long to be a choice is left out."""
    wanted = typed.casefold().split()
    found: dict[str, str] = {}
    for question in (question for source in sources for question in source):
        folded = question.casefold()
        if len(question) <= LONGEST and shortened(question, LONGEST) == question and all(word in folded for word in wanted):
            found.setdefault(folded, question)
    return list(found.values())[:MOST]
