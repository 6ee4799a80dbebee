"""Values as rows that people read, and the files among them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from engine.language.given import EMAIL
from engine.language.resources import Input
from engine.language.values import display, is_file

NOTHING = "not given"
OF_A_MAIL = ("from", "from_name", "subject", "text", "attachments")
"""What people want to see of a mail; the rest of the record is for processes."""


@dataclass(frozen=True)
class Row:
    label: str
    text: str
    link: str = ""


@dataclass(frozen=True)
class Group:
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class File:
    name: str
    size: str
    link: str


def words(name: str) -> str:
    """A name of the definition for people: `legal_name` is `Legal name`."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def answer_rows(answers: Mapping[str, Any], fields: Mapping[str, Input], zone: tzinfo) -> tuple[Row, ...]:
    """What was answered, in the order of the questions; what was left empty is left out."""
    return tuple(
        Row(spec.label or words(name), display(answers[name], zone))
        for name, spec in fields.items()
        if answers.get(name) not in (None, "", [])
    )


def groups(show: Mapping[str, Any], zone: tzinfo, folder: str) -> tuple[Group, ...]:
    """What a task shows: a group for each record, and one for all the single values. Files are not in it."""
    single: list[Row] = []
    records: list[Group] = []
    for name, value in show.items():
        if not isinstance(value, Mapping):
            single += _rows(name, value, zone, folder)
        elif not is_file(value):
            records.append(Group(_title(name), tuple(_record(value, zone, folder))))
    return ((Group("At a glance", tuple(single)),) if single else ()) + tuple(records)


def files(show: Mapping[str, Any], folder: str) -> tuple[File, ...]:
    """The files that are shown by themselves, each to be opened under `folder`."""
    return tuple(File(f["name"], size(f["size"]), f"{folder}/{f['file']}") for f in show.values() if is_file(f))


def file_ids(value: Any) -> Iterator[str]:
    """Every file anywhere in a value: what the holder of a link may open."""
    if is_file(value):
        yield value["file"]
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from file_ids(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from file_ids(item)


def size(count: int) -> str:
    """A file's size for people."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} KB"
    return f"{count / 1_000_000:.1f} MB"


def _record(record: Mapping[str, Any], zone: tzinfo, folder: str) -> Iterator[Row]:
    mail = record.keys() == EMAIL.fields.keys()
    for key, value in record.items():
        if not mail or (key in OF_A_MAIL and value):
            yield from _rows(key, value, zone, folder)


def _rows(name: str, value: Any, zone: tzinfo, folder: str) -> Iterator[Row]:
    if isinstance(value, list | tuple) and value and all(map(is_file, value)):
        yield from (_row(name, file, zone, folder) for file in value)
    else:
        yield _row(name, value, zone, folder)


def _row(name: str, value: Any, zone: tzinfo, folder: str) -> Row:
    label = words(name.rpartition(".")[2])
    if is_file(value):
        return Row(label, value["name"], f"{folder}/{value['file']}")
    return Row(label, display(value, zone) or NOTHING)


def _title(name: str) -> str:
    parts = [part for part in name.split(".") if part not in ("steps", "inputs", "vars", "answers", "result", "event")]
    return words(" ".join(parts)) if parts else words(name.rpartition(".")[2])
