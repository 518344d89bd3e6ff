"""The ranked passages for a query, with the evidence in each; no answer is made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index import PASSAGES, Evidence, EvidenceModel, FusedRetriever, IndexReader, Passage, Span

_SCORES = ("fused", "dense", "lexical")


@dataclass(frozen=True)
class Hit:
    """A passage, its retrieval scores, and its sentences as evidence, best first."""

    passage: Passage
    scores: Mapping[str, float]
    evidence: Sequence[Evidence]


def search_index(index: IndexReader, model: EvidenceModel, query: str, top: int) -> list[Hit]:
    """The best `top` passages for `query`; their sentences are weighed among those that an answer would be chosen from."""
    documents = FusedRetriever(index, max(top, PASSAGES)).invoke(query)
    rows = [document.metadata["row"] for document in documents]
    evidence = model.judge(query, rows).evidence
    hits = []
    for row, document in list(zip(rows, documents, strict=True))[:top]:
        passage = index.passages[row]
        inside = [item for item in evidence if item.sentence in passage.sentences]
        hits.append(Hit(passage, {name: document.metadata[name] for name in _SCORES}, inside))
    return hits


def found_as_json(query: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """The hits as one JSON object."""
    return {
        "query": query,
        "passages": [
            {
                **_place(hit.passage),
                "scores": {name: round(score, 4) for name, score in hit.scores.items()},
                "sentences": [{**_place(item.sentence), "score": round(item.score, 4)} for item in hit.evidence],
            }
            for hit in hits
        ],
    }


def _place(span: Span) -> dict[str, Any]:
    place = {key: getattr(span, key) for key in ("text", "start", "end", "section", "paragraph")}
    return {"document": span.document.id, "title": span.document.title, **place}
