"""A system outside that listens on this machine, and calls to it as a worker makes them."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from activities import STEP_TYPES
from activities.call import perform_call
from activities.kinds import KINDS
from activities.world import World
from engine.gateways.guard import Guard
from engine.gateways.http import HttpCaller, HttpxCaller
from engine.gateways.notifier import MemoryNotifier, Notifier
from engine.language.compiler import compile_process
from engine.language.plan import Plan
from engine.language.problems import render
from engine.runtime.effects import Effect
from engine.runtime.step import Retry
from engine.store.store import Store
from engine.workspace import create

HERE = (ip_network("127.0.0.0/8"), ip_network("::1"))
PROCESS = """\
language: 1
process: calls
title: Calls
owner: client-success
inputs:
  email: { type: email }
steps:
"""


@dataclass(frozen=True)
class Came:
    """One request as the system outside saw it."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.raw.decode()).items()}


Answer = tuple[int, Any] | tuple[int, Any, Mapping[str, str]] | None
"""Status, body (JSON, or a text), headers; None hangs up without a word."""


@dataclass
class Outside:
    """`answer` says what each request gets."""

    answer: Callable[[Came], Answer] = lambda came: (200, {})
    came: list[Came] = field(default_factory=list)
    url: str = ""

    @property
    def paths(self) -> list[str]:
        return [c.path for c in self.came]


@contextmanager
def outside(
    answer: Callable[[Came], Answer] = lambda came: (200, {}),
    host: str = "127.0.0.1",
    context: ssl.SSLContext | None = None,
) -> Iterator[Outside]:
    """The system at work until the end of the block; with `context` it speaks TLS."""
    system = Outside(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            came = Came(self.command, parts.path, parse_qs(parts.query, keep_blank_values=True), headers, raw)
            system.came.append(came)
            said = system.answer(came)
            if said is None:
                self.close_connection = True
                return
            status, written, *more = said
            content = written.encode() if isinstance(written, str) else json.dumps(written).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(more[0] if more else {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the server's own naming

        def log_message(self, *args: object) -> None:
            """Tests are quiet."""

    with ThreadingHTTPServer((host, 0), Handler) as server:
        system.url = f"http{'s' if context else ''}://{host}:{server.server_port}"
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield system
        finally:
            server.shutdown()


@dataclass
class Calls:
    """A worker's world with one plan. `secrets` are the environment variables."""

    world: World
    plan: Plan
    secrets: dict[str, str]

    async def call(self, key: str = "case-1/find:call", connection: str = "crm", **inputs: Any) -> Any:
        """The result of the only operation. Raises what a worker would see."""
        operation = next(iter(self.plan.resources.connections[connection].operations))
        payload = {"connection": connection, "operation": operation, "inputs": inputs}
        effect = Effect(key, "case-1", "find", "call", "call", payload, Retry(), fresh=False)
        return (await perform_call(self.world, self.plan, effect))["result"]

    async def perform(self, kind: str, payload: Mapping[str, Any], key: str = "case-1/tell:notify") -> Any:
        """One effect of another kind."""
        effect = Effect(key, "case-1", "tell", kind, kind, payload, Retry(), fresh=False)
        return await KINDS[kind](self.world, self.plan, effect)


def calls(
    folder: Path,
    store: Store,
    connections: str,
    *,
    caller: HttpCaller | None = None,
    notifier: Notifier | None = None,
    process: str = "",
    **secrets: str,
) -> Calls:
    """A world where connections.yaml says this; the process calls the first operation of `crm`."""
    create(folder / "workspace")
    definitions = folder / "workspace" / "definitions"
    (definitions / "connections.yaml").write_text(f"connections:\n{connections}")
    step = process or "  - { id: find, type: call, connection: crm, operation: ask, inputs: {} }\n"
    (definitions / "processes" / "calls.yaml").write_text(PROCESS + step)
    compiled = compile_process(folder / "workspace", "calls", STEP_TYPES)
    assert compiled.plan, render(compiled.problems)
    nothing: Any = None
    world = World(
        store=store,
        mailer=nothing,
        caller=caller or HttpxCaller(Guard(HERE)),
        printer=nothing,
        renderer=nothing,
        functions=nothing,
        notifier=notifier or MemoryNotifier(),
        brand=nothing,
        sender="",
        sender_name="",
        base_url="",
        key=b"",
        secrets=secrets,
        open_child=nothing,
        people=lambda: None,
    )
    return Calls(world, compiled.plan, secrets)
