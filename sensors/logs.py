"""Logs: one JSON object a line, on standard error. What is logged is named here and there by hand, never a payload."""

import sys

import structlog


def configure(level: str = "info") -> None:
    """Set up the log of this process. ``level`` is a name of the standard library's levels, in any case."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
