"""From use to gold: questions that were abstained on, or whose answer did not help, become candidates that a person confirms."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.errors import QuestionError, SavedAnswersError, SettingsError
from bot.render import as_line
from bot.session import clean_question
from bot.settings import Settings
from bot.smalltalk import small_talk
from bot.verify import saved_answers
from evals.command import Wanted
from evals.evaluation import chosen_corpus
from evals.gold import load_gold, packaged_gold
from index import load_documents

CANDIDATES = "candidates.jsonl"


def harvest_files(settings: Settings, wanted: Wanted, files: Sequence[Path]) -> None:
    """Add the candidates of `files` to candidates.jsonl in the report folder, each question once, none that is gold already."""
    documents = load_documents([chosen_corpus(settings, wanted)]).documents
    known = {_asked(row.question, row.history) for row in load_gold(wanted.gold or packaged_gold(), documents)}
    path = wanted.folder / CANDIDATES
    known |= {_asked(str(row.get("question")), row.get("history", ())) for row in _kept(path)}
    found = list(candidates((answer for file in files for answer in saved_answers(file)), known))
    try:
        wanted.folder.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(as_line(row) + "\n" for row in found)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error.strerror}); name another folder with --report") from error
    print(f"{len(found)} new candidates in {path}")
    print(
        "commentary: for each, write its kind, whether the text answers it, and the evidence; set confirmed to true, or delete the line; "
        "then move it to your gold file (evals/README.md)",
        file=sys.stderr,
    )


def candidates(answers: Iterable[Any], known: set[str]) -> Iterator[dict[str, Any]]:
    """A candidate row for each new question that got no answer, or one marked `"helpful": false`. Raises SavedAnswersError."""
    seen = set(known)
    for answer in answers:
        question, history = _question(answer)
        if question and _asked(question, history) not in seen and (not answer["answered"] or answer.get("helpful") is False):
            seen.add(_asked(question, history))
            yield _candidate(question, history, answer)


def _question(answer: Any) -> tuple[str, list[str]]:
    """What was asked, with its history if that was saved; without it, as it was read. Empty for what is no question."""
    given = answer if isinstance(answer, dict) else {}
    history, question = given.get("history", []), given.get("question")
    read_as = given.get("standalone_question", question)
    texts = [question, read_as, *(history if isinstance(history, list) else [None])]
    if not all(isinstance(text, str) for text in texts) or not isinstance(given.get("answered"), bool):
        raise SavedAnswersError("Something in the file is no answer; name a file that ask --json or /save wrote, or see evals/README.md")
    try:
        asked = clean_question(str(question if history else read_as))
        return ("" if small_talk(asked) else asked), [clean_question(earlier) for earlier in history]
    except QuestionError:
        return "", []


def _candidate(question: str, history: Sequence[str], answer: Mapping[str, Any]) -> dict[str, Any]:
    why = "answered, but marked unhelpful" if answer["answered"] else "abstained on"
    places = answer.get("quotes") or [answer.get("nearest")]
    texts = [place["text"] for place in places if isinstance(place, dict) and isinstance(place.get("text"), str)]
    shown = "; ".join([why, f"confidence {answer.get('confidence', '?')}", *(f"shown: {text}" for text in texts)])
    return {
        "id": f"candidate-{hashlib.sha256(_asked(question, history).encode()).hexdigest()[:8]}",
        "question": question,
        "kind": "follow-up" if history else "",
        "history": list(history),
        "answerable": bool(answer["answered"]),
        "evidence": [],
        "facts": [],
        "notes": shown,
        "confirmed": False,
    }


def _asked(question: str, history: Iterable[str]) -> str:
    """What makes two questions the same one."""
    return "\n".join(" ".join(text.casefold().split()) for text in [*history, question])


def _kept(path: Path) -> list[dict[str, Any]]:
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()] if path.exists() else []
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"{path} cannot be read ({error}); correct it, or name another folder with --report") from error
    return [row for row in rows if isinstance(row, dict)]
