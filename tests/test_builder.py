"""Builds embed only what changed, leave nothing behind, and may die at any moment: the old generation still answers."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import bot.session
import index.builder
from bot.indexing import changed_sources
from bot.session import Session
from bot.settings import Settings
from index import (
    DEFAULT_MODEL,
    Builder,
    DocumentsError,
    FusedRetriever,
    Generations,
    IndexBusy,
    IndexReader,
    IndexUnavailable,
    Manifest,
    find_model,
)

KEEPER = "The lighthouse keeper is called Marta Quill. She has kept the light for forty years.\n"
BAKER = "The baker is called Otto Brandt. He has baked bread for ten years.\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two short documents that take seconds to index."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "keeper.txt").write_text(KEEPER)
    (tmp_path / "corpus" / "baker.txt").write_text(BAKER)
    return tmp_path / "corpus"


def build(data: Path, *roots: Path, model: str = DEFAULT_MODEL, **options: bool) -> index.builder.Built:
    return Builder(data, model).build([str(root) for root in roots], **options)


def current(data: Path) -> Manifest:
    manifest = Generations(data).current()
    assert manifest is not None
    return manifest


def generations(data: Path) -> list[str]:
    return sorted(path.name for path in (data / "generations").iterdir())


def passages(data: Path) -> list[str]:
    """Texts of all passages, after checking that every vector is that of its text."""
    opened = IndexReader.open(data)
    sentences = {sentence.row: sentence.text for passage in opened.passages for sentence in passage.sentences}
    for texts, vectors in (
        ([passage.text for passage in opened.passages], opened.passage_vectors),
        ([sentences[row] for row in sorted(sentences)], opened.sentence_vectors),
    ):
        assert np.abs(np.asarray(vectors) - opened.encoder.encode(texts)).max() < 1e-4
    opened.close()
    return [passage.text for passage in opened.passages]


def best(data: Path, question: str) -> str:
    opened = IndexReader.open(data)
    found = FusedRetriever(opened).invoke(question)
    opened.close()
    return found[0].page_content


def building(data: Path, corpus: Path) -> subprocess.Popen[bytes]:
    """`commentary index` in its own process group."""
    (data.parent / "temporary").mkdir(exist_ok=True)
    environment = {**os.environ, "COMMENTARY_DATA_DIR": str(data), "TMPDIR": str(data.parent / "temporary")}
    command = [sys.executable, "-c", "from bot.cli import main; main()", "index", str(corpus)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


UNCHANGED = """
import json, sys
from pathlib import Path
from index import DEFAULT_MODEL, Builder
built = Builder(Path(sys.argv[1]), DEFAULT_MODEL).build([])
print(json.dumps([built.manifest.name, built.changed, built.embedded, "torch" in sys.modules]))
"""


def test_where_nothing_changed_the_generation_stays_and_torch_is_not_loaded(own_data: Path) -> None:
    before = current(own_data), generations(own_data)
    child = subprocess.run([sys.executable, "-c", UNCHANGED, str(own_data)], capture_output=True, text=True, check=True)
    assert json.loads(child.stdout) == [before[0].name, False, 0, False]
    assert (current(own_data), generations(own_data)) == before


def test_a_first_build_embeds_every_text_once_and_tells_how_far_it_is(own_data: Path, corpus: Path) -> None:
    heard: list[tuple[int, int]] = []
    built = Builder(own_data, DEFAULT_MODEL).build([str(corpus)], progress=lambda done, total: heard.append((done, total)))
    assert (built.changed, built.embedded) == (True, 6)  # 2 passages and 4 sentences
    assert (heard[0], heard[-1]) == ((0, 6), (6, 6))
    assert passages(own_data) == [BAKER.strip(), KEEPER.strip()]


def test_the_manifest_says_what_the_index_was_made_from(own_data: Path, corpus: Path) -> None:
    (corpus / "empty.txt").write_text("")
    manifest = build(own_data, corpus).manifest
    assert (manifest.documents, manifest.passages, manifest.sentences) == (2, 2, 4)
    assert (manifest.roots, manifest.model, manifest.weights) == ((str(corpus),), DEFAULT_MODEL, find_model(DEFAULT_MODEL).weights)
    assert {name: source["path"] for name, source in manifest.sources.items()} == {
        "keeper.txt": str(corpus / "keeper.txt"),
        "baker.txt": str(corpus / "baker.txt"),
    }
    assert manifest.skipped == ((str(corpus / "empty.txt"), "empty: it has no text to quote"),)
    assert manifest == current(own_data)


def test_only_the_texts_of_a_changed_paragraph_are_embedded(own_data: Path, corpus: Path) -> None:
    (corpus / "keeper.txt").write_text(KEEPER + "\n" + "A third sentence stands here. And a fourth.\n")
    build(own_data, corpus)
    (corpus / "keeper.txt").write_text(KEEPER + "\n" + "A third sentence stood here. And a fourth.\n")
    built = build(own_data, corpus)
    assert (built.changed, built.embedded) == (True, 2)  # the passage, and its first sentence
    assert passages(own_data) == [BAKER.strip(), KEEPER.strip(), "A third sentence stood here. And a fourth."]


def test_texts_that_only_moved_are_not_embedded(own_data: Path, corpus: Path) -> None:
    build(own_data, corpus)
    (corpus / "keeper.txt").write_text("\n\n  " + KEEPER)
    (corpus / "baker.txt").rename(corpus / "zz.txt")
    built = build(own_data, corpus)
    assert (built.changed, built.embedded) == (True, 0)
    assert passages(own_data) == [KEEPER.strip(), BAKER.strip()]


def test_a_removed_file_is_pruned(own_data: Path, corpus: Path) -> None:
    build(own_data, corpus)
    assert best(own_data, "What is the lighthouse keeper called?") == KEEPER.strip()
    (corpus / "keeper.txt").unlink()
    built = build(own_data, corpus)
    assert (built.changed, built.embedded, list(built.manifest.sources)) == (True, 0, ["baker.txt"])
    assert best(own_data, "What is the lighthouse keeper called?") == BAKER.strip()


def test_documents_that_are_all_gone_leave_the_index_as_it_was(own_data: Path, corpus: Path) -> None:
    before = build(own_data, corpus).manifest
    for path in corpus.iterdir():
        path.unlink()
    with pytest.raises(DocumentsError):
        build(own_data, corpus)
    assert current(own_data) == before
    assert best(own_data, "What is the lighthouse keeper called?") == KEEPER.strip()


def test_documents_without_a_sentence_are_named_as_such(own_data: Path, corpus: Path) -> None:
    for path in corpus.iterdir():
        path.unlink()
    (corpus / "china.md").write_text("---\ntitle: X\n---\n## China\n\nChina.\n")
    with pytest.raises(DocumentsError, match="only headings"):
        build(own_data, corpus)


def test_a_file_that_became_empty_is_told_as_changed(own_data: Path, corpus: Path) -> None:
    manifest = build(own_data, corpus).manifest
    assert changed_sources(manifest) == []
    (corpus / "keeper.txt").write_text("")
    os.utime(corpus / "keeper.txt", (time.time() + 60,) * 2)
    assert changed_sources(manifest) == ["keeper.txt"]


def test_the_same_weights_under_another_name_are_another_index(own_data: Path, corpus: Path, tmp_path: Path) -> None:
    build(own_data, corpus)
    (tmp_path / "model").symlink_to(find_model(DEFAULT_MODEL).folder, target_is_directory=True)
    built = build(own_data, corpus, model=str(tmp_path / "model"))
    assert (built.changed, built.manifest.model) == (True, str(tmp_path / "model"))
    assert not build(own_data, corpus, model=str(tmp_path / "model")).changed


def test_another_splitting_is_another_index(own_data: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build(own_data, corpus).manifest
    monkeypatch.setattr(index.builder, "SPLITTING", "otherwise")
    built = build(own_data, corpus)
    assert (built.changed, built.manifest.splitting) == (True, "otherwise")
    assert (current(own_data).name, before.name < built.manifest.name) == (built.manifest.name, True)


def test_a_question_rebuilds_an_index_of_another_splitting(own_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (index.builder, bot.session):
        monkeypatch.setattr(module, "SPLITTING", "otherwise")
    session = Session(Settings(data_dir=own_data))
    assert "Economic sanctions on the North" in session.ask("Why does China matter for sanctions?").text
    assert session.index.manifest.splitting == "otherwise"
    session.close()


def test_an_open_index_answers_after_its_generation_was_replaced_twice(own_data: Path, corpus: Path) -> None:
    build(own_data, corpus)
    opened = IndexReader.open(own_data)
    for text in ("One is new here.\n", "Two is new here.\n"):
        (corpus / "keeper.txt").write_text(text)
        build(own_data, corpus)
    assert opened.manifest.name not in generations(own_data)
    assert FusedRetriever(opened).invoke("What is the lighthouse keeper called?")[0].page_content == KEEPER.strip()
    opened.close()


def test_what_dead_builds_left_is_removed_and_two_generations_are_kept(own_data: Path, corpus: Path) -> None:
    (own_data / "generations" / ".new-dead").mkdir()
    (own_data / "generations" / ".new-dead" / "half.npy").write_bytes(b"half")
    names = [current(own_data).name, build(own_data, corpus).manifest.name]
    (corpus / "keeper.txt").unlink()
    names.append(build(own_data, corpus).manifest.name)
    assert generations(own_data) == names[1:]


def test_a_generation_that_fails_its_check_is_thrown_away(own_data: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = current(own_data), generations(own_data)
    monkeypatch.setattr(index.builder, "PROBE_SECONDS", 0.01)  # as if it hung
    with pytest.raises(IndexUnavailable, match="failed its check and was thrown away, the old one is untouched"):
        build(own_data, corpus)
    assert (current(own_data), generations(own_data)) == before


def test_the_check_asks_the_store(own_data: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = index.builder.write_store
    monkeypatch.setattr(index.builder, "write_store", lambda folder, found, vectors: write(folder, found, -vectors))
    with pytest.raises(IndexUnavailable, match="failed its check"):
        build(own_data, corpus)


def test_a_second_builder_is_told_who_builds(own_data: Path, corpus: Path) -> None:
    with building(own_data, corpus) as first:
        while f'"pid": {first.pid},' not in (own_data / "writer.json").read_text():
            assert first.poll() is None
            time.sleep(0.01)
        with pytest.raises(IndexBusy, match=rf"\(pid {first.pid}, since "):
            build(own_data, corpus)
        assert first.wait() == 0
    assert not build(own_data, corpus).changed


def damage(data: Path, file: str) -> None:
    folder = data if file == "CURRENT" or file.startswith("encoders") else data / "generations" / current(data).name
    [path] = folder.glob(file)
    raw = path.read_bytes()
    path.unlink()
    path.write_bytes(raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 255]) + raw[len(raw) // 2 + 1 :])


@pytest.mark.parametrize(
    "file",
    [
        "chroma/chroma.sqlite3",
        *(pytest.param(file, marks=pytest.mark.slow) for file in ("CURRENT", "manifest.json", "encoders/*/model.onnx", "documents.json")),
    ],
)
def test_a_session_rebuilds_a_damaged_index_and_answers(own_data: Path, caplog: pytest.LogCaptureFixture, file: str) -> None:
    damage(own_data, file)
    session = Session(Settings(data_dir=own_data))
    answer = session.ask("Why does China matter for sanctions?")
    assert answer.quotes[0].text.startswith("Economic sanctions on the North depend on China for enforcement.")
    assert f"{file.split('/')[-1]} is damaged" in caplog.text
    Generations(own_data).check(current(own_data))
    session.close()


def test_a_lost_index_is_rebuilt_from_the_texts_it_kept_if_the_documents_are_gone_too(own_data: Path, corpus: Path) -> None:
    build(own_data, corpus)
    (corpus / "baker.txt").unlink()
    (corpus / "keeper.txt").unlink()
    damage(own_data, "texts.json")
    built = build(own_data, corpus)
    assert (built.changed, built.embedded) == (True, 6)
    assert passages(own_data) == [BAKER.strip(), KEEPER.strip()]


def killed_build(data: Path, corpus: Path, seconds: float | None = None) -> float:
    """Seconds that a build ran in its own process; killed after `seconds`, or left to end."""
    started = time.monotonic()
    with building(data, corpus) as child:
        try:
            assert child.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    return time.monotonic() - started


@pytest.mark.parametrize(
    "embeds",
    [pytest.param(False, id="files removed"), pytest.param(True, id="files added", marks=pytest.mark.slow)],
)
def test_20_builds_killed_at_20_moments_do_no_harm(own_data: Path, corpus: Path, embeds: bool) -> None:
    others = [corpus / f"{number}.txt" for number in range(22)]

    def change(path: Path) -> None:
        path.write_text(f"File {path.name} holds this sentence.\n") if embeds else path.unlink()

    for path in others:
        path.write_text(f"File {path.name} is short.\n")
    build(own_data, corpus)
    change(others[20])
    whole = killed_build(own_data, corpus)
    alive = 0
    for moment, path in enumerate(others[:20]):
        before = current(own_data)
        change(path)
        took = killed_build(own_data, corpus, whole * (moment + 0.5) / 20)
        if current(own_data) == before:
            alive += 1
        else:
            whole = min(whole, took)  # it ended: the machine is quicker now than when `whole` was taken
        assert best(own_data, "What is the lighthouse keeper called?") == KEEPER.strip()
        Generations(own_data).check(current(own_data))
    assert alive > 10  # else the kills came too late
    change(others[21])
    killed_build(own_data, corpus)
    left = {path.name for path in corpus.iterdir()}
    assert set(current(own_data).sources) == left
    assert len(generations(own_data)) == 2 and not any(name.startswith(".") for name in generations(own_data))
