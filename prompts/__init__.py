"""Every word that is said to a chat model stands here: a Markdown file a prompt, its first line declaring the placeholders."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from string import Template

__all__ = ["Prompt", "load_prompt"]
_DECLARES = "placeholders:"


@dataclass(frozen=True)
class Prompt:
    """A prompt with `$placeholders`. `version` is a hash of its file: it stands in the log beside each answer."""

    name: str
    text: str
    placeholders: frozenset[str]
    version: str

    def fill(self, **values: str) -> str:
        """The prompt's words; a `$` inside a value stays what it is. Raises KeyError for a missing value, ValueError for one too many."""
        if unknown := set(values) - self.placeholders:
            raise ValueError(f"The prompt {self.name} has no placeholder for {', '.join(sorted(unknown))}")
        return Template(self.text).substitute(values)


@lru_cache
def load_prompt(name: str) -> Prompt:
    """The prompt in `prompts/<name>.md`. Raises ValueError if it uses other placeholders than it declares."""
    return read_prompt(name, (files("prompts") / f"{name}.md").read_text(encoding="utf-8"))


def read_prompt(name: str, file: str) -> Prompt:
    """The prompt that a file's text holds. Raises ValueError as `load_prompt` does."""
    head, _, text = file.partition("\n---\n")
    if not head.startswith(_DECLARES) or not text.strip():
        raise ValueError(f'The prompt {name} must begin with "{_DECLARES} name, ..." and a line of three dashes')
    declared = frozenset(head.removeprefix(_DECLARES).replace(",", " ").split())
    template = Template(text.strip())
    if not template.is_valid() or set(template.get_identifiers()) != declared:
        used = ", ".join(sorted(template.get_identifiers())) or "none"
        raise ValueError(f"The prompt {name} declares {', '.join(sorted(declared)) or 'none'} and uses {used}; make the two agree")
    return Prompt(name, template.template, declared, hashlib.sha256(file.encode()).hexdigest()[:12])
