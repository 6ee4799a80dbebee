"""Sending a stored file."""

from urllib.parse import quote

from fastapi import Response

from engine.desk import FileContent
from web.guard import DOCUMENT_POLICY

# Only these are shown; everything else that somebody uploaded is saved, never opened as a page of ours.
SHOWN = ("application/pdf", "image/png", "image/jpeg")


def download(file: FileContent) -> Response:
    """The content under its own name; what a browser cannot be trusted to show is to be saved."""
    is_shown = file.mime in SHOWN
    how = "inline" if is_shown else "attachment"
    return Response(
        file.content,
        media_type=file.mime if is_shown else "application/octet-stream",
        headers={
            "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": DOCUMENT_POLICY if is_shown else "sandbox; default-src 'none'",
        },
    )
