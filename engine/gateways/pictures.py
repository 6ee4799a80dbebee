"""Pictures that mails show: files of `definitions/images`, as they are when the mail is written."""

import re
from pathlib import Path

from engine.gateways.mail.message import Attachment
from engine.gateways.outcome import Refused

LARGEST = 1024 * 1024
LARGEST_TOGETHER = 3 * LARGEST
_SHOWN = re.compile(r'src="cid:([A-Za-z0-9][A-Za-z0-9._-]*)@baton"')
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def pictures(folder: Path | None, html: str) -> tuple[Attachment, ...]:
    """The files that the HTML of a mail shows. Raises Refused (`image`) where one cannot go along."""
    names = dict.fromkeys(_SHOWN.findall(html))
    found = tuple(_picture(folder, name) for name in names)
    if sum(len(one.content) for one in found) > LARGEST_TOGETHER:
        raise Refused("image", f"The pictures of the mail are larger than {LARGEST_TOGETHER // LARGEST} MB together.")
    return found


def kind_of(content: bytes) -> str:
    """`image/png` and its like, by the first bytes; empty for what mail programs do not show."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in _KINDS.items() if content.startswith(start)), "")


def _picture(folder: Path | None, name: str) -> Attachment:
    file = folder / name if folder else None
    if file is None or not file.is_file():
        raise Refused("image", f"The picture images/{name} is not there; put it into definitions/images/, then retry.")
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Refused("image", f"The picture images/{name} is larger than 1 MB; make it smaller, then retry.")
    kind = kind_of(content)
    if not kind:
        raise Refused("image", f"The picture images/{name} is neither PNG, JPEG, GIF nor WebP.")
    return Attachment(name, kind, content)
