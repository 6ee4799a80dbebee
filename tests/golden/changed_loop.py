"""The loop as a careless change would leave it."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RawValue

from workflows.process import Case


@workflow.defn(dynamic=True)
class CaseWithOneMore(Case):
    """The loop with one activity more."""

    @workflow.init
    def __init__(self, args: Sequence[RawValue]) -> None:
        super().__init__(args)

    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> str:
        await workflow.execute_local_activity("one_more", start_to_close_timeout=timedelta(seconds=1))
        return await super().run(args)
