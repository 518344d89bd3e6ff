"""No secret in a log: whatever is logged, by us or by a library, at whatever level, is cleaned before any handler sees it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

HIDDEN = "[hidden]"
_plain = logging.getLogRecordFactory()
_secrets: set[str] = set()


def hide_from_logs(secrets: Iterable[str]) -> None:
    """From here on no log record of this process shows one of `secrets`, in its message or in its traceback."""
    _secrets.update(secret for secret in secrets if secret)
    logging.setLogRecordFactory(_cleaned)


def redacted(text: str) -> str:
    """`text` without any secret that was to be hidden."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _cleaned(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = _plain(*args, **kwargs)
    if _secrets:
        message = record.getMessage()
        if (clean := redacted(message)) != message:
            record.msg, record.args = clean, ()
        if record.exc_info:
            record.exc_text = redacted(logging.Formatter().formatException(record.exc_info))
    return record
