"""The evidence model that a setting names."""

from __future__ import annotations

from index.evidence import EvidenceModel, LogisticEvidence
from index.models import find_model
from index.reader import IndexReader

READING, MEASURING = "reading", "measuring"


def prepare_evidence_model(name: str) -> None:
    """Read what `open_evidence_model` will need and no index has: in a thread of its own, while the index is opened."""
    if name == READING:
        from index.reading_model import ReadingModel

        ReadingModel.packaged()


def open_evidence_model(name: str, index: IndexReader) -> EvidenceModel:
    """ "reading" is the packaged model, "measuring" does without a network; any other name is a cross-encoder's, or its folder.

    Raises ModelUnavailable.
    """
    if name == MEASURING:
        return LogisticEvidence(index)
    if name == READING:
        from index.stacked import ReadingEvidence

        return ReadingEvidence(index)
    from index.cross_encoder import CrossEncoderEvidence

    return CrossEncoderEvidence(index, find_model(name, setting="COMMENTARY_EVIDENCE_MODEL"))
