"""Each fault that could creep in trips the gate, on the packaged questions and the committed floors."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Answer, Quote
from bot.conversation import Conversation
from bot.session import Session
from bot.settings import Settings
from evals.figures import FIGURES, Figure, summary
from evals.floors import FloorError, Floors, broken, load_floors
from evals.gold import GoldRow, load_gold, packaged_gold
from evals.run import Run, run
from evals.scorers import score
from evals.systems import Ours
from index import DEFAULT_JUDGE, Document, EvidenceModel, IndexReader, Judgement

FLOORS = Path(__file__).parents[1] / "evals" / "floors.toml"


@pytest.fixture(scope="module")
def gold(commentary: Document) -> list[GoldRow]:
    return load_gold(packaged_gold(), [commentary])


@pytest.fixture(scope="module")
def session(data: Path) -> Iterator[Session]:
    """With the evidence model that people get."""
    yield Session(Settings(data_dir=data, evidence_model=DEFAULT_JUDGE))


@pytest.fixture(scope="module")
def some(gold: list[GoldRow]) -> list[GoldRow]:
    """Every fourth question that stands alone: enough for faults that spoil all answers alike."""
    return [row for row in gold if not row.history][::4]


@dataclass(frozen=True)
class Faulty:
    """A session whose answers are spoilt on the way out."""

    session: Session
    spoil: Any = lambda quote: quote
    forgets: bool = False

    @property
    def index(self) -> IndexReader:
        return self.session.index

    def ask(self, question: str, conversation: Conversation | None = None) -> Answer:
        answer = self.session.ask(question, Conversation() if self.forgets else conversation)
        return replace(answer, quotes=tuple(map(self.spoil, answer.quotes)))


class Altered(Quote):
    """A quote that says one word more than its slice."""

    @property
    def text(self) -> str:
        return super().text + " indeed"


def shifted(quote: Quote) -> Quote:
    return replace(quote, start=quote.start + 1, end=quote.end + 1)


def altered(quote: Quote) -> Quote:
    return Altered(quote.document, quote.start, quote.end, quote.score)


def tripped(asker: Any, rows: Sequence[GoldRow], commentary: Document) -> set[str]:
    figures = run(Ours(asker), rows, {commentary.id: commentary.text}).figures
    return {line.split(":")[0] for line in broken(load_floors(FLOORS), figures)}


@pytest.fixture(scope="module")
def honest(session: Session, gold: list[GoldRow], commentary: Document) -> Run:
    return run(Ours(session), gold, {commentary.id: commentary.text})


def test_the_product_holds_every_floor(honest: Run) -> None:
    assert broken(load_floors(FLOORS), honest.figures) == []


@pytest.mark.parametrize("spoil", [shifted, altered], ids=["shifted offsets", "an altered quote"])
def test_a_quote_that_is_not_the_source_trips_the_gate(session: Session, some: list[GoldRow], commentary: Document, spoil) -> None:
    assert "verbatim" in tripped(Faulty(session, spoil), some, commentary)


def test_one_altered_quote_is_enough(honest: Run, commentary: Document) -> None:
    def spoilt(answer: Answer) -> Answer:
        return replace(answer, quotes=tuple(altered(q) if q.text.startswith("Some 90 percent") else q for q in answer.quotes))

    scored = [score(one.row, spoilt(one.answer), {commentary.id: commentary.text}, one.elapsed_ms) for one in honest.scored]
    figures = {**honest.figures, **summary(scored)}
    assert [line.split(":")[0] for line in broken(load_floors(FLOORS), figures)] == ["verbatim"]


def test_threshold_zero_trips_the_gate(data: Path, some: list[GoldRow], commentary: Document) -> None:
    assert "abstention_off_topic" in tripped(Session(Settings(data_dir=data, evidence_model=DEFAULT_JUDGE, threshold=0)), some, commentary)


def test_shuffled_scores_trip_the_gate(
    session: Session, some: list[GoldRow], commentary: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, chance = type(session.model).judge, random.Random(1)

    def shuffled(self: EvidenceModel, question: str, rows: Sequence[int]) -> Judgement:
        judged = judge(self, question, rows)
        scores = [item.score for item in judged.evidence]
        chance.shuffle(scores)
        evidence = [replace(item, score=score) for item, score in zip(judged.evidence, scores, strict=True)]
        return Judgement(tuple(sorted(evidence, key=lambda item: -item.score)), judged.answerable)

    monkeypatch.setattr(type(session.model), "judge", shuffled)
    assert {"evidence_hit", "first_quote_hit", "quote_precision"} <= tripped(session, some, commentary)


def test_shuffled_confidence_trips_the_gate(
    session: Session, some: list[GoldRow], commentary: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, chance = type(session.model).judge, random.Random(1)
    levels = [judge(session.model, row.question, range(5)).answerable for row in some]

    def shuffled(self: EvidenceModel, question: str, rows: Sequence[int]) -> Judgement:
        return replace(judge(self, question, rows), answerable=chance.choice(levels))

    monkeypatch.setattr(type(session.model), "judge", shuffled)
    assert {"abstention_off_topic", "aurc"} <= tripped(session, some, commentary)


def test_a_dropped_history_trips_the_gate(session: Session, gold: list[GoldRow], commentary: Document) -> None:
    follow_ups = [row for row in gold if row.history]
    assert "follow_up" in tripped(Faulty(session, forgets=True), follow_ups, commentary)


def figures(**values: float) -> Mapping[str, Figure]:
    return {name: Figure(value, value, value, 10) for name, value in values.items()}


def test_what_breaks_a_floor_is_named_with_its_value() -> None:
    floors = Floors({"verbatim": 1.0, "right": 0.5, "follow_up": 0.5}, {"ece": 0.1})
    assert broken(floors, figures(verbatim=0.99, right=0.5, ece=0.2)) == [
        "verbatim: 0.99 is under the floor of 1",
        "follow_up: no question of the gold set measures it",
        "ece: 0.2 is over the limit of 0.1",
    ]
    assert broken(Floors({"right": 0.5}, {}), figures(right=float("nan"))) == ["right: nan is under the floor of 0.5"]


def test_floors_are_toml_or_json(tmp_path: Path) -> None:
    (tmp_path / "floors.json").write_text('{"at_least": {"right": 0.5}}', encoding="utf-8")
    assert load_floors(tmp_path / "floors.json") == Floors({"right": 0.5}, {})
    assert set(load_floors(FLOORS).at_least) | set(load_floors(FLOORS).at_most) <= set(FIGURES)


BAD = [
    ("", "no floors"),
    ("right = 0.5", "cannot be read"),
    ("[at_least]\nrihgt = 0.5", "rihgt"),
    ("[floors]\nright = 0.5", "floors; tables are at_least and at_most"),
    ('[at_least]\nright = "much"', "cannot be read"),
]


@pytest.mark.parametrize(("content", "message"), BAD)
def test_floors_that_hold_nothing_are_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "floors.toml").write_text(content, encoding="utf-8")
    with pytest.raises(FloorError, match=message):
        load_floors(tmp_path / "floors.toml")
