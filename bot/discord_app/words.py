"""Everything the bot says of itself, in each language: data in `words.json`, one object a language, the same keys in each. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

DEFAULT = "en"
_LEVELS = ((0.8, "high"), (0.5, "moderate"), (0.2, "low"), (0.0, "very_low"))


@dataclass(frozen=True)
class Words:
    """The sentences of one language, by name."""

    language: str
    said: dict[str, str]

    def __call__(self, name: str, **values: object) -> str:
        """The sentence, with its {values} filled in; they must be escaped already."""
        return self.said[name].format(**values)

    def level(self, confidence: float) -> str:
        """ "high (0.85)"."""
        name = next(word for least, word in _LEVELS if confidence >= least)
        return f"{self(name)} ({confidence:.2f})"


@cache
def _languages() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((files("bot.discord_app") / "words.json").read_text(encoding="utf-8"))
    return found


def languages() -> dict[str, str]:
    """Code -> its own name, of every language that is spoken."""
    return {code: said["language"] for code, said in _languages().items()}


def words_for(*locales: str | None) -> Words:
    """The language of the first locale ("pt-BR", "es-419") that is spoken; English if none is."""
    spoken = _languages()
    for locale in locales:
        code = (locale or "").split("-")[0]
        if code in spoken:
            return Words(code, spoken[code])
    return Words(DEFAULT, spoken[DEFAULT])
