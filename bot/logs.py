"""Structured logs: our own lines by an allow-list of fields, foreign ones by their template alone."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from bot.domain.faults import where

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger", "code", "error", "trace", "kind", "count", "status", "operation",
        "route", "method", "attempts", "reason", "role", "host", "port", "seconds", "delivery", "place", "command",
        "problem", "cogs", "stored", "key_id", "next_version", "sunset", "field", "template", "exit_code",
    }
)  # fmt: skip
FOREIGN_LIMIT = 160
ADDRESS = re.compile(r"\w+://\S+")
SILENT = ("aiohttp.server",)
"""Speaks whenever a stranger sends something that is not HTTP; what breaks in our pages they log themselves."""

EventDict = MutableMapping[str, Any]


def configure(level: str, stream: TextIO = sys.stderr) -> None:
    """Send every log line through the rules below; libraries speak from WARNING up, whatever the level."""
    shared = [structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, _timestamp()]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            keep_allowed,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = _Handler(stream)
    handler.setFormatter(_formatter(shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.getLogger("bot").setLevel(level)
    logging.getLogger("cogs").setLevel(level)


class _Handler(logging.StreamHandler[TextIO]):
    """Where lines go."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A line that cannot be written (the disk is full) is lost: to say so would repeat its parameters."""


def keep_allowed(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Only fields on the allow-list go on."""
    return {key: value for key, value in event.items() if key in ALLOWED or key.startswith("_")}


def template_only(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A library's line without its parameters; they can hold tokens, addresses and bodies."""
    record: logging.LogRecord = event["_record"]
    first_line = (str(record.msg).splitlines() or [""])[0]
    error = record.exc_info[1] if record.exc_info else None
    event["event"] = ADDRESS.sub("…", first_line)[:FOREIGN_LIMIT]
    if error is not None:
        event["error"] = where(error)
    record.exc_info, record.exc_text, record.stack_info = None, None, None
    event.pop("exc_info", None)
    return event


def _timestamp() -> Any:
    return structlog.processors.TimeStamper(fmt="iso", utc=True)


def _formatter(shared: list[Any]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, template_only],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"], drop_missing=True),
        ],
    )
