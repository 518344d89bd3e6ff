"""The parts of a question that asks two things at once, each a question of its own: rules, no model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index import Evidence, Judgement, is_country, names, terms

_AUXILIARY = r"is|are|was|were|do|does|did|has|have|had|can|could|will|would|should"
_OPENS = rf"(?:who|whom|whose|what|when|where|which|why|how|{_AUXILIARY})"
# "Who cancelled the exercises, and when?": two questions.
_CLAUSES = re.compile(rf"^(?P<one>\S+\s.+?\S),?\s+(?:and|or|but|also)\s+(?P<other>{_OPENS}\b.*)$", re.I)
# "What Trump can and will withdraw" asks one thing.
_HANGS = re.compile(rf"\b(?:{_AUXILIARY}|may|might|must|shall)$", re.I)
_PERSON = re.compile(r"\b(?:(?P<own>his)|he|she|him|her)\b", re.I)
_NAME = r"[A-Z][\w'’.-]*(?:\s[A-Z][\w'’.-]*)*"
# "How many troops are in Japan and South Korea?", "sanctions and trade": one question of two things.
_THING = rf"{_NAME}|[a-z][\w'’-]+"
_AND = r"(?:and|or|versus|vs\.?|compared (?:to|with))(?:\s+(?:in|on|of|for|with|to|by|from|about|at))?(?:\s+the)?"
_THINGS = re.compile(rf"^(?P<before>.*?)\b(?:both\s+)?(?P<one>{_THING})\s+{_AND}\s+(?P<other>{_THING})(?P<after>.*)$")
# What stands between two things is one thing: "the border between the North and the South".
_BETWEEN = re.compile(r"\b(?:between|among)\s+(?:the\s+)?$", re.I)


def parts(question: str) -> list[str]:
    """Two questions if this one asks two, else none. A part keeps all that both share."""
    clauses = _CLAUSES.match(question)
    if clauses and not _HANGS.search(clauses["one"]):
        return [f"{clauses['one']}?", _standing_alone(clauses["other"], clauses["one"])]
    things = _THINGS.match(question)
    if not things or _BETWEEN.search(things["before"]) or _HANGS.search(things["one"]):
        return []
    return [" ".join(f"{things['before']}{things[which]}{things['after']}".split()) for which in ("one", "other")]


def _standing_alone(clause: str, before: str) -> str:
    """The second clause with the name of the first for "he" and "she"; "and when?", "and why not?" ask of all that the first says."""
    found = (re.sub(r"['’]s?$", "", name) for name, _, _ in names(before))
    person = next((name for name in found if not is_country(name)), None)
    if person and _PERSON.search(clause):
        return _PERSON.sub(lambda match: f"{person}'s" if match["own"] else person, clause, count=1)
    return f"{clause.rstrip(' ?')} {before}?" if set(terms(clause)) <= {"not"} else clause


def together(whole: Judgement, judged: Sequence[Judgement], *, threshold: float) -> Judgement:
    """What answers the whole question, and the best of each part that the text answers at least as probably as `threshold`; the parts
    answer it as probably as the least probable of them."""
    scores = {item.sentence: item.score for item in whole.evidence}
    for item in (item for one in judged if one.answerable >= threshold for item in one.evidence[:1]):
        scores[item.sentence] = max(scores.get(item.sentence, 0.0), item.score)
    evidence = sorted((Evidence(sentence, score) for sentence, score in scores.items()), key=lambda item: -item.score)
    answerable = max(whole.answerable, min((one.answerable for one in judged), default=0.0))
    return Judgement(tuple(evidence), answerable)
