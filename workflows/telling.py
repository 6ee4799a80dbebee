"""What Temporal's own library has to tell goes into the worker's log, in its form. By itself it writes to stdout."""

import logging
from functools import cache

from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter


@cache
def runtime() -> Runtime:
    """The runtime of every Temporal client of this process."""
    told = LogForwardingConfig(logging.getLogger("temporalio"), append_target_to_name=False)
    worth_telling = TelemetryFilter(core_level="WARN", other_level="ERROR")
    return Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(worth_telling, told)))
