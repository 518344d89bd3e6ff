"""BM25 without its library: the weights that bm25s made give the scores that bm25s gives."""

from pathlib import Path

import bm25s
import numpy as np
import pytest

from index import IndexReader
from index.lexical import Lexicon
from index.words import terms

TEXTS = ["China enforces sanctions.", "Sanctions, sanctions and more sanctions on the North.", "", "Japan is near."]
QUESTIONS = ["sanctions", "Which sanctions does China enforce?", "sanctions sanctions", "nothing of this", ""]


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_the_library(question: str) -> None:
    lexicon, ranker = Lexicon.of(TEXTS), bm25s.BM25()
    ranker.index([terms(text) or [""] for text in TEXTS], show_progress=False)
    known = [term for term in terms(question) if term in ranker.vocab_dict]
    expected = ranker.get_scores(known) if known else np.zeros(len(TEXTS), np.float32)
    np.testing.assert_allclose(lexicon.scores(terms(question)), expected, rtol=1e-6)


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    Lexicon.of(TEXTS).save(tmp_path / "saved")
    found = Lexicon.load(tmp_path / "saved")
    for question in QUESTIONS:
        assert found.scores(terms(question)).tolist() == Lexicon.of(TEXTS).scores(terms(question)).tolist()
    assert found.size == len(TEXTS)


def test_a_term_that_no_text_has_is_the_rarest(index: IndexReader) -> None:
    rarities = [index.passage_lexicon.rarity(*terms(word)) for word in ("Korea", "sanctions", "vinegar", "zebra")]
    assert rarities == sorted(rarities) and len(set(rarities)) == 4
