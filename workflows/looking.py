"""What a Temporal server says of itself."""

from dataclasses import dataclass

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, GetClusterInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from workflows.client import PROBLEMS

NEEDED = PROBLEMS.split(" ", maxsplit=1)[0]


@dataclass(frozen=True)
class Seen:
    """`namespace` is empty where it is not there; `attributes`: whether cases that are stuck can be found."""

    version: str
    namespace: str
    retention_days: int
    attributes: bool


async def look(client: Client) -> Seen:
    """Ask the server. Raises RPCError where it does not answer."""
    info = await client.workflow_service.get_cluster_info(GetClusterInfoRequest())
    try:
        described = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=client.namespace)
        )
    except RPCError as problem:
        if problem.status is RPCStatusCode.NOT_FOUND:
            return Seen(info.server_version, "", 0, False)
        raise
    days = described.config.workflow_execution_retention_ttl.seconds // 86_400
    return Seen(info.server_version, client.namespace, days, await _attributes(client))


async def _attributes(client: Client) -> bool:
    try:
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=client.namespace)
        )
    except RPCError:  # in the cloud nobody may ask
        return True
    return NEEDED in known.system_attributes or NEEDED in known.custom_attributes
