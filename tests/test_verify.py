"""Saved answers are untrusted: whatever is in the file, there is a verdict or one clear error."""

import json
from pathlib import Path

import pytest

from bot.errors import SavedAnswersError
from bot.verify import check_quote, check_saved
from index import Document

TEXT = "One two three. One two three. Four."
DOCUMENTS = {"a.txt": Document("a.txt", "A", TEXT)}


def quote(**changes):
    return {"document": "a.txt", "text": "One two three.", "start": 15, "end": 29, **changes}


@pytest.mark.parametrize(
    ("saved", "state", "start"),
    [
        (quote(), "unchanged", 15),
        (quote(start=3, end=17), "moved", 0),
        (quote(start=-5, end=9), "moved", 0),
        (quote(start=10**12, end=10**12 + 14), "moved", 0),
        (quote(text="One two four."), "gone", -1),
        (quote(text=""), "gone", -1),
        (quote(document="b.txt"), "gone", -1),
        (quote(end=20), "moved", 0),
    ],
    ids=["in place", "elsewhere", "negative", "far out", "altered", "empty", "other document", "wrong end"],
)
def test_a_quote_is_unchanged_moved_or_gone(saved, state: str, start: int) -> None:
    checked = check_quote(saved, DOCUMENTS)
    assert (checked.state, checked.start) == (state, start)


@pytest.mark.parametrize("form", [lambda a: json.dumps(a), lambda a: json.dumps([a, a]), lambda a: f"{json.dumps(a)}\n\n{json.dumps(a)}\n"])
def test_one_answer_a_list_or_lines(tmp_path: Path, form) -> None:
    file = tmp_path / "saved.json"
    file.write_text(form({"quotes": [quote()]}))
    assert {checked.state for checked in check_saved(file, DOCUMENTS)} == {"unchanged"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "3",
        '"text"',
        '{"quotes": 3}',
        '{"quotes": [{"document": 1}]}',
        "[" * 100_000,
        '{"quotes": [{"document": "a.txt", "text": "x", "start": "0", "end": 1}]}',
    ],
)
def test_anything_else_is_one_clear_error(tmp_path: Path, content: str) -> None:
    file = tmp_path / "saved.json"
    file.write_text(content)
    with pytest.raises(SavedAnswersError, match=r"name a file|nested too deeply") if content else _nothing_to_check():
        assert check_saved(file, DOCUMENTS) == []


def _nothing_to_check():
    from contextlib import nullcontext

    return nullcontext()
