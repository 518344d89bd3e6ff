"""The errors a user can cause or mend. Each message says what is wrong and what to type next."""


class CommentaryError(Exception):
    """Base of every expected error; anything else that reaches a face is a bug."""


class DocumentsError(CommentaryError):
    """No document could be read from the paths that were given."""


class UnreadableDocument(CommentaryError):
    """One file cannot be read as a document; the others can."""


class IndexUnavailable(CommentaryError):
    """There is no index that can answer, and none could be built."""


class IndexBusy(IndexUnavailable):
    """Another process is writing the index."""


class IndexDamaged(IndexUnavailable):
    """A file of the index is missing or is not what was written; `file` names it."""

    def __init__(self, message: str, *, file: str) -> None:
        super().__init__(message)
        self.file = file


class ModelUnavailable(CommentaryError):
    """An embedding model cannot be found, or its weights are not the ones that were published."""
