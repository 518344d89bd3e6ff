"""Documents -> passages -> vectors -> ranked evidence. Knows nothing of chat, terminals or Discord.

Names in `_LAZY` are loaded when they are first used: what answers a question must not wait for what builds an index.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from index.errors import CommentaryError, DocumentsError, IndexBusy, IndexDamaged, IndexUnavailable, ModelUnavailable
from index.generations import Generations, Manifest
from index.models import DEFAULT_JUDGE, DEFAULT_MODEL, find_model
from index.nouns import Document, Passage, Sentence, Span
from index.words import matching_words, names, terms, words

if TYPE_CHECKING:
    from index.builder import Builder, Built
    from index.documents import Loaded, default_corpus, load_documents
    from index.evidence import Evidence, EvidenceModel, Judgement, LogisticEvidence, Regression
    from index.judges import load_evidence_model
    from index.passages import SPLITTING
    from index.reader import IndexReader
    from index.retriever import PASSAGES, FusedRetriever
    from index.sentences import split_sentences
    from index.wording import is_country

_LAZY = {
    "PASSAGES": "index.retriever",
    "SPLITTING": "index.passages",
    "Builder": "index.builder",
    "Built": "index.builder",
    "Evidence": "index.evidence",
    "Judgement": "index.evidence",
    "EvidenceModel": "index.evidence",
    "FusedRetriever": "index.retriever",
    "IndexReader": "index.reader",
    "Loaded": "index.documents",
    "LogisticEvidence": "index.evidence",
    "Regression": "index.evidence",
    "default_corpus": "index.documents",
    "is_country": "index.wording",
    "load_documents": "index.documents",
    "load_evidence_model": "index.judges",
    "split_sentences": "index.sentences",
}

__all__ = [
    "DEFAULT_JUDGE",
    "DEFAULT_MODEL",
    "PASSAGES",
    "SPLITTING",
    "Builder",
    "Built",
    "CommentaryError",
    "Document",
    "DocumentsError",
    "Evidence",
    "EvidenceModel",
    "FusedRetriever",
    "Generations",
    "IndexBusy",
    "IndexDamaged",
    "IndexReader",
    "IndexUnavailable",
    "Judgement",
    "Loaded",
    "LogisticEvidence",
    "Manifest",
    "ModelUnavailable",
    "Passage",
    "Regression",
    "Sentence",
    "Span",
    "default_corpus",
    "find_model",
    "is_country",
    "load_documents",
    "load_evidence_model",
    "matching_words",
    "names",
    "split_sentences",
    "terms",
    "words",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'index' has no attribute {name!r}")
