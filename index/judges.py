"""The evidence model that a setting names."""

from __future__ import annotations

from collections.abc import Callable

from index.evidence import EvidenceModel, LogisticEvidence
from index.models import find_model
from index.reader import IndexReader

READING, MEASURING = "reading", "measuring"


def load_evidence_model(name: str) -> Callable[[IndexReader], EvidenceModel]:
    """What makes the model over an index, so that its files can be read while the index is opened.

    "reading" is the packaged model, "measuring" does without a network; any other name is a cross-encoder's, or its folder.
    Raises ModelUnavailable.
    """
    if name == MEASURING:
        return LogisticEvidence
    if name == READING:
        from index.reading_model import ReadingModel
        from index.stacked import ReadingEvidence

        model = ReadingModel.packaged()
        return lambda index: ReadingEvidence(index, model)
    from index.cross_encoder import CrossEncoderEvidence

    files = find_model(name, setting="COMMENTARY_EVIDENCE_MODEL")
    return lambda index: CrossEncoderEvidence(index, files)
