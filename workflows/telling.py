"""What Temporal's own library has to tell goes into the worker's log, in its form. By itself it writes to stdout."""

import logging
import time
from functools import cache

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

LULL = 60.0  # seconds between two lines that say that a call is tried again
_RETRIED = "temporalio_client::retry"


class Lull(logging.Filter):
    """While the server is away the library says so for every attempt of every call, many times a second: one of them
    now and then says it all, and no disk fills up."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        if _RETRIED not in record.getMessage():
            return True
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + LULL
        return True


@cache
def runtime() -> Runtime:
    """The runtime of every Temporal client of this process."""
    library = logging.getLogger("temporalio")
    library.addFilter(Lull())
    told = LogForwardingConfig(library, append_target_to_name=False)
    worth_telling = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(worth_telling, told)))
