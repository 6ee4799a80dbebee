"""An editor that speaks the Language Server Protocol over stdio, as plain JSON-RPC."""

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 30  # seconds for one answer

CAPABILITIES = {
    "workspace": {
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown", "plaintext"]}},
        "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
}


class Client:
    """One server process. Requests wait for their answer; diagnostics are kept by file."""

    def __init__(self, command: Sequence[str], folder: Path, settings: Any = None) -> None:
        self.folder, self.settings = folder, settings
        self.server = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.errors: list[bytes] = []
        self.answers: dict[int, queue.Queue[Any]] = {}
        self.published: queue.Queue[Any] = queue.Queue()
        self.versions: dict[str, int] = {}
        self.number = 0
        for work in (self._read, self._drain):
            threading.Thread(target=work, daemon=True).start()

    def start(self) -> Any:
        root = self.folder.as_uri()
        folders = [{"uri": root, "name": self.folder.name}]
        options = {"processId": None, "rootUri": root, "capabilities": CAPABILITIES, "workspaceFolders": folders}
        answer = self.request("initialize", **options)
        self.notify("initialized")
        if self.settings is not None:
            self.notify("workspace/didChangeConfiguration", settings=self.settings)
        return answer

    def stop(self) -> None:
        try:
            self.request("shutdown")
            self.notify("exit")
            self.server.wait(timeout=10)
        finally:
            self.server.kill()
            self.server.wait()

    # -- documents ------------------------------------------------------------

    def open(self, path: Path, text: str | None = None) -> str:
        uri = path.as_uri()
        self.versions[uri] = self.versions.get(uri, 0) + 1  # yaml-language-server keeps what it knows by version
        text = path.read_text() if text is None else text
        document = {"uri": uri, "languageId": "yaml", "version": self.versions[uri], "text": text}
        self.notify("textDocument/didOpen", textDocument=document)
        return uri

    def change(self, uri: str, text: str) -> None:
        self.versions[uri] += 1
        document = {"uri": uri, "version": self.versions[uri]}
        self.notify("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", textDocument={"uri": uri})

    def diagnostics(self, uri: str, quiet: float = 0.4) -> list[Any]:
        """The diagnostics of a file as it is now: those after which nothing came for a while."""
        found: list[Any] | None = None
        while True:
            try:
                published = self.published.get(timeout=PATIENCE if found is None else quiet)
            except queue.Empty:
                return found or []
            if published["uri"] == uri and published.get("version") in (None, self.versions[uri]):
                found = published["diagnostics"]

    def at(self, method: str, uri: str, line: int, character: int, **more: Any) -> Any:
        """A request about a place; line and character count from 0."""
        place = {"line": line, "character": character}
        return self.request(f"textDocument/{method}", textDocument={"uri": uri}, position=place, **more)

    # -- messages -------------------------------------------------------------

    def request(self, method: str, **params: Any) -> Any:
        self.number += 1
        self.answers[self.number] = queue.Queue()
        self._write({"id": self.number, "method": method, "params": params or None})
        answer = self.answers[self.number].get(timeout=PATIENCE)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']}")
        return answer.get("result")

    def notify(self, method: str, **params: Any) -> None:
        self._write({"method": method, "params": params})

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.server.stdin
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def _read(self) -> None:
        for message in self._messages():
            if "method" not in message:
                self.answers[message["id"]].put(message)
            elif message["method"] == "textDocument/publishDiagnostics":
                self.published.put(message["params"])
            elif "id" in message:
                self._write({"id": message["id"], "result": self._answer(message)})

    def _answer(self, message: Any) -> Any:
        """What a server asks of its editor: settings by section; it may register what it likes."""
        if message["method"] != "workspace/configuration":
            return None
        found = []
        for item in message["params"]["items"]:
            section = (self.settings or {}).get(item.get("section", ""))
            found.append(section)
        return found

    def _messages(self) -> Iterator[Any]:
        stream = self.server.stdout
        assert stream
        while header := stream.readline():
            length = int(header.split(b":")[1])
            while stream.readline().strip():
                pass
            yield json.loads(stream.read(length))

    def _drain(self) -> None:
        assert self.server.stderr
        self.errors += iter(self.server.stderr.readline, b"")


@contextmanager
def editor(command: Sequence[str], folder: Path, settings: Any = None) -> Iterator[Client]:
    client = Client(command, folder, settings)
    try:
        client.start()
        yield client
    finally:
        client.stop()
