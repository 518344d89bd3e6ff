"""The public question sets as lessons. Only train and tune splits are read, and of the tune articles not those held out."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.lexical import Lexicon
from index.nouns import Passage
from index.ranking import top_rows
from index.training.articles import OWN, Talk, by_document, read_rows, talks
from index.training.lessons import Lesson, lessons_at, sentences_at, split_document
from index.words import terms

# Tune articles of SQuAD 2.0 that no lesson is made of: the checks while training, the calibration and the threshold use them.
HELD_OUT = ("squad2dev:Warsaw", "squad2dev:Black_Death", "squad2dev:Jacksonville,_Florida")
# Every so many articles of SQuAD 1.1, one is kept from the lessons too, for the stacked regressions.
KEPT_EVERY = 20
HARD_NEGATIVES, NEAREST = 2, 6
# Characters on each side of an answer's words that tell which of several places is meant.
AROUND = 100
# Every so many tune conversations of CANARD, one is kept too.
KEPT_TALK_EVERY = 4
# Of a question's terms, the sentences that answer it hold fewer than this share: it was asked in other words.
FAR = 0.35
# A sentence holds a free-text answer if it has at least this share of the answer's terms, by weight.
ALIGNED = 0.7
_BLANK = re.compile(r"\n\s*\n")


@dataclass(frozen=True)
class School:
    """Lessons by source. `far` are those of `squad` that share few words with their answer, `near` are on passages of the same article
    that lack it; `own` and `missing` are the project's own questions, which their paragraph answers or does not, `onward`
    its follow-ups behind the question that they go on from."""

    squad: list[Lesson]
    far: list[Lesson]
    near: list[Lesson]
    written: list[Lesson]
    deceiving: list[Lesson]
    tales: list[Lesson]
    searches: list[Lesson]
    talks: list[Lesson]
    own: list[Lesson]
    missing: list[Lesson]
    onward: list[Lesson]


def is_kept(place: int) -> bool:
    """Whether the SQuAD 1.1 article at this place of its file is kept from the lessons."""
    return place % KEPT_EVERY == 0


def tune_talks(bench: Path, *, kept: bool) -> Iterator[Talk]:
    """CANARD's tune conversations: those kept from the lessons, or the others."""
    return (talk for place, talk in enumerate(talks(bench, "tune")) if (place % KEPT_TALK_EVERY == 0) == kept)


def open_school(bench: Path) -> School:
    """Everything that may be learned from; about two minutes."""
    squad, near = squad_lessons(bench)
    tune = list(tune_lessons(bench, held_out=False))
    own = list(own_lessons(bench, kept=False))
    return School(
        squad,
        [lesson for lesson in squad if _shared(lesson) < FAR],
        near,
        [lesson for lesson in tune if lesson.answerable],
        [lesson for lesson in tune if not lesson.answerable],
        list(_tales(bench)),
        list(_searches(bench)),
        list(talk_lessons(bench)),
        [lesson for lesson in own if lesson.answerable],
        [lesson for lesson in own if not lesson.answerable],
        list(onward_lessons(bench, kept=False)),
    )


def tune_lessons(bench: Path, *, held_out: bool) -> Iterator[Lesson]:
    """SQuAD 2.0's tune questions, of the articles held out or of the others; a deceiving one is anchored at the answer it suggests."""
    documents = [row for row in read_rows(bench / "squad2_docs.jsonl.gz") if row["split"] == "tune"]
    chosen = {row["doc_id"]: row for row in documents if (row["doc_id"] in HELD_OUT) == held_out}
    passages = {name: _by_paragraph(row) for name, row in chosen.items()}
    for row in read_rows(bench / "squad2_questions.jsonl.gz"):
        if row["doc_id"] not in chosen:
            continue
        own = passages[row["doc_id"]][row["para"]]
        if row["answerable"]:
            yield from lessons_at(row["question"].strip(), own, tuple(row["spans"][0]))[:1]
        else:
            yield from _deceiving(row, own)


def _deceiving(row: dict[str, Any], passages: Sequence[Passage]) -> Iterator[Lesson]:
    for passage in passages:
        at = passage.text.find(row["plausible"]) if row.get("plausible") else -1
        if at >= 0:
            start = passage.start + at
            found = lessons_at(row["question"].strip(), [passage], (start, start + len(row["plausible"])))
            yield from (Lesson(lesson.question, passage, lesson.anchor, False) for lesson in found)
            return
    yield Lesson(row["question"].strip(), passages[0], (), False)


def _by_paragraph(row: dict[str, Any]) -> list[list[Passage]]:
    """The passages of each paragraph of a document row."""
    passages = split_document(row["doc_id"], row["text"], row["paras"])
    grouped: list[list[Passage]] = [[] for _ in row["paras"]]
    for passage in passages:
        grouped[passage.paragraph - 1].append(passage)
    return grouped


def squad_lessons(bench: Path) -> tuple[list[Lesson], list[Lesson]]:
    """SQuAD 1.1's questions but those of articles kept: on the passage of their answer, and on the likeliest ones that lack it."""
    asked = by_document(read_rows(bench / "squad11_train_questions.jsonl.gz"))
    lessons, near = [], []
    for place, document in enumerate(read_rows(bench / "squad11_train_docs.jsonl.gz")):
        if is_kept(place):
            continue
        grouped = _by_paragraph(document)
        passages = [passage for group in grouped for passage in group]
        lexicon = Lexicon.of([passage.text for passage in passages])
        for row in asked[document["doc_id"]]:
            question = row["question"].strip()
            if span := _place(row, document):
                lessons += lessons_at(question, grouped[row["para"]], span)[:1]
            near += _near(question, row["answers"], passages, lexicon)
    return lessons, near


def own_lessons(bench: Path, *, kept: bool) -> Iterator[Lesson]:
    """The project's own questions on SQuAD 1.1's articles, those kept or the others: on the sentences that answer, or that most seem to."""
    return (lesson for document, rows in _own_rows(bench, kept=kept, onward=False) for lesson in _on_its_paragraph(document, rows))


def onward_lessons(bench: Path, *, kept: bool) -> Iterator[Lesson]:
    """The project's own follow-ups, each behind the question that it goes on from, as the product reads them."""
    return (lesson for document, rows in _own_rows(bench, kept=kept, onward=True) for lesson in _on_its_paragraph(document, rows))


def _own_rows(bench: Path, *, kept: bool, onward: bool) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The articles, kept or not, each with the own questions asked of it that are follow-ups, or that are none."""
    asked = by_document(row for row in read_rows(OWN) if ("before" in row) == onward)
    for place, document in enumerate(read_rows(bench / "squad11_train_docs.jsonl.gz")):
        if is_kept(place) == kept and document["doc_id"] in asked:
            yield document, asked[document["doc_id"]]


def _on_its_paragraph(document: dict[str, Any], rows: Sequence[dict[str, Any]]) -> Iterator[Lesson]:
    grouped = _by_paragraph(document)
    return (lesson for row in rows for lesson in _own(row, grouped[row["para"]]))


def _own(row: dict[str, Any], passages: Sequence[Passage]) -> Iterator[Lesson]:
    """The first passage that holds all the sentences meant; only a question that is answered has a span."""
    for passage in passages:
        if all(passage.start <= start and end <= passage.end for start, end in row["evidence"]):
            anchor = {at for start, end in row["evidence"] for at in sentences_at(passage, (start, end))}
            question = " ".join(filter(None, [row.get("before"), row["question"]]))
            yield Lesson(question, passage, tuple(sorted(anchor)), "span" in row, tuple(row["span"]) if "span" in row else None)
            return


def _place(row: dict[str, Any], document: dict[str, Any]) -> tuple[int, int] | None:
    """Where in its paragraph the answer stands; if in several places, the one among most of the question's words; None if two are alike."""
    answer, (start, end) = row["answers"][0], document["paras"][row["para"]]
    asked, text = set(terms(row["question"])), document["text"]
    places = [match.start() for match in re.finditer(re.escape(answer), text[start:end])]
    weighed = sorted(((len(asked & _around(text[start:end], place, len(answer))), place) for place in places), reverse=True)
    if not weighed or (len(weighed) > 1 and weighed[0][0] == weighed[1][0]):
        return None
    return start + weighed[0][1], start + weighed[0][1] + len(answer)


def _around(text: str, place: int, length: int) -> set[str]:
    """The terms within AROUND characters of a place."""
    return set(terms(text[max(0, place - AROUND) : place + length + AROUND]))


def _shared(lesson: Lesson) -> float:
    """The share of the question's terms that the sentences that answer it hold."""
    asked = set(terms(lesson.question))
    spoken = {term for at in lesson.anchor for term in terms(lesson.passage.sentences[at].text)}
    return len(asked & spoken) / max(1, len(asked))


def _near(question: str, answers: Iterable[str], passages: Sequence[Passage], lexicon: Lexicon) -> list[Lesson]:
    """The passages that BM25 takes for the best, of those in which no answer stands."""
    ranked = [passages[row] for row in top_rows(lexicon.scores(terms(question)), NEAREST)]
    lacking = [passage for passage in ranked if not any(answer.casefold() in passage.text.casefold() for answer in answers)]
    return [Lesson(question, passage, (), False) for passage in lacking[:HARD_NEGATIVES]]


def _tales(bench: Path) -> Iterator[Lesson]:
    """FairytaleQA's explicit questions whose free-text answer one sentence clearly holds."""
    documents = {row["doc_id"]: row for row in read_rows(bench / "fairytale_docs.jsonl.gz") if row["split"] != "test"}
    passages = {name: split_document(name, row["text"], _paragraphs(row["text"])) for name, row in documents.items()}
    lexicons = {name: Lexicon.of([passage.text for passage in those]) for name, those in passages.items()}
    for row in read_rows(bench / "fairytale_questions.jsonl.gz"):
        if row["doc_id"] in documents and row["explicit"] == "explicit":
            yield from _tale(row, passages[row["doc_id"]], lexicons[row["doc_id"]])


def _tale(row: dict[str, Any], passages: Sequence[Passage], lexicon: Lexicon) -> list[Lesson]:
    """Of the passages nearest to question and answer, the sentence that holds most of both."""
    answer, question = row["answers"][0], row["question"].strip()
    wanted, asked = set(terms(answer)), set(terms(question))
    if not wanted:
        return []
    nearest = top_rows(lexicon.scores([*wanted, *asked]), 3)
    weighed = [(sentence, passages[at], set(terms(sentence.text))) for at in nearest for sentence in passages[at].sentences]
    sentence, passage, spoken = max(weighed, key=lambda one: len(wanted & one[2]) + 0.5 * len(asked & one[2]))
    if len(wanted & spoken) < ALIGNED * len(wanted):
        return []
    verbatim = sentence.text.casefold().find(answer.casefold().rstrip("."))
    if verbatim < 0:
        return lessons_at(question, [passage], (sentence.start, sentence.end), known=False)
    start = sentence.start + verbatim
    return lessons_at(question, [passage], (start, start + len(answer.rstrip("."))))


def _paragraphs(text: str) -> list[tuple[int, int]]:
    breaks = [0, *(match.end() for match in _BLANK.finditer(text)), len(text)]
    return [(start, end) for start, end in itertools.pairwise(breaks) if text[start:end].strip()]


def _searches(bench: Path) -> Iterator[Lesson]:
    """CLAPNQ's tune questions: the sentences that annotators took the answer from, or a passage that has none."""
    for row in read_rows(bench / "clapnq.jsonl.gz"):
        if row["split"] != "tune":
            continue
        passages = split_document(row["qid"], row["text"], [(0, len(row["text"]))])
        if not row["answerable"]:
            yield Lesson(row["question"], passages[0], (), False)
            continue
        places = [row["text"].find(sentence) for chosen in row["gold_sentences"][:1] for sentence in chosen]
        for passage in passages:
            gold = [at for at, s in enumerate(passage.sentences) if any(s.start <= max(place, 0) + 1 < s.end for place in places)]
            yield Lesson(row["question"], passage, tuple(gold), bool(gold))


def talk_lessons(bench: Path) -> Iterator[Lesson]:
    """CANARD's tune conversations but those kept: on the answer given, or else on the passage that BM25 takes for the best."""
    for talk in tune_talks(bench, kept=False):
        passages = split_document(talk.name, talk.text, [(0, len(talk.text))])
        lexicon = Lexicon.of([passage.text for passage in passages])
        for question in talk.questions:
            if question.spans:
                yield from lessons_at(question.text, passages, question.spans[0], known=False)[:1]
            else:
                nearest = top_rows(lexicon.scores(terms(question.text)), 1)
                yield from (Lesson(question.text, passages[at], (), False) for at in nearest)


def article_text(lesson: Lesson) -> str:
    """All of the article that a lesson's passage stands in."""
    return lesson.passage.document.text


def off_topic(lessons: Sequence[Lesson], chance: np.random.Generator) -> Lesson:
    """A question of one lesson asked of the passage of another, which stands in another article."""
    while True:
        one, other = (lessons[int(chance.integers(len(lessons)))] for _ in range(2))
        if one.passage.document is not other.passage.document:
            return Lesson(one.question, other.passage, (), False)
