"""Logs as people or as programs read them: one line for each thing, on stderr. What goes in holds ids and numbers,
nobody's names and nothing that was written."""

import logging
from collections.abc import Mapping
from typing import Any

import structlog

PLAIN = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def begin(form: str) -> None:
    """Log from now on. `form`: text, logfmt (`key=value`) or json."""
    if form == "text":
        logging.basicConfig(level=logging.INFO, format=PLAIN)
        return
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter(form))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _formatter(form: str) -> structlog.stdlib.ProcessorFormatter:
    before: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    order = ["timestamp", "level", "logger", "event"]
    last: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if form == "logfmt":
        last = structlog.processors.LogfmtRenderer(key_order=order, drop_missing=True)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _one_line, last],
    )


def _one_line(logger: Any, name: str, event: Any) -> Mapping[str, Any]:
    """A traceback in logfmt stays one line."""
    return {
        key: value.replace("\n", "\\n") if isinstance(value, str) and key == "exception" else value
        for key, value in event.items()
    }
