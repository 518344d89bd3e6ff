"""What an evaluation needs beyond the default install, looked for before the first question is asked."""

from __future__ import annotations

from importlib.util import find_spec

from bot.errors import SettingsError

_MODULES = {
    "eval": ("ir_measures", "jinja2", "jsonschema", "matplotlib", "scipy"),
    "baselines": ("langchain_huggingface", "langchain_text_splitters"),
    "llama-index": ("llama_index", "llama_index.embeddings.huggingface"),
    "judge": ("ragas", "openai"),
}


def installed(extra: str) -> bool:
    """Whether everything of the optional `extra` can be imported."""
    return all(_found(module) for module in _MODULES[extra])


def need(extra: str, what: str) -> None:
    """Raises SettingsError with the install command if `what` cannot be done without the optional `extra`."""
    if not installed(extra):
        raise SettingsError(
            f"{what} needs packages that are not installed; type: pip install 'commentary-bot[{extra}]' (in a clone: '.[{extra}]')"
        )


def _found(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # of a parent package
        return False
