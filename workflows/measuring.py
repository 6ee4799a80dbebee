"""How long turns and effects take, for whoever watches a worker."""

import time
from typing import Any

from prometheus_client import Histogram
from temporalio.activity import info
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
SECONDS = Histogram("baton_work_seconds", "Seconds of a turn, or of a slow effect", ["kind", "end"], buckets=_BUCKETS)


class Measuring(Interceptor):
    """Counts every turn (`kind="turn"`) and every slow effect (`kind="effect"`), by how it ended."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Measured(next)


class _Measured(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002
        kind, end, begun = "turn" if info().is_local else "effect", "failed", time.perf_counter()
        try:
            result = await super().execute_activity(input)
            end = "done"
            return result
        finally:
            SECONDS.labels(kind, end).observe(time.perf_counter() - begun)
