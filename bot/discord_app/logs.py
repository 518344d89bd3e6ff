"""Logs as one JSON object a line on stderr: no words of users, no token, and of a library's trouble one line instead of its traceback."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime

# Interaction tokens stand in URLs; a bot's token is three parts of base64.
_SECRETS = re.compile(r"(?<=/webhooks/)\d+/[\w.-]+|(?<=/interactions/)\d+/[\w.-]+|\b[\w-]{18,}\.[\w-]{5,}\.[\w-]{20,}\b")


class JsonLines(logging.Formatter):
    """{"time", "level", "logger", "message"}, and "error" or "trace" where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = f"{type(error).__name__}: {error}"
            if not record.name.startswith(("discord", "aiohttp", "asyncio")):
                line["trace"] = "".join(traceback.format_exception(error))
        return redacted(json.dumps(line, ensure_ascii=True))


def redacted(text: str) -> str:
    """`text` without interaction tokens and bot tokens."""
    return _SECRETS.sub("[redacted]", text)


def log_as_json() -> None:
    """Structured logs from INFO up, in place of the terminal's."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("discord.client").addFilter(lambda record: "voice will NOT" not in record.getMessage())  # nor is it wanted
