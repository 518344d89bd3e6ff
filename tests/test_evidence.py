"""Evidence is sorted, a probability, always the same, and tells what the text answers from what it does not."""

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

from index import DEFAULT_MODEL, EvidenceModel, FusedRetriever, IndexReader, Judgement, ModelUnavailable, find_model, load_evidence_model
from index.cross_encoder import CrossEncoderEvidence
from index.evidence import LogisticWeights, Regression

ANSWERABLE = {
    "Who can veto sanctions in the Security Council?": "China is a member of the UN Security Council with the power to veto",
    "How many American troops are stationed in South Korea?": "The United States has a security treaty with South Korea, almost 30,000",
    "How far is Japan from North Korea?": "Japan is only 600 miles from North Korea",
    "When did the UN impose sanctions on Pyongyang?": "For example, after the last North Korean nuclear test in September 2017",
    "How many American troops are stationed in Japan?": "In addition some 50,000 American troops are stationed in Japan.",
}
OFF_TOPIC = [
    "What is the best recipe for apple pie?",
    "Who painted the Mona Lisa?",
    "How do I install Python on Windows?",
    "Which planet is the largest?",
    "When was the telephone invented?",
    "When was the Eiffel Tower built?",
]


@pytest.fixture(scope="module", params=["reading", "measuring"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def model(index: IndexReader, name: str) -> EvidenceModel:
    return load_evidence_model(name)(index)


def judged(index: IndexReader, model: EvidenceModel, question: str) -> Judgement:
    return model.judge(question, [found.metadata["row"] for found in FusedRetriever(index).invoke(question)])


@pytest.mark.parametrize(("question", "opening"), ANSWERABLE.items())
def test_the_sentence_that_answers_is_the_best_evidence(index: IndexReader, model: EvidenceModel, question: str, opening: str) -> None:
    assert judged(index, model, question).evidence[0].sentence.text.startswith(opening)


def test_answerable_questions_score_clearly_higher_than_off_topic_ones(index: IndexReader, model: EvidenceModel) -> None:
    yes, no = ([judged(index, model, question).answerable for question in questions] for questions in (ANSWERABLE, OFF_TOPIC))
    assert min(yes) > model.threshold > max(no)
    assert min(yes) - max(no) > 0.3


@pytest.mark.parametrize("question", [*ANSWERABLE, *OFF_TOPIC, "", "of the", "🙂", "\u202eשלום", "x" * 2000, "1 2 3"])
def test_evidence_is_sorted_and_a_probability(index: IndexReader, model: EvidenceModel, question: str) -> None:
    judgement = judged(index, model, question)
    scores = [item.score for item in judgement.evidence]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= judgement.answerable <= 1.0 for score in scores)


def test_every_sentence_of_the_passages_but_the_title_lines_is_weighed_once(index: IndexReader, model: EvidenceModel) -> None:
    evidence = model.judge("Why does China matter?", range(len(index.passages))).evidence
    assert sorted(item.sentence.row for item in evidence) == list(range(2, index.manifest.sentences))


def test_title_lines_alone_are_no_evidence(index: IndexReader, model: EvidenceModel) -> None:
    titles = [row for row, passage in enumerate(index.passages) if not passage.paragraph]
    judgement = model.judge("When was the telephone invented?", titles)
    assert titles and not judgement.evidence and judgement.answerable == 0.0


def test_evidence_is_the_same_every_time(index: IndexReader, model: EvidenceModel, name: str) -> None:
    again = load_evidence_model(name)(index)
    for question in ANSWERABLE:
        index.encoder._recent.cache_clear()  # or the same vector would only be looked up
        assert judged(index, again, question) == judged(index, model, question)


def test_nothing_to_weigh_is_no_evidence(model: EvidenceModel) -> None:
    assert model.judge("Why?", []) == Judgement((), 0.0)


def test_weights_of_other_features_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.evidence.NAMES", ("cosine", "another"))
    with pytest.raises(ValueError, match="type: make train"):
        LogisticWeights.packaged()


def test_a_regression_gives_the_logistic_of_standardised_features() -> None:
    regression = Regression(("a", "b"), np.array([1.0, 2.0]), np.array([2.0, 4.0]), np.array([1.0, -1.0]), 0.5)
    assert regression.probabilities(np.array([[1.0, 2.0], [3.0, -2.0]])) == pytest.approx([1 / (1 + np.exp(-0.5)), 1 / (1 + np.exp(-2.5))])


def test_a_regression_is_stored_as_it_is() -> None:
    packaged = LogisticWeights.packaged().sentence
    again = Regression.from_json(packaged.as_json())
    features = np.ones((1, len(packaged.names)))
    assert (again.names, again.probabilities(features)) == (packaged.names, packaged.probabilities(features))


def cross_encoder(folder: Path, labels: int) -> str:
    """A tiny cross-encoder with random weights, saved as sentence-transformers would."""
    torch.manual_seed(1)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertForSequenceClassification(BertConfig(num_labels=labels, **sizes)).save_pretrained(folder)
    AutoTokenizer.from_pretrained(find_model(DEFAULT_MODEL).folder).save_pretrained(folder)
    return str(folder)


def test_a_cross_encoder_by_folder_weighs_the_evidence(index: IndexReader, tmp_path: Path) -> None:
    model = load_evidence_model(cross_encoder(tmp_path, 1))(index)
    judgement = model.judge("Why does China matter?", range(3))
    scores = [item.score for item in judgement.evidence]
    assert isinstance(model, CrossEncoderEvidence) and len(set(scores)) > 1
    assert scores == sorted(scores, reverse=True) and judgement.answerable == scores[0] < 1
    assert model.judge("Why?", []) == Judgement()


def test_a_cross_encoder_with_several_scores_is_refused(index: IndexReader, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="choose a cross-encoder that gives one"):
        load_evidence_model(cross_encoder(tmp_path, 2))(index)


def test_an_unknown_evidence_model_names_its_setting(index: IndexReader) -> None:
    with pytest.raises(ModelUnavailable, match="check COMMENTARY_EVIDENCE_MODEL"):
        load_evidence_model("nobody/nothing")(index)
