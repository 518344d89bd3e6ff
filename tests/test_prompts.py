"""Prompts are files that say which placeholders they have, and are held to it."""

import re
from pathlib import Path

import pytest

from prompts import load_prompt, read_prompt

NAMES = sorted(path.stem for path in (Path(__file__).parents[1] / "prompts").glob("*.md"))


@pytest.mark.parametrize("name", NAMES)
def test_every_prompt_loads_and_its_version_is_a_hash_of_its_words(name: str) -> None:
    prompt = load_prompt(name)
    assert re.fullmatch("[0-9a-f]{12}", prompt.version)
    filled = prompt.fill(**dict.fromkeys(prompt.placeholders, "$5 {x} $fence"))
    assert filled.count("$5 {x} $fence") >= len(prompt.placeholders)


BAD = [
    ("no head at all", "must begin with"),
    ("placeholders: a\n---\n", "must begin with"),
    ("placeholders: a\n---\n$a and $b", "declares a and uses a, b"),
    ("placeholders: a, b\n---\n$a", "declares a, b and uses a"),
    ("placeholders:\n---\ncosts $ 5", "declares none"),
]


@pytest.mark.parametrize(("file", "fault"), BAD, ids=[fault for _, fault in BAD])
def test_a_prompt_that_does_not_keep_to_its_declaration_is_refused(file: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        read_prompt("bad", file)


def test_values_must_be_those_that_are_declared() -> None:
    with pytest.raises(ValueError, match="has no placeholder for other"):
        load_prompt("retry").fill(fault="x", other="y")
    with pytest.raises(KeyError):
        load_prompt("retry").fill()
