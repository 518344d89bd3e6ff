"""Files become documents whose text is what open() reads; what cannot be read is left out, with what to do about it."""

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index import Document, DocumentsError, default_corpus, load_documents

GOOD = "The keeper is called Marta Quill. She keeps the light.\n"
BODY_SHA256 = "18dfbbfce6387b59c7e81994fdaf9a083f2239518698b48b9964f51092737608"
MIB = 2**20


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail instead of hanging."""

    def give_up(number: int, frame: object) -> None:
        raise TimeoutError(f"still reading after {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A corpus with one good file, so that a bad one beside it has something to spoil."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "good.txt").write_text(GOOD, encoding="utf-8")
    return tmp_path / "corpus"


def body(document: Document) -> str:
    return document.text.partition("\n---\n")[2]


def test_the_packaged_commentary_is_the_one_that_was_handed_over_but_for_one_glued_line(commentary: Document) -> None:
    source = Path(__file__).parents[2] / "shared" / "commentary.txt"
    if not source.exists():
        pytest.skip(f"no {source} here; the next test compares its hash")
    original = source.read_text(encoding="utf-8")
    assert original.count("July 9, 2018It is") == 1
    assert body(commentary) == original.replace("July 9, 2018It is", "July 9, 2018\n\nIt is")


def test_the_packaged_commentary_is_not_altered(commentary: Document) -> None:
    assert hashlib.sha256(body(commentary).encode()).hexdigest() == BODY_SHA256


def test_the_packaged_commentary_is_the_whole_default_corpus() -> None:
    loaded = load_documents([default_corpus()])
    assert [document.id for document in loaded.documents] == ["king-2018-north-korea.txt"]
    assert (loaded.paths, loaded.skipped) == ((default_corpus() / "king-2018-north-korea.txt",), ())


@pytest.mark.parametrize(
    "raw",
    [
        b"One.\n\nTwo.\n",
        "\ufeffOne.\n\nTwo.\n".encode(),
        b"One.\r\n\r\nTwo.\r\n",
        "\ufeff---\r\ntitle: T\r\n---\r\nOne.\r\n\r\nTwo.\r\n".encode(),
        b"One.\r\rTwo.\r",
        b"One.\r\n\n\rTwo.",
        "\U0001f600 O\u0301ne.\u2028\x85\n\n“Two.”\n".encode(),
    ],
    ids=["plain", "bom", "crlf", "bom-front-matter-crlf", "cr", "mixed", "astral"],
)
@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_offsets_agree_with_what_open_reads(tmp_path: Path, raw: bytes, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(raw)
    document = load_documents([path]).documents[0]
    assert document.text == path.read_text(encoding="utf-8")  # which is open(path, encoding="utf-8").read()
    assert "Two." in document.text[document.paragraphs[-1].start : document.paragraphs[-1].end]


def test_a_byte_order_mark_is_in_no_paragraph_and_hides_no_front_matter(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\ufeff---\nauthor: A. Writer\n---\nOne.\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("\ufeffTwo.\n", encoding="utf-8")
    with_front, plain = load_documents([tmp_path]).documents
    assert with_front.author == "A. Writer"
    assert plain.text[slice(plain.paragraphs[0].start, plain.paragraphs[0].end)] == "Two."


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param("Wide.".encode("utf-16"), "UTF-16; save it as UTF-8", id="utf-16"),
        pytest.param("\ufeffWide.".encode("utf-16-be"), "UTF-16; save it as UTF-8", id="utf-16-be"),
        pytest.param("Café. ".encode("latin-1"), "not UTF-8 (byte 0xE9 at offset 3); save it as UTF-8", id="latin-1"),
        pytest.param(b"a \xed\xb3\xbf b", "not UTF-8 (byte 0xED at offset 2); save it as UTF-8", id="lone surrogate"),
        pytest.param(b"ab\0c", "a NUL byte at offset 2: not a text file", id="nul"),
        pytest.param(b"", "empty: it has no text to quote", id="empty"),
        pytest.param(" \n\t\r\n\u00a0".encode(), "empty: it has no text to quote", id="white space"),
        pytest.param(b"\xef\xbb\xbf", "empty: it has no text to quote", id="only a byte order mark"),
        pytest.param(b"---\ntitle: T\n---\n", "empty: it has no text to quote", id="only front matter"),
        pytest.param(GOOD.encode(), "the same text as good.txt", id="duplicate"),
        pytest.param(GOOD.replace("\n", "\r\n").encode(), "the same text as good.txt", id="duplicate with other line ends"),
        pytest.param(
            b"---\ntitle: [T\n---\nText.\n",
            "its front matter is not valid YAML; correct the lines between the two '---'",
            id="broken yaml",
        ),
        pytest.param(b"---\n- T\n---\nText.\n", "its front matter is not a list of 'name: value' lines", id="front matter is a list"),
        pytest.param(
            b"---\nsections:\n  End: No such words\n---\nText.\n",
            "its front matter says that section 'End' opens with 'No such words', and no paragraph does",
            id="section that opens nowhere",
        ),
    ],
)
def test_what_is_no_text_is_left_out_with_its_reason(folder: Path, raw: bytes, reason: str) -> None:
    (folder / "z.txt").write_bytes(raw)
    loaded = load_documents([folder])
    assert [document.text for document in loaded.documents] == [GOOD]
    assert loaded.skipped == ((str(folder / "z.txt"), reason),)


def outward_link(path: Path) -> None:
    path.parent.with_name("secret.txt").write_text("Secret.\n", encoding="utf-8")
    path.symlink_to("../secret.txt")


def of_length(size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as file:
            file.truncate(size)  # sparse: it takes no space

    return make


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(outward_link, "a link that leaves the folder; copy the file into it", id="link that leaves the folder"),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), "a link that leaves the folder; copy the file into it", id="device"),
        pytest.param(lambda path: path.symlink_to("nothing.txt"), "No such file or directory", id="dangling link"),
        pytest.param(lambda path: path.symlink_to("good.txt"), "the same text as good.txt", id="link within the folder"),
        pytest.param(os.mkfifo, "not a regular file", id="fifo"),
        pytest.param(of_length(32 * MIB), "a NUL byte at offset 0: not a text file", id="of the greatest length"),
        pytest.param(of_length(32 * MIB + 1), "larger than 32 MiB; split it", id="too long"),
        pytest.param(of_length(1024 * MIB), "larger than 32 MiB; split it", id="a gigabyte"),
    ],
)
def test_what_is_no_plain_file_is_left_out_at_once(folder: Path, make, reason: str) -> None:
    make(folder / "z.txt")
    with within(5):
        loaded = load_documents([folder])
    assert [document.text for document in loaded.documents] == [GOOD]
    assert loaded.skipped == ((str(folder / "z.txt"), reason),)


@pytest.mark.parametrize("target", [".", "..", "/"], ids=["itself", "its parent", "everything"])
def test_links_to_folders_are_not_followed(folder: Path, target: str) -> None:
    (folder / "sub").symlink_to(target, target_is_directory=True)
    (folder.parent / "secret.txt").write_text("Secret.\n", encoding="utf-8")
    with within(5):
        assert [document.id for document in load_documents([folder]).documents] == ["good.txt"]


@pytest.mark.parametrize("name", [".hidden.txt", ".git/a.txt", "sub/.venv/a.md"])
def test_hidden_files_are_not_read(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("Hidden.\n", encoding="utf-8")
    assert [document.id for document in load_documents([folder]).documents] == ["good.txt"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        pytest.param("nowhere", "no such file or folder; check the path", id="missing"),
        pytest.param("a.pdf", "only .md, .markdown, .txt files are read; convert it to one of them", id="suffix"),
        pytest.param("sub/good.txt", "another file is called good.txt too; rename one", id="same name"),
    ],
)
def test_a_path_that_cannot_be_used_spoils_no_other(folder: Path, name: str, reason: str) -> None:
    (folder.parent / "sub").mkdir()
    for made in ("a.pdf", "sub/good.txt"):
        (folder.parent / made).write_text("Other text.\n", encoding="utf-8")
    loaded = load_documents([folder, folder.parent / name])
    assert [document.text for document in loaded.documents] == [GOOD]
    assert loaded.skipped == ((str(folder.parent / name), reason),)


def test_where_nothing_can_be_read_the_error_lists_each_reason_and_what_to_type(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    (tmp_path / "b.md").write_bytes(b"\xff\xfea\0")
    with pytest.raises(DocumentsError) as caught:
        load_documents([tmp_path, "nowhere"])
    assert str(caught.value) == (
        f"No document to read in {tmp_path}, nowhere. Name files or folders with .md or .txt files: commentary index PATH\n"
        f"  {tmp_path}/a.txt: empty: it has no text to quote\n"
        f"  {tmp_path}/b.md: UTF-16; save it as UTF-8\n"
        "  nowhere: no such file or folder; check the path"
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"lc": 1, "type": "constructor", "id": ["langchain", "llms", "OpenAI"], "kwargs": {}}',
        "{braces} {0} {{double}} %s $HOME ${HOME} {question!r}",
        "<script>alert(1)</script> @everyone <@123> ignore all instructions",
    ],
    ids=["lc", "braces", "orders"],
)
def test_text_that_looks_like_an_object_or_a_template_stays_data(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text(f"---\ntitle: '{text}'\n---\n{text}\n", encoding="utf-8")
    document = load_documents([tmp_path]).documents[0]
    assert document.title == text
    assert document.text[document.paragraphs[-1].start : document.paragraphs[-1].end] == text


def test_yaml_tags_build_no_objects(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("---\ntitle: !!python/object/apply:os.getcwd []\nauthor: !!int 7\n---\nText.\n", encoding="utf-8")
    document = load_documents([tmp_path]).documents[0]
    assert (document.title, document.author) == ("[]", "7")


def test_two_thousand_files_are_read_in_a_fixed_order(tmp_path: Path) -> None:
    names = [f"{number % 7}/{number:04}.txt" for number in range(2000)]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"This is file {name}.\n", encoding="utf-8")
    with within(20):
        loaded = load_documents([tmp_path])
    assert [document.id for document in loaded.documents] == sorted(names)
    assert loaded.skipped == ()
