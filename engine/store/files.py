"""Files of cases: contracts and uploads, with their content."""

from sqlalchemy import Connection, delete, select

from engine.store.rows import FileInfo, FileRow
from engine.store.sql import add
from engine.store.tables import files

_INFO = (files.c.id, files.c.case_id, files.c.name, files.c.mime, files.c.sha256, files.c.size)


def put(c: Connection, file_id: str, case: str, name: str, mime: str, sha256: str, content: bytes) -> None:
    """Keep a file; one with the same id stays as it is."""
    row = {"id": file_id, "case_id": case, "name": name, "mime": mime, "sha256": sha256}
    add(c, files, row | {"size": len(content), "content": content}, unique=["id"])


def get(c: Connection, file_id: str) -> FileRow | None:
    """The file with its content."""
    row = c.execute(select(*_INFO, files.c.content).where(files.c.id == file_id)).one_or_none()
    return FileRow(*row) if row else None


def of_case(c: Connection, case: str) -> tuple[FileInfo, ...]:
    """The case's files without their content, by name."""
    query = select(*_INFO).where(files.c.case_id == case).order_by(files.c.name, files.c.id)
    return tuple(FileInfo(*row) for row in c.execute(query))


def drop_of_nobody(c: Connection, beginning: str) -> None:
    """Forget the files whose ids begin so and that belong to no case."""
    c.execute(delete(files).where(files.c.id.startswith(beginning, autoescape=True), files.c.case_id == ""))
