"""The parts of a question that asks two things at once, each a question of its own: rules, no model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import Evidence, Judgement

_OPENS = r"(?:who|whom|whose|what|when|where|which|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)"
# "Who cancelled the exercises, and when?": two questions.
_CLAUSES = re.compile(rf"^(?P<one>\S+\s.+?\S),?\s+(?:and|or|but|also)\s+(?P<other>{_OPENS}\b.*)$", re.I)
_NAME = r"[A-Z][\w'’.-]*(?:\s[A-Z][\w'’.-]*)*"
# "How many troops are in Japan and South Korea?", "sanctions and trade": one question of two things.
_THING = rf"{_NAME}|[a-z][\w'’-]+"
_AND = r"(?:and|or|versus|vs\.?|compared (?:to|with))(?:\s+(?:in|on|of|for|with|to|by|from|about|at))?(?:\s+the)?"
_THINGS = re.compile(rf"^(?P<before>.*?)\b(?:both\s+)?(?P<one>{_THING})\s+{_AND}\s+(?P<other>{_THING})(?P<after>.*)$")
# What stands between two things is one thing: "the border between the North and the South".
_BETWEEN = re.compile(r"\b(?:between|among)\s+(?:the\s+)?$", re.I)


def parts(question: str) -> list[str]:
    """Two questions if this one asks two, else none. A part keeps all that both share."""
    if clauses := _CLAUSES.match(question):
        one, other = clauses["one"], clauses["other"]
        bare = len(other.split()) == 1  # "and when?" asks of what the first clause says
        return [f"{one}?", f"{other.rstrip(' ?')} {one}?" if bare else other]
    things = _THINGS.match(question)
    if not things or _BETWEEN.search(things["before"]):
        return []
    return [" ".join(f"{things['before']}{things[which]}{things['after']}".split()) for which in ("one", "other")]


def together(whole: Judgement, judged: Sequence[Judgement]) -> Judgement:
    """What answers the whole question, and the best of each part; the parts answer it as probably as the least probable of them."""
    scores = {item.sentence: item.score for item in whole.evidence}
    for item in (item for one in judged for item in one.evidence[:1]):
        scores[item.sentence] = max(scores.get(item.sentence, 0.0), item.score)
    evidence = sorted((Evidence(sentence, score) for sentence, score in scores.items()), key=lambda item: -item.score)
    answerable = max(whole.answerable, min((one.answerable for one in judged), default=0.0))
    return Judgement(tuple(evidence), answerable)
