"""What follow-ups gain on public conversations: python -m evals.follow_ups BENCH FOLDER. Tunes nothing; prints the rows of BENCHMARKS.md.

BENCH holds the prepared public question sets (test splits of CANARD, MTRAG and MTRAG-UN are read), FOLDER keeps the passages and their
index. The history of a turn is that of the data; of the product's own answers to it only the places of its quotes are taken.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot.answers import Answer
from bot.carrying import Carrier
from bot.conversation import Conversation, Turn
from bot.readings import leans_back
from bot.session import Session
from bot.settings import Settings
from bot.training.canard import Rewritten, rewritten_turns
from evals.mtrag import Asked, asked_turns
from evals.statistics import interval_of
from evals.systems import Ours
from index import PASSAGES, Span, terms, words

# Is a gold passage the first that is retrieved, among the first four, and that of the best evidence?
COLUMNS = ("hit@1", "hit@4", "best evidence")
Part = tuple[float, float]
Ask = Callable[[str, Conversation], Answer]


@dataclass(frozen=True)
class Outcome:
    """One turn under one way of reading it: a hit or not for each of `COLUMNS`, and whether it was answered."""

    turn: Asked
    hits: tuple[bool, ...]
    answered: bool


def main(bench: str, folder: str) -> None:
    """Rewrites first, which need no index; then retrieval, then abstention."""
    print_rewrites(list(rewritten_turns(Path(bench), "test")))
    print_retrieval(Path(bench), Path(folder))
    print_abstention(Path(bench), Path(folder))


def print_rewrites(turns: Sequence[Rewritten]) -> None:
    """CANARD: how much of what the human rewrites add comes back."""
    print(f"CANARD, {len(turns)} test turns with a history\n\n| reading | words | names | ROUGE-1 | precision | rewrites left alone |")
    print("| --- | --- | --- | --- | --- | --- |")
    ways: dict[str, Callable[[Rewritten, str], str]] = {
        "ours, title and section known": lambda turn, question: as_read(turn, question, titled=True),
        "ours, history alone": lambda turn, question: as_read(turn, question, titled=False),
        "previous question in front": lambda turn, question: f"{_previous(turn)} {question}",
        "title behind": lambda turn, question: f"{question} {turn.said.title}",
    }
    for name, way in ways.items():
        given = [restored(turn, way(turn, turn.question)) for turn in turns]
        groups = grouped((turn.conversation, one) for turn, one in zip(turns, given, strict=True))
        cells = [ratio(groups, lambda one, at=at: one[at]) for at in range(4)]
        alone = grouped((turn.conversation, (float(way(turn, turn.rewrite) == turn.rewrite), 1.0)) for turn in turns)
        print(f"| {name} | {' | '.join(cells)} | {ratio(alone, lambda one: one)} |")


def as_read(turn: Rewritten, question: str, *, titled: bool) -> str:
    """The product's own reading, with or without a known title and section."""
    said = turn.said if titled else replace(turn.said, title="", section="")
    return Carrier.packaged().standalone(question, said, leaning=leans_back(question))


def restored(turn: Rewritten, reading: str) -> tuple[Part, Part, Part, Part]:
    """(got, of) what the rewrite adds: content words, names, all words (ROUGE-1 recall); last, what of the reading's additions is right."""
    added, given = turn.added, set(terms(reading)) - set(terms(turn.question))
    names = {term for word, start, _ in words(turn.rewrite) if start and word[0].isupper() for term in terms(word)} & added
    every, ours = (_counted(text) - _counted(turn.question) for text in (turn.rewrite, reading))
    return _part(added, given), _part(names, given), (float((every & ours).total()), float(every.total())), _part(given, added)


def _previous(turn: Rewritten) -> str:
    return next(text for by_person, text in reversed(turn.said.turns) if by_person)


def _counted(text: str) -> Counter[str]:
    return Counter(word.lower() for word, _, _ in words(text))


def _part(wanted: set[str], given: set[str]) -> Part:
    return float(len(wanted & given)), float(len(wanted))


def print_retrieval(bench: Path, folder: Path) -> None:
    """MTRAG human: is a gold passage found, among the passages of all turns?"""
    turns = list(asked_turns(bench / "conv_mtrag_human.jsonl.gz"))
    session = opened(folder / "human", turns)
    tested = [turn for turn in turns if turn.split == "test"]
    runs = {name: outcomes(session, tested, ask) for name, ask in ways(session).items()}
    pairs = list(zip(runs["ours"], runs["question alone"], strict=True))
    kinds: dict[str, Callable[[Asked], bool]] = {
        "follow-ups that lean on others": lambda turn: turn.turn > 1 and leans_back(turn.question),
        "other follow-ups": lambda turn: turn.turn > 1 and not leans_back(turn.question),
        "first questions": lambda turn: turn.turn == 1,
    }
    print(f"\nMTRAG human, {len(session.index.documents)} passages\n\n| kind | reading | {' | '.join(COLUMNS)} |")
    print("| --- | --- |" + " --- |" * len(COLUMNS))
    for kind, belongs in kinds.items():
        for name, run in runs.items():
            chosen = [one for one in run if counts(one.turn, belongs)]
            groups = grouped((one.turn.conversation, one) for one in chosen)
            cells = [ratio(groups, lambda one, at=at: (float(one.hits[at]), 1.0)) for at in range(len(COLUMNS))]
            print(f"| {kind} (n = {len(chosen)}) | {name} | {' | '.join(cells)} |")
        both = [(one, other) for one, other in pairs if counts(one.turn, belongs)]
        groups = grouped((one.turn.conversation, (one, other)) for one, other in both)
        cells = [ratio(groups, lambda two, at=at: (float(two[0].hits[at]) - float(two[1].hits[at]), 1.0)) for at in range(len(COLUMNS))]
        print(f"| {kind} | ours - question alone | {' | '.join(cells)} |")


def counts(turn: Asked, belongs: Callable[[Asked], bool]) -> bool:
    """Whether there is a passage to be found for this turn, and it is of the kind."""
    return bool(turn.gold) and turn.answerable and belongs(turn)


def print_abstention(bench: Path, folder: Path) -> None:
    """MTRAG-UN: last turns, abstained on or not, by whether the collection answers them."""
    turns = [turn for turn in asked_turns(bench / "conv_mtrag_un.jsonl.gz") if turn.split == "test"]
    session = opened(folder / "un", turns)
    print(f"\nMTRAG-UN, {len(session.index.documents)} passages\n\n| reading | kind | abstained on |\n| --- | --- | --- |")
    for name, ask in ways(session).items():
        run = outcomes(session, turns, ask)
        for kind, count in Counter(one.turn.answerability for one in run).items():
            groups = grouped((one.turn.conversation, one) for one in run if one.turn.answerability == kind)
            print(f"| {name} | {kind.lower()} (n = {count}) | {ratio(groups, lambda one: (float(not one.answered), 1.0))} |")


def opened(folder: Path, turns: Iterable[Asked]) -> Session:
    """A session over the gold passages of all turns, a document each."""
    (folder / "passages").mkdir(parents=True, exist_ok=True)
    for identity, text in {identity: text for turn in turns for identity, text in turn.gold.items()}.items():
        title = json.dumps(text.partition("\n")[0][:200])
        (folder / "passages" / f"{identity}.txt").write_text(f"---\ntitle: {title}\n---\n{text}", encoding="utf-8")
    return Session(Settings(data_dir=folder / "data", corpus=folder / "passages"))


def ways(session: Session) -> Mapping[str, Ask]:
    """Ours, and what it is compared with: the same without the conversation, or with the question before as part of this one."""
    return {
        "ours": session.ask,
        "question alone": lambda question, _: session.ask(question),
        "previous question in front": lambda question, before: session.ask(
            f"{before.last.question} {question}" if before.last else question
        ),
    }


def outcomes(session: Session, turns: Sequence[Asked], ask: Ask) -> list[Outcome]:
    """Every turn after the history that the data has, each conversation in order."""
    found, system, own = [], Ours(session), dict[tuple[str, str], Answer]()
    for turn in sorted(turns, key=lambda turn: (turn.conversation, turn.turn)):
        answer = ask(turn.question, history(turn, own))
        own[turn.conversation, turn.question] = answer
        found_first = system.retrieve(answer.standalone_question, PASSAGES)
        ranked, best = _identities(found_first), _identities(item.sentence for item in answer.evidence[:1])
        hits = (bool(turn.gold.keys() & set(those)) for those in (ranked[:1], ranked[:4], best))
        found.append(Outcome(turn, tuple(hits), answer.answered))
    return found


def _identities(spans: Iterable[Span]) -> list[str]:
    """The passages, each a document, that the spans stand in."""
    return list(dict.fromkeys(span.document.id.removesuffix(".txt") for span in spans))


def history(turn: Asked, own: Mapping[tuple[str, str], Answer]) -> Conversation:
    """The conversation before a turn, each answer as the data words it, with the quotes that were ours."""
    conversation = Conversation()
    for question, text in turn.history:
        plain = Answer(question, question, True, text)
        ours = own.get((turn.conversation, question), plain)
        conversation.add(Turn(question, replace(ours, question=question, answered=True, text=text)))
    return conversation


def grouped(pairs: Iterable[tuple[str, object]]) -> list[list[object]]:
    """Items by conversation: these are what the bootstrap draws."""
    found: dict[str, list[object]] = {}
    for conversation, item in pairs:
        found.setdefault(conversation, []).append(item)
    return list(found.values())


def ratio(groups: Sequence[Sequence[object]], parts: Callable[..., tuple[float, float]]) -> str:
    """The sum of what was got over the sum of what could be got, with its interval over conversations."""
    sums = np.array([np.sum([parts(one) for one in group], axis=0) for group in groups]).reshape(-1, 2)
    total = sums.sum(axis=0)
    if not total[1]:
        return "none"
    low, high = interval_of(len(sums), lambda rows: float(np.divide(*sums[rows].sum(axis=0))))
    return f"{total[0] / total[1]:.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    main(*sys.argv[1:])
