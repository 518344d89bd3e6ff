"""Generations on disk: one pointer, one writer, and no damaged, unfinished or unwritable file that goes unnoticed or crashes."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index import Generations, IndexBusy, IndexDamaged, IndexReader, IndexUnavailable
from index.generations import FORMAT, Manifest

FILES = [
    *("documents.json", "passages.json", "passages.npy", "sentences.npy", "texts.json", "vocabulary.json"),
    *(f"bm25-{kind}/{name}" for kind in ("passages", "sentences") for name in ("weights.npy", "rows.npy", "starts.npy", "terms.json")),
    *(f"chroma/{name}" for name in ("chroma.sqlite3", "*/data_level0.bin", "*/header.bin", "*/length.bin", "*/link_lists.bin")),
    *(f"encoders/*/{name}" for name in ("encoder.json", "model.onnx", "tokenizer.json")),
]
UNREAD = ("texts.json",)  # of use to builders only, which check every file
DAMAGES = {
    "truncated": lambda raw: raw[: len(raw) // 2] if raw else b"more",
    "flipped": lambda raw: raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :] if raw else b"\1",
    "deleted": lambda raw: None,
}


@pytest.fixture(scope="module")
def victim(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of `data` that tests damage and mend."""
    return Path(shutil.copytree(data, tmp_path_factory.mktemp("victim") / "data"))


@pytest.fixture
def mended() -> Iterator[list[tuple[Path, bytes]]]:
    """Files that were damaged, with what they held, to be written back after the test."""
    before: list[tuple[Path, bytes]] = []
    yield before
    for path, raw in before:
        path.write_bytes(raw)


def place(data: Path, manifest: Manifest, pattern: str) -> Path:
    [found] = (data if pattern.startswith("encoders/") else data / "generations" / manifest.name).glob(pattern)
    return found


def write(path: Path, raw: bytes | None) -> None:
    path.unlink()
    if raw is not None:
        path.write_bytes(raw)


def test_the_manifest_knows_every_file_and_the_table_of_damages_too(data: Path) -> None:
    manifest = Generations(data).current()
    assert manifest is not None
    folder = data / "generations" / manifest.name
    there = {path for path in (*folder.rglob("*"), *(data / "encoders").rglob("*")) if path.is_file()} - {folder / "manifest.json"}
    assert {data / file if file.startswith("encoders/") else folder / file for file in manifest.files} == there
    assert {place(data, manifest, pattern) for pattern in FILES} == there


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("pattern", FILES)
def test_a_damaged_file_is_noticed_and_named(victim: Path, mended: list[tuple[Path, bytes]], pattern: str, damage: str) -> None:
    manifest = Generations(victim).current()
    assert manifest is not None
    path = place(victim, manifest, pattern)
    mended.append((path, path.read_bytes()))
    write(path, DAMAGES[damage](path.read_bytes()))
    file = path.relative_to(victim if pattern.startswith("encoders/") else victim / "generations" / manifest.name).as_posix()
    for check in [Generations(victim).check, lambda found: IndexReader.of(victim, found)][: 1 if pattern in UNREAD else 2]:
        with pytest.raises(IndexDamaged, match="type: commentary index --rebuild") as caught:
            check(manifest)
        assert caught.value.file == file


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["CURRENT", "manifest.json"])
def test_a_damaged_pointer_or_manifest_is_noticed(victim: Path, mended: list[tuple[Path, bytes]], name: str, damage: str) -> None:
    path = victim / name if name == "CURRENT" else next(victim.glob("generations/*/manifest.json"))
    mended.append((path, path.read_bytes()))
    write(path, DAMAGES[damage](path.read_bytes()))
    with pytest.raises(IndexUnavailable, match="type: commentary index") as caught:
        IndexReader.open(victim)
    if (name, damage) != ("CURRENT", "deleted"):  # which looks as if there never was an index
        assert isinstance(caught.value, IndexDamaged) and caught.value.file in (name, "manifest.json")


@pytest.mark.parametrize("name", ["CURRENT", "manifest.json"])
def test_300_random_damages_of_the_pointer_or_the_manifest_never_crash_or_mislead(
    victim: Path, mended: list[tuple[Path, bytes]], name: str
) -> None:
    path = victim / name if name == "CURRENT" else next(victim.glob("generations/*/manifest.json"))
    chance, raw, manifest = random.Random(5), path.read_bytes(), Generations(victim).current()
    mended.append((path, raw))
    noticed = 0
    for _ in range(300):
        at, end = chance.randrange(len(raw)), chance.randrange(len(raw))
        path.write_bytes(chance.choice([raw[:end], raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :], raw[:at] + raw[end:]]))
        try:
            assert Generations(victim).current() == manifest
        except IndexDamaged:
            noticed += 1
    assert noticed > 250  # white space may be lost without harm, and a byte may be replaced by itself


@pytest.mark.parametrize(
    "pointer",
    ["", "one", "a b c", "../../etc/passwd 0", "../generations 0", ". 0", "\udcff 0", "nowhere 0", "/ 0"],
    ids=["empty", "one word", "three words", "a path", "a folder", "a dot", "not ascii", "unknown", "root"],
)
def test_a_pointer_to_anything_else_is_damage(tmp_path: Path, pointer: str) -> None:
    (tmp_path / "CURRENT").write_bytes(pointer.encode("utf-8", "surrogateescape"))
    with pytest.raises(IndexDamaged):
        Generations(tmp_path).current()


def test_an_index_of_another_version_is_said_to_be_one(victim: Path, mended: list[tuple[Path, bytes]]) -> None:
    path = next(victim.glob("generations/*/manifest.json"))
    mended.append((path, path.read_bytes()))
    path.write_bytes(path.read_bytes().replace(b'"format": %d' % FORMAT, b'"format": 999'))
    with pytest.raises(IndexDamaged, match="is of another version; type: commentary index --rebuild"):
        Generations(victim).manifest(path.parent.name)


def test_without_an_index_the_error_says_what_to_type(tmp_path: Path) -> None:
    assert (Generations(tmp_path).current(), Generations(tmp_path).stamp()) == (None, None)
    with pytest.raises(IndexUnavailable, match=f"There is no index in {tmp_path} yet; type: commentary index"):
        IndexReader.open(tmp_path)


def sealed(generations: Generations, text: str) -> Manifest:
    """A generation of one file."""
    generations.encoder_folder("weights").mkdir(parents=True, exist_ok=True)
    facts = {"roots": (), "model": "m", "weights": "weights", "splitting": "s", "sources": {}, "skipped": (("a", "b"),)}
    with generations.draft() as folder:
        (folder / "file").write_text(text)
        return generations.seal(folder, **facts, documents=1, passages=1, sentences=1)


def test_a_sealed_generation_is_read_back_only_after_the_flip(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    manifest = sealed(generations, "one")
    assert generations.current() is None
    generations.flip(manifest)
    assert generations.current() == generations.manifest(manifest.name) == manifest
    assert (generations.folder(manifest.name) / "file").read_text() == "one"


def test_the_stamp_changes_with_every_flip_only(tmp_path: Path) -> None:
    generations, stamps = Generations(tmp_path), []
    for text in ("one", "two", "three"):
        manifest = sealed(generations, text)
        stamps.append(generations.stamp())
        generations.flip(manifest)
        stamps.append(generations.stamp())
    assert stamps[0] is None
    assert stamps[1::2][:2] == stamps[2::2]
    assert len(set(stamps[1::2])) == 3


def test_the_generation_before_the_current_one_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    manifests = [sealed(generations, text) for text in "abcd"]
    for manifest in manifests:
        generations.flip(manifest)
    assert sorted(path.name for path in (tmp_path / "generations").iterdir()) == [manifest.name for manifest in manifests[2:]]


def test_a_half_written_generation_goes_when_the_next_is_begun(tmp_path: Path) -> None:
    generations = Generations(tmp_path)
    dead = tmp_path / "generations" / ".new-20260101T000000000000"
    dead.mkdir(parents=True)
    (dead / "half").write_text("written")
    with generations.draft() as begun:
        assert list((tmp_path / "generations").iterdir()) == [begun]
        assert list(begun.iterdir()) == []


def test_a_draft_that_fails_gives_its_room_back(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"), Generations(tmp_path).draft() as folder:
        (folder / "half").write_text("written")
        Path("/dev/full").write_text("x")
    assert list((tmp_path / "generations").iterdir()) == []


HOLDER = """
import sys
from pathlib import Path
from index import Generations
with Generations(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the writer lock of `tmp_path`."""
    child = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with child:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        yield child
        child.kill()


def test_a_second_writer_is_told_who_holds_the_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(IndexBusy, match=rf"Another process \(pid {holder.pid}, since 20.*\) is writing .* try again"):
        Generations(tmp_path).writing().__enter__()


@pytest.mark.parametrize("note", [b"", b"[]", b'{"pid": "x"}', b"\xff", b"null"], ids=["empty", "list", "no number", "not text", "null"])
def test_who_holds_the_lock_may_be_unreadable(tmp_path: Path, holder: subprocess.Popen[str], note: bytes) -> None:
    (tmp_path / "writer.json").write_bytes(note)
    with pytest.raises(IndexBusy, match="Another process is writing"):
        Generations(tmp_path).writing().__enter__()


def test_the_lock_dies_with_its_process(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    with Generations(tmp_path).writing():
        assert f'"pid": {os.getpid()}' in (tmp_path / "writer.json").read_text()


def test_a_writer_may_wait_for_the_lock(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    assert holder.stdin is not None
    waiting = Generations(tmp_path).writing(wait=20)
    holder.stdin.close()  # it ends soon
    with waiting:
        assert (tmp_path / "writer.json").exists()


def test_a_failing_write_says_what_to_do_and_frees_the_lock(tmp_path: Path) -> None:
    message = r"failed \(No space left on device\), the old one is untouched; free some space"
    with pytest.raises(IndexUnavailable, match=message), Generations(tmp_path).writing():
        Path("/dev/full").write_text("x")
    with Generations(tmp_path).writing():
        pass


@pytest.mark.parametrize("blocked", ["data", "data/CURRENT"])
def test_a_data_folder_that_cannot_be_used_is_named(tmp_path: Path, blocked: str) -> None:
    if blocked == "data":
        (tmp_path / "data").write_text("a file where the folder should be")
        with pytest.raises(IndexUnavailable, match=f"{tmp_path}/data cannot be written .* set COMMENTARY_DATA_DIR"):
            Generations(tmp_path / "data").writing().__enter__()
    (tmp_path / "other" / "CURRENT").mkdir(parents=True)
    with pytest.raises(IndexUnavailable, match=f"{tmp_path}/other cannot be read .* set COMMENTARY_DATA_DIR"):
        Generations(tmp_path / "other").current()


READ_ONLY = """
import sys
from pathlib import Path
from bot.session import Session
from bot.settings import Settings
data, corpus = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None
try:
    (data / "written").write_text("")
except PermissionError:
    print(Session(Settings(data_dir=data, corpus=corpus)).ask("Why does China matter for sanctions?").text)
else:
    print("the folder can be written to")
"""


@pytest.fixture
def unwritable(own_data: Path) -> Path:
    """A data folder that belongs to somebody else."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can give files away, and only setpriv keeps root from writing to them")
    for path in (own_data, *own_data.rglob("*")):
        os.chown(path, 65534, 65534)
        path.chmod(0o755 if path.is_dir() else 0o644)
    return own_data


@pytest.mark.parametrize("corpus", [False, True], ids=["as it was built", "although other documents are wanted"])
def test_a_data_folder_that_cannot_be_written_still_answers(unwritable: Path, tmp_path: Path, corpus: bool) -> None:
    (tmp_path / "other.txt").write_text("Other text.\n")
    wanted = [str(tmp_path / "other.txt")] if corpus else []
    privileges = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
    command = [*privileges, sys.executable, "-W", "error", "-c", READ_ONLY, str(unwritable), *wanted]
    child = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "Economic sanctions on the North depend on China for enforcement." in child.stdout, child.stderr
    assert "Traceback" not in child.stderr
    assert ("cannot be written (Permission denied)" in child.stderr) == corpus
