"""The parts of `baton up` and how they live together: started in order, restarted when one dies, stopped in order."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cli
from engine.gateways.catcher import Catcher
from engine.gateways.caught import FOLDER as MAIL
from engine.gateways.temporal_server import TemporalServer, TemporalServerError
from engine.settings import Settings

READY_WITHIN = 60.0  # seconds
TRIES = 3  # at the embedded server
GRACE = 45.0  # seconds for effects that are under way: longer than the longest SMTP or HTTP timeout
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a part that died is started again
REPLIES = 2525  # the port for replies to caught mails, if it is free
STEADY = 60.0  # a part that has lived for so long may die again without a longer pause

Say = Callable[[str], None]


@dataclass
class Part:
    """One child process: `baton NAME`, with its log and the sign that it is ready. `listening` is the web's socket."""

    name: str
    folder: Path
    environment: Mapping[str, str]
    listening: socket.socket | None = None
    process: Process | None = field(default=None, init=False)

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def _ready_file(self) -> Path:
        return self.folder / f"{self.name}.ready"

    async def start(self) -> None:
        """Start the process; it is ready some time later."""
        self._ready_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "cli.main", self.name, "--parent", str(os.getpid())]
        command += ["--ready-file", str(self._ready_file)]
        handles = (self.listening.fileno(),) if self.listening else ()
        command += [f"--listen-handle={handle}" for handle in handles]
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command,
                pass_fds=handles,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.environment),
                start_new_session=True,  # Ctrl-C in the terminal is for us; we stop the parts in order
            )

    async def ready(self) -> bool:
        """Wait until it is ready; False when it ended instead."""
        while not self._ready_file.exists():
            if self.process is None or self.process.returncode is not None:
                return False
            await asyncio.sleep(0.02)
        return True

    async def stop(self, at_once: asyncio.Event) -> None:
        """Ask it to finish; by force after the grace, or when somebody is in a hurry."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.terminate()
        ended, hurry = asyncio.create_task(self.process.wait()), asyncio.create_task(at_once.wait())
        await asyncio.wait({ended, hurry}, timeout=GRACE, return_when=asyncio.FIRST_COMPLETED)
        hurry.cancel()
        if not ended.done():
            self.process.kill()
        await ended

    def last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").strip().splitlines() if self.log.exists() else []
        return lines[-1].removeprefix("baton: ") if lines else "it said nothing"


class _FailedToStartError(Exception):
    """A part did not come up."""


class Stack:
    """Everything that `baton up` runs. `problem` says afterwards why it could not start, if it could not.

    `listening` is the web's socket. It stays ours, so that nobody else gets the
    port and visitors wait a moment while the web is started again.
    """

    def __init__(self, settings: Settings, listening: socket.socket, say: Say) -> None:
        self.settings = settings
        self.listening = listening
        self.say = say
        self.logs = settings.kept / "logs"
        self.problem = ""
        self.parts: list[Part] = []
        self._stopping, self._hurry = asyncio.Event(), asyncio.Event()
        self._server = TemporalServer(settings.kept / "temporal") if settings.brings_temporal else None
        self._catcher = Catcher(settings.kept / MAIL) if settings.mail.smtp is None else None
        self._replies = ""

    @property
    def catches(self) -> bool:
        return self._catcher is not None

    @property
    def mail_server(self) -> str:
        smtp = self.settings.mail.smtp
        return f"{smtp.host}:{smtp.port}" if smtp else f"127.0.0.1:{self._catcher.port}" if self._catcher else ""

    @property
    def replies(self) -> str:
        """Where the worker takes replies to caught mails, by SMTP; empty where mails are sent."""
        return self._replies

    @property
    def temporal(self) -> str:
        return self._server.address if self._server else self.settings.temporal.address or "the configured server"

    async def run(self, ready: Callable[[], None]) -> None:
        """Run until SIGINT or SIGTERM; call `ready` once everything answers."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._signalled)
        try:
            await self._start()
            if not self._stopping.is_set():
                ready()
                await self._watch()
        except (TemporalServerError, OSError, _FailedToStartError) as problem:
            self.problem = str(problem)
        finally:
            await self._stop()

    def _signalled(self) -> None:
        """The first time gracefully; the second time at once."""
        if self._stopping.is_set():
            self._hurry.set()
        else:
            self.say("\nStopping; what is under way is finished first. Ctrl-C again stops at once.")
        self._stopping.set()

    async def _start(self) -> None:
        self.logs.mkdir(exist_ok=True)
        if self._server:
            self._server = await _started_server(self.settings.kept / "temporal")
        if self._catcher:
            await self._catcher.start()
            self._replies = self.settings.mail.listen or f"127.0.0.1:{_free_port(REPLIES)}"
        self.listening.listen()
        environment = self._environment()
        self.parts = [Part("worker", self.logs, environment), Part("web", self.logs, environment, self.listening)]
        for part in self.parts:
            await part.start()
        for part in self.parts:
            await self._until_ready(part)

    async def _until_ready(self, part: Part) -> None:
        ready, stopping = asyncio.create_task(part.ready()), asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ready, stopping}, timeout=READY_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._stopping.is_set():
            ready.cancel()
        elif not ready.done() or not ready.result():
            ready.cancel()
            raise _FailedToStartError(f"the {part.name} did not start: {part.last_words()}. Its log is {part.log}")

    def _environment(self) -> dict[str, str]:
        """What the parts need to find each other."""
        root = str(Path(cli.__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (root, self.settings.environment.get("PYTHONPATH"))))
        found = {"BATON_WORKSPACE": str(self.settings.workspace), "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
        if self._server:
            found["BATON_TEMPORAL_ADDRESS"] = self._server.address
        if self._catcher:
            found |= {
                "BATON_MAIL_SMTP_HOST": self._catcher.host,
                "BATON_MAIL_SMTP_PORT": str(self._catcher.port),
                "BATON_MAIL_SMTP_TLS": "none",
                "BATON_MAIL_LISTEN": self.replies,
                "BATON_MAIL_SMTP_FOR_ALL": "yes",
            }
        return {**self.settings.environment, **found}

    async def _watch(self) -> None:
        """Keep the parts alive until somebody stops us."""
        keepers = [asyncio.create_task(self._keep(part)) for part in self.parts]
        if self._server:
            keepers.append(asyncio.create_task(self._keep_server(self._server)))
        await self._stopping.wait()
        for keeper in keepers:
            keeper.cancel()

    async def _keep(self, part: Part) -> None:
        pause, clock = FIRST_PAUSE, asyncio.get_running_loop().time
        while part.process is not None:
            began = clock()
            code = await part.process.wait()
            pause = FIRST_PAUSE if clock() - began > STEADY else pause
            why = f"was killed (signal {-code})" if code < 0 else f"ended: {part.last_words()}"
            self.say(f"The {part.name} {why}. Starting it again in {pause:g} s. Its log: {part.log}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
            await part.start()

    async def _keep_server(self, server: TemporalServer) -> None:
        """Start the embedded server again where it was; the worker waits for it by itself."""
        while True:
            await server.ended()
            self.say(f"The Temporal server ended. Starting it again in {FIRST_PAUSE:g} s. Its log: {server.log}")
            await asyncio.sleep(FIRST_PAUSE)
            try:
                await server.start()
            except TemporalServerError as problem:
                self.say(str(problem))

    async def _stop(self) -> None:
        """The web first takes nothing more, the worker finishes, then what both stand on."""
        await asyncio.gather(*(part.stop(self._hurry) for part in self.parts))
        if self._catcher:
            await self._catcher.stop()
        if self._server:
            await self._server.stop()
        if not self.problem:
            self.say("Stopped. `baton up` goes on where it was.")


def _free_port(liked: int) -> int:
    """This port, or another one where somebody has it."""
    for port in (liked, 0):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise OSError("no port is free on this machine")


async def _started_server(folder: Path) -> TemporalServer:
    """A running server. Its port is free when it is chosen, but somebody may be quicker: then another one is."""
    for _ in range(TRIES - 1):
        server = TemporalServer(folder)
        try:
            await server.start()
        except TemporalServerError:
            continue
        return server
    server = TemporalServer(folder)
    await server.start()
    return server
