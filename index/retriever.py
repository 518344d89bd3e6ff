"""Question -> the passages most likely to answer it: dense and lexical rankings, fused, as a LangChain retriever."""

from __future__ import annotations

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import PrivateAttr

from index.ranking import fused, top_rows
from index.reader import IndexReader
from index.words import terms

PASSAGES = 12
CANDIDATES = 50


class FusedRetriever(BaseRetriever):
    """The best `count` passages by z(BM25) + DENSE z(cosine), standardised over the candidates of both rankings.

    Each document's metadata has the passage's place, its `row` in the index, and the scores `dense`, `lexical` and `fused`.
    """

    count: int = PASSAGES
    _index: IndexReader = PrivateAttr()  # pydantic would look for a schema of everything an index holds

    def __init__(self, index: IndexReader, count: int = PASSAGES) -> None:
        super().__init__(count=count)
        self._index = index

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun | None = None) -> list[LangChainDocument]:
        vector = self._index.encoder.encode_query(query)
        lexical = self._index.passage_lexicon.scores(terms(query))
        dense = self._index.store.ranking(vector, min(CANDIDATES, len(self._index.passages)))
        rows = sorted({row for row, _ in dense} | set(top_rows(lexical, CANDIDATES)))
        cosine = np.asarray(self._index.passage_vectors[rows]) @ vector
        scores = fused(lexical[rows], cosine)
        return [
            self._document(rows[at], dense=float(cosine[at]), lexical=float(lexical[rows[at]]), fused=float(scores[at]))
            for at in top_rows(scores, self.count)
        ]

    def _document(self, row: int, **scores: float) -> LangChainDocument:
        passage = self._index.passages[row]
        place = {key: getattr(passage, key) for key in ("start", "end", "section", "paragraph")}
        return LangChainDocument(passage.text, id=str(row), metadata={"document": passage.document.id, **place, "row": row, **scores})
