"""Errors of the faces; the index has its own. All share one base."""

from __future__ import annotations

from index import CommentaryError


class SettingsError(CommentaryError):
    """A setting has a value that cannot be used."""


class QuestionError(CommentaryError):
    """What was asked is no question that can be answered: empty, or far too long."""


class SavedAnswersError(CommentaryError):
    """A file of saved answers cannot be read as one."""


class ChatModelError(CommentaryError):
    """A chat model gave no reply that can be used. The message holds no word of the provider's: it may repeat the key."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ConversationsError(CommentaryError):
    """Kept conversations cannot be erased, or there is none under that name."""
