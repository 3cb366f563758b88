"""What a worker says while it runs: one shape for all its lines, no personal data, nothing twice on replay.

Our lines and those of temporalio (Python and Rust) pass the same chain to standard error. A line carries
the case and the command it belongs to: in an activity from what it bound to the context, in a workflow
from Temporal.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any, Final, Literal, TextIO

import structlog
from pydantic import BaseModel
from structlog.typing import EventDict, Processor, WrappedLogger

from domain.ids import stream_key, stream_kind
from domain.personal import WITHHELD, Personal

_DROPPED_KEYS: Final = frozenset({"args", "body", "payload", "positional_args"})
_TEMPORAL_KEYS: Final = ("temporal_workflow", "temporal_activity")
_OUR_WORDS: Final = (
    ("command", "update_id"),
    ("activity", "activity_type"),
    ("run", "workflow_run_id"),
    ("run", "run_id"),
)
_NOISY: Final = ("alembic", "asyncio", "sqlalchemy")


def configure_logging(
    shape: Literal["console", "json"] = "console",
    level: str = "info",
    stream: TextIO | None = None,
) -> None:
    """Set up structlog and the standard library's root logger alike; replaces what was set up before."""
    import temporalio.activity
    import temporalio.workflow

    # They would repeat in words, inside the message, what the line carries as fields.
    temporalio.workflow.logger.workflow_info_on_message = False
    temporalio.activity.logger.activity_info_on_message = False

    chain: list[Processor] = [
        _drop_replayed,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _correlate,
        structlog.processors.StackInfoRenderer(),
        _withhold_personal,
    ]
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.ExtraAdder(), *chain],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderer(shape, target),
            ],
        )
    )
    handler.addFilter(_not_replayed)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _renderer(shape: str, target: TextIO) -> list[Processor]:
    if shape == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    # The default traceback of the console shows the local variables of every frame, names of people included.
    return [
        structlog.dev.ConsoleRenderer(
            colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
        )
    ]


def _correlate(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Which case and which command, in one spelling, whether Temporal says so or the activity did."""
    for key in _TEMPORAL_KEYS:
        info = event.pop(key, None)
        if isinstance(info, Mapping):
            _adopt(event, info)
    core = event.pop("temporal_log", None)
    if core is not None:
        _adopt(event, core.fields)
        if "error" in core.fields:
            event.setdefault("error", core.fields["error"])
    stream = event.get("stream")
    if isinstance(stream, str) and stream_kind(stream) == "case":
        event.setdefault("case", stream_key(event.pop("stream")))
    return event


def _adopt(event: EventDict, info: Mapping[str, Any]) -> None:
    workflow = info.get("workflow_id")
    if isinstance(workflow, str) and stream_kind(workflow) in {"case", "command"}:
        event.setdefault(stream_kind(workflow), stream_key(workflow))
    elif workflow:
        event.setdefault("workflow", workflow)
    for ours, theirs in _OUR_WORDS:
        if info.get(theirs):
            event.setdefault(ours, info[theirs])
    if int(info.get("attempt") or 1) > 1:
        event.setdefault("attempt", info["attempt"])


def _withhold_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Personal texts, whole messages, and keys under which either travels do not reach a log."""
    return {key: _withheld(value) for key, value in event.items() if not _is_dropped(key)}


def _is_dropped(key: str) -> bool:
    return key in _DROPPED_KEYS or key.startswith("__temporal")


def _withheld(value: Any) -> Any:
    if isinstance(value, Personal):
        return WITHHELD
    if isinstance(value, BaseModel):
        return f"‹{type(value).__name__}›"
    if isinstance(value, dict):
        return {key: _withheld(item) for key, item in value.items() if key not in _DROPPED_KEYS}
    if type(value) in (list, tuple, set, frozenset):
        return [_withheld(item) for item in value]
    return value


def _drop_replayed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """`workflow.logger` is silent on replay by itself; a structlog logger inside a workflow is not."""
    if _replaying():
        raise structlog.DropEvent
    return event


def _not_replayed(_record: logging.LogRecord) -> bool:
    return not _replaying()


def _replaying() -> bool:
    from temporalio import workflow

    return workflow.in_workflow() and workflow.unsafe.is_replaying_history_events()
