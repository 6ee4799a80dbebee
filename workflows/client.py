"""How the rest of the house reaches running cases: start one, hand it news, find those that are stuck."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowUpdateStage
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from engine.runtime.messages import ABI, CaseOver, Start, Unreachable
from workflows.process import TASK_TIMEOUT, Case

TASK_QUEUE = "baton"
TELL_TIMEOUT = timedelta(seconds=10)
PROBLEMS = "TemporalReportedProblems IS NOT NULL AND ExecutionStatus = 'Running'"


class Courier:
    """Delivers to cases. A case's id is its workflow's id, its process the workflow's type."""

    def __init__(self, client: Client, task_queue: str = TASK_QUEUE, flags: Sequence[str] = ()) -> None:
        self.client = client
        self.task_queue = task_queue
        self.flags = list(flags)

    async def start(self, case: str, process: str, digest: str, state: str) -> None:
        """Start a case; one that has been started before is left alone. Raises Unreachable."""
        start = Start(ABI, case, digest, state, self.flags)
        try:
            await self.client.start_workflow(
                process,
                start,
                id=case,
                task_queue=self.task_queue,
                task_timeout=TASK_TIMEOUT,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                request_eager_start=True,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as problem:
            raise Unreachable(str(problem)) from problem

    async def tell(self, case: str, ids: Sequence[str]) -> None:
        """Hand a case the ids of inbox rows; they are in its history then. Raises Unreachable, or CaseOver when it no
        longer runs. The same ids again change nothing.
        """
        name = sha256(" ".join(ids).encode()).hexdigest()[:32]
        handle = self.client.get_workflow_handle(case)
        try:
            await handle.start_update(
                Case.tell, list(ids), id=name, wait_for_stage=WorkflowUpdateStage.ACCEPTED, rpc_timeout=TELL_TIMEOUT
            )
        except WorkflowUpdateRPCTimeoutOrCancelledError as problem:
            raise Unreachable(f"no worker has taken it within {TELL_TIMEOUT.seconds} seconds") from problem
        except RPCError as problem:
            if problem.status == RPCStatusCode.NOT_FOUND:
                raise CaseOver(case) from problem
            raise Unreachable(str(problem)) from problem

    async def erase(self, case: str) -> bool:
        """Delete everything that the engine keeps of an ended case, all of its runs. True when nothing is left: what it
        has been told to delete goes a little later. Raises Unreachable."""
        try:
            runs = [run.run_id async for run in self.client.list_workflows(f"WorkflowId = '{case}'")]
            for run in runs:
                one = WorkflowExecution(workflow_id=case, run_id=run)
                asked = DeleteWorkflowExecutionRequest(namespace=self.client.namespace, workflow_execution=one)
                await self.client.workflow_service.delete_workflow_execution(asked)
        except RPCError as problem:
            if problem.status != RPCStatusCode.NOT_FOUND:
                raise Unreachable(str(problem)) from problem
            return False  # it went in the meantime
        return not runs

    async def stuck(self) -> list[str]:
        """Ids of the running cases whose turns the engine could not complete, twice in a row. Raises Unreachable."""
        try:
            return [execution.id async for execution in self.client.list_workflows(PROBLEMS)]
        except RPCError as problem:
            raise Unreachable(str(problem)) from problem
