"""`baton web`."""

import asyncio
import socket
from pathlib import Path

import uvicorn

from activities import STEP_TYPES
from cli.lazy import WEB, load
from cli.office import open_store
from cli.options import Workspace, group
from cli.part import ListenHandle, Parent, ReadyFile, begin, say_ready
from cli.place import settings_of
from cli.problem import UserProblem
from engine.desk.desk import Desk

app = group()
GRACE = 10  # seconds for requests that are under way


@app.command(epilog="Example: BATON_WEB_HOST=0.0.0.0 baton web")
def web(
    workspace: Workspace = None, parent: Parent = 0, ready_file: ReadyFile = None, listen_handle: ListenHandle = -1
) -> None:
    """Run only the web pages and the webhooks, until Ctrl-C or SIGTERM."""
    settings = settings_of(workspace)
    begin(parent, settings.log_format)
    if listen_handle >= 0:
        listening = socket.socket(fileno=listen_handle)
    else:
        listening = listen(settings.web.host, settings.web.port)
    store = open_store(settings)
    try:
        asyncio.run(_serve(Desk(settings, store, STEP_TYPES), listening, ready_file))
    finally:
        store.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket on this address. Raises UserProblem where it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        raise UserProblem(
            f"cannot listen on {host}:{port}: {problem.strerror}. "
            "Choose another port: `baton up --port`, BATON_WEB_PORT, or web.port in baton.yaml"
        ) from problem
    return listening


async def _serve(desk: Desk, listening: socket.socket, ready_file: Path | None) -> None:
    pages = load(WEB).create_app(desk)
    config = uvicorn.Config(
        pages, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE
    )
    await _Server(config, ready_file).serve(sockets=[listening])


class _Server(uvicorn.Server):
    """Uvicorn that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready_file: Path | None) -> None:
        super().__init__(config)
        self._ready_file = ready_file

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        say_ready("the web", self._ready_file)
