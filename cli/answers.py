"""What the language server says, in the words of its protocol."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from lsprotocol import types as lsp

from cli.positions import Columns
from engine.editor.proposals import Proposal
from engine.editor.symbols import Symbol
from engine.language import explain
from engine.language.problems import Fix, Problem

_LINE = re.compile(r"\bline (\d+)")
_PAGES = Path(explain.__file__).with_name("explain.md")
_KINDS = {
    "key": lsp.CompletionItemKind.Property, "word": lsp.CompletionItemKind.EnumMember,
    "file": lsp.CompletionItemKind.Reference, "value": lsp.CompletionItemKind.Field,
    "function": lsp.CompletionItemKind.Function, "step": lsp.CompletionItemKind.Snippet,
}  # fmt: skip
_SYMBOLS = {
    "input": lsp.SymbolKind.Variable, "trigger": lsp.SymbolKind.Event, "step": lsp.SymbolKind.Function,
    "handler": lsp.SymbolKind.Event, "part": lsp.SymbolKind.Field,
}  # fmt: skip


def diagnostic(problem: Problem, file: Path, columns: Columns) -> lsp.Diagnostic:
    error = problem.severity == "error"
    told = [problem.message, *(f"{word}: {text}" for word, text in _more(problem) if text)]
    return lsp.Diagnostic(
        columns.problem(problem),
        "\n".join(told),
        severity=lsp.DiagnosticSeverity.Error if error else lsp.DiagnosticSeverity.Warning,
        code=problem.code,
        code_description=lsp.CodeDescription(_page(problem.code)),
        source="baton",
        related_information=_related(problem, file),
    )


def _more(problem: Problem) -> tuple[tuple[str, str], ...]:
    return (("note", problem.note), ("help", problem.help))


def _page(code: str) -> str:
    """Where a code is explained, on this machine."""
    lines = _PAGES.read_text(encoding="utf-8").split("\n")
    number = next((n for n, line in enumerate(lines, 1) if line.startswith(f"## {code} ")), 1)
    return f"{_PAGES.as_uri()}#L{number}"


def _related(problem: Problem, file: Path) -> list[lsp.DiagnosticRelatedInformation]:
    """The other lines that a note speaks of."""
    lines = dict.fromkeys(int(number) - 1 for number in _LINE.findall(problem.note))
    places = [lsp.Range(lsp.Position(n, 0), lsp.Position(n + 1, 0)) for n in lines if n >= 0]
    return [lsp.DiagnosticRelatedInformation(lsp.Location(file.as_uri(), at), problem.note) for at in places]


def completion(one: Proposal, number: int, line_text: str, line: int, columns: Columns) -> lsp.CompletionItem:
    edit = lsp.TextEdit(columns.span(line_text, line, one.start, one.end - one.start), one.insert)
    text = lsp.MarkupContent(lsp.MarkupKind.Markdown, one.text) if one.text else None
    return lsp.CompletionItem(
        one.label,
        kind=_KINDS.get(one.kind),
        detail=one.detail,
        documentation=text,
        sort_text=f"{number:04}",  # in the order of the language, not of the alphabet
        insert_text_format=lsp.InsertTextFormat.Snippet if one.snippet else lsp.InsertTextFormat.PlainText,
        insert_text_mode=lsp.InsertTextMode.AdjustIndentation,
        text_edit=edit,
    )


def outline(found: Iterable[Symbol], lines: Sequence[str], columns: Columns) -> list[lsp.DocumentSymbol]:
    return [_symbol(symbol, lines, columns) for symbol in found]


def _symbol(symbol: Symbol, lines: Sequence[str], columns: Columns) -> lsp.DocumentSymbol:
    name = columns.place(lines, symbol.place)
    last = min(symbol.last_line, len(lines)) - 1
    end = lsp.Position(last, columns.units(lines[last]))
    whole = lsp.Range(lsp.Position(name.start.line, 0), max(end, name.end))
    inside = outline(symbol.inside, lines, columns)
    return lsp.DocumentSymbol(symbol.name, _SYMBOLS[symbol.kind], whole, name, detail=symbol.detail, children=inside)


def edit(uri: str, fixes: Iterable[Fix], lines: Sequence[str], columns: Columns) -> lsp.WorkspaceEdit:
    edits = [lsp.TextEdit(columns.place(lines, fix), fix.text) for fix in fixes]
    return lsp.WorkspaceEdit(changes={uri: edits})


def repair(problem: Problem, uri: str, lines: Sequence[str], columns: Columns) -> lsp.CodeAction:
    fixes = [problem.fix] if problem.fix else []
    return lsp.CodeAction(
        _title(problem),
        kind=lsp.CodeActionKind.QuickFix,
        is_preferred=True,
        edit=edit(uri, fixes, lines, columns),
    )


def _title(problem: Problem) -> str:
    fix = problem.fix
    if fix is None or not fix.text.strip() or "\n" in fix.text:
        return f"Repair {problem.code}"
    written = problem.source_line[fix.column - 1 : fix.column - 1 + fix.length] if fix.line == problem.line else ""
    return f"Write `{fix.text.strip()}` instead of `{written}`" if written else f"Write `{fix.text.strip()}`"


def repair_all(problems: Iterable[Problem], uri: str, lines: Sequence[str], columns: Columns) -> lsp.CodeAction:
    fixes = {(p.fix.line, p.fix.column): p.fix for p in problems if p.fix}
    title = "Repair everything that is certain in this file"
    return lsp.CodeAction(title, kind=lsp.CodeActionKind.QuickFix, edit=edit(uri, fixes.values(), lines, columns))
