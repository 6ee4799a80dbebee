"""The language server: what editors ask is handed to `engine.editor`, what it says is handed back."""

import asyncio
import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from cli import answers
from cli.positions import Columns, path_of
from engine.editor.definition import definition
from engine.editor.hover import finding, hover
from engine.editor.open_files import OpenFiles, View
from engine.editor.proposals import proposals
from engine.editor.renaming import CannotRename, rename, renamed
from engine.editor.symbols import symbols
from engine.language.document import Registry
from engine.language.problems import Problem

PAUSE = 0.25  # seconds without a key before a file is checked again
TRIGGERS = [".", "{", " ", "|", '"', ":", "["]

log = logging.getLogger(__name__)


class BatonServer(LanguageServer):
    """One editor's server. Files that are open are read as they are there, saved or not."""

    def __init__(self, registry: Registry) -> None:
        full = lsp.TextDocumentSyncKind.Full
        super().__init__("baton", version("baton"), text_document_sync_kind=full)
        self.files = OpenFiles(registry)
        self.found: dict[Path, dict[Path, list[Problem]]] = {}  # open file -> what checking it said, by file
        self.waiting: dict[Path, asyncio.Task[None]] = {}
        self.versions: dict[Path, int] = {}
        for method, (answer, options) in _FEATURES.items():
            self.feature(method, options)(_bound(self, answer))

    def report_server_error(self, error: Exception, source: Any) -> None:
        log.error("%s: %s", source, error)

    @property
    def columns(self) -> Columns:
        return Columns(lsp.PositionEncodingKind(self.workspace.position_encoding or "utf-16").value)

    def ready(self, params: lsp.InitializedParams) -> None:
        """Ask to be told of files that change outside the editor, where it can do that."""
        workspace = self.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace else None
        if watching and watching.dynamic_registration:
            options = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher("**/*.{yaml,md,csv}")])
            wanted = lsp.Registration("watch", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            self.client_register_capability(lsp.RegistrationParams([wanted]))

    # -- open files -------------------------------------------------------------

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        self._put(params.text_document, 0)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        self._put(params.text_document, PAUSE)

    def saved(self, params: lsp.DidSaveTextDocumentParams) -> None:
        """Another open file may read this one."""
        self.files.forget()
        for path in list(self.found):
            self._check_after(path, 0)

    def watched(self, params: lsp.DidChangeWatchedFilesParams) -> None:
        self.files.forget()
        for path in list(self.found):
            self._check_after(path, PAUSE)

    def closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        path = path_of(params.text_document.uri)
        self.files.close(path)
        self.versions.pop(path, None)
        if task := self.waiting.pop(path, None):
            task.cancel()
        for file in self.found.pop(path, {}):
            self._publish(file)

    def _put(self, document: lsp.TextDocumentItem | lsp.VersionedTextDocumentIdentifier, pause: float) -> None:
        path = path_of(document.uri)
        self.versions[path] = document.version
        self.files.put(path, self.workspace.get_text_document(document.uri).source)
        if self.files.ours(path):
            self._check_after(path, pause)

    def _check_after(self, path: Path, pause: float) -> None:
        if task := self.waiting.pop(path, None):
            task.cancel()
        self.waiting[path] = asyncio.get_running_loop().create_task(self._check(path, pause))

    async def _check(self, path: Path, pause: float) -> None:
        await asyncio.sleep(pause)
        before = set(self.found.get(path, {}))
        self.found[path] = self.files.problems(path)
        for file in before | set(self.found[path]):
            self._publish(file)

    def _publish(self, file: Path) -> None:
        """Everything that is said about a file, by whichever open file leads to it."""
        found = self._problems(file)
        diagnostics = [answers.diagnostic(problem, file, self.columns) for problem in found]
        version = self.versions.get(file)
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(file.as_uri(), diagnostics, version))

    def _problems(self, file: Path) -> list[Problem]:
        every = [problem for said in self.found.values() for problem in said.get(file, ())]
        return list(dict.fromkeys(every))

    # -- questions --------------------------------------------------------------

    def _view(self, uri: str) -> View | None:
        path = path_of(uri)
        return self.files.view(path) if self.files.ours(path) and path in self.files.texts else None

    def _place(self, view: View, at: lsp.Position) -> tuple[int, int]:
        lines = view.text.split("\n")
        line = lines[at.line] if at.line < len(lines) else ""
        return at.line, self.columns.characters(line, at.character)

    def complete(self, params: lsp.CompletionParams) -> lsp.CompletionList:
        view = self._view(params.text_document.uri)
        if view is None:
            return lsp.CompletionList(False, [])
        line, column = self._place(view, params.position)
        found = proposals(self.files, view, line, column)
        text = view.text.split("\n")[line] if found else ""
        items = [answers.completion(one, n, text, line, self.columns) for n, one in enumerate(found)]
        return lsp.CompletionList(False, items)

    def hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        view = self._view(params.text_document.uri)
        if view is None:
            return None
        line, column = self._place(view, params.position)
        here = [p for p in self._problems(view.path) if _covers(p, line, column)]
        said = [text for text in (hover(view, line, column), *(finding(p) for p in here)) if text]
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n\n---\n\n".join(said))) if said else None

    def define(self, params: lsp.DefinitionParams) -> lsp.Location | None:
        view = self._view(params.text_document.uri)
        target = definition(view, *self._place(view, params.position)) if view else None
        if target is None or not (target.file in self.files.texts or target.file.is_file()):
            return None
        lines = self.files.lines(target.file)
        return lsp.Location(target.file.as_uri(), self.columns.place(lines, target.place))

    def outline(self, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        view = self._view(params.text_document.uri)
        return answers.outline(symbols(view), view.text.split("\n"), self.columns) if view else []

    def actions(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri, lines = params.text_document.uri, range(params.range.start.line, params.range.end.line + 1)
        view = self._view(uri)
        if view is None:
            return []
        problems = [p for p in self._problems(view.path) if p.fix]
        written = view.text.split("\n")
        here = [p for p in problems if p.line - 1 in lines]
        found = [answers.repair(p, uri, written, self.columns) for p in here]
        return [*found, *([answers.repair_all(problems, uri, written, self.columns)] if len(problems) > 1 else [])]

    def before_rename(self, params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        view = self._view(params.text_document.uri)
        found = renamed(view, *self._place(view, params.position)) if view else None
        if view is None or found is None:
            return None
        return lsp.PrepareRenamePlaceholder(self.columns.place(view.text.split("\n"), found[1]), found[0])

    def rename(self, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        view = self._view(params.text_document.uri)
        if view is None:
            return None
        try:
            fixes = rename(view, *self._place(view, params.position), params.new_name)
        except CannotRename as why:
            raise JsonRpcInvalidParams(str(why)) from why
        return answers.edit(params.text_document.uri, fixes, view.text.split("\n"), self.columns)


def _covers(problem: Problem, line: int, column: int) -> bool:
    start = problem.column - 1
    return problem.line - 1 == line and start <= column <= start + problem.length


def _bound(server: BatonServer, answer: Any) -> Any:
    """A function of the parameters alone, which is what pygls asks for."""

    def call(params: Any) -> Any:
        return answer(server, params)

    return call


_FEATURES: dict[str, tuple[Any, Any]] = {
    lsp.INITIALIZED: (BatonServer.ready, None),
    lsp.TEXT_DOCUMENT_DID_OPEN: (BatonServer.opened, None),
    lsp.TEXT_DOCUMENT_DID_CHANGE: (BatonServer.changed, None),
    lsp.TEXT_DOCUMENT_DID_SAVE: (BatonServer.saved, None),
    lsp.TEXT_DOCUMENT_DID_CLOSE: (BatonServer.closed, None),
    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES: (BatonServer.watched, None),
    lsp.TEXT_DOCUMENT_COMPLETION: (BatonServer.complete, lsp.CompletionOptions(trigger_characters=TRIGGERS)),
    lsp.TEXT_DOCUMENT_HOVER: (BatonServer.hover, None),
    lsp.TEXT_DOCUMENT_DEFINITION: (BatonServer.define, None),
    lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (BatonServer.outline, None),
    lsp.TEXT_DOCUMENT_CODE_ACTION: (BatonServer.actions, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix])),
    lsp.TEXT_DOCUMENT_PREPARE_RENAME: (BatonServer.before_rename, None),
    lsp.TEXT_DOCUMENT_RENAME: (BatonServer.rename, lsp.RenameOptions(prepare_provider=True)),
}
