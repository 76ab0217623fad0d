"""Logs of the machine: structlog and the standard library through one formatter, to standard error."""

import logging
import sys
import traceback
from typing import Literal

import structlog
from structlog.typing import Processor

QUIET = ("uvicorn.access", "httpx2", "httpcore2", "asyncio")


def _traceback_without_words(exc_info: structlog.typing.ExcInfo) -> str:
    """Where it happened and the kinds of error, but not their messages: those quote values, names and phones."""
    parts: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None:
        kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
        several = [type(one).__qualname__ for one in error.exceptions] if isinstance(error, BaseExceptionGroup) else []
        parts.append("".join(traceback.format_tb(error.__traceback__)) + " ".join([kind, *several]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nwhile handling or because of:\n".join(parts)


WITHOUT_WORDS = structlog.processors.ExceptionRenderer(_traceback_without_words)


def configure(*, level: str = "INFO", form: Literal["json", "console"] = "console", process: str = "") -> None:
    """Take over all loggers of this process; repeatable. ``process`` stands on every line."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor]
    if form == "json":
        last = [structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        last = [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, WITHOUT_WORDS, *last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    if process:
        structlog.contextvars.bind_contextvars(process=process)
