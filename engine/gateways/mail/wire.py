"""MIME, written by hand: `email.message` takes four times as long for a mail as rendering it.

Every function gives text or bytes with CRLF line ends. Nothing here checks for
line breaks in headers: `Mail` has refused them.
"""

import base64
import binascii
import re
from email.header import Header
from email.utils import quote
from urllib.parse import quote as percent

_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_WORDS = re.compile(r"[!-~]{1,900}( [!-~]{1,900})+")
_LONGEST_LINE = 76
_LONGEST = 998  # what servers must take
_FOLD = "\r\n"


def header(name: str, value: str) -> str:
    """One header, folded; letters beyond ASCII, and what looks like an encoded word, are encoded."""
    if value.isascii() and "=?" not in value:
        # What has no space cannot be folded but before its first letter, and some programs read that as empty.
        if len(name) + len(value) + 2 <= (_LONGEST_LINE if " " in value else _LONGEST):
            return f"{name}: {value}\r\n"
        if _WORDS.fullmatch(value):
            return f"{_folded(name, value)}\r\n"
        return f"{name}: {Header(value, 'us-ascii', _LONGEST_LINE, name).encode(linesep=_FOLD)}\r\n"
    return f"{name}: {Header(value, 'utf-8', _LONGEST_LINE, name).encode(linesep=_FOLD)}\r\n"


def _folded(name: str, value: str) -> str:
    """A long header such as that of a thread: `email.header` takes ten times as long for it."""
    first, *others = value.split(" ")
    lines = [f"{name}: {first}"]
    for word in others:
        if len(lines[-1]) + len(word) < _LONGEST_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return _FOLD.join(lines)


def address(email: str, name: str = "") -> str:
    """`Ann Lee <ann@acme.test>`; the name quoted or encoded where it must be."""
    if not name:
        return email
    if not name.isascii() or "=?" in name:
        return f"{Header(name, 'utf-8', _LONGEST_LINE, 'Reply-To').encode(linesep=_FOLD)}{_FOLD} <{email}>"
    return f"{name} <{email}>" if _PLAIN_NAME.fullmatch(name) else f'"{quote(name)}" <{email}>'


def text_part(text: str, subtype: str) -> bytes:
    """A part in quoted-printable."""
    lines = "\r\n".join((*text.splitlines(), "")).encode("utf-8", "replace")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + binascii.b2a_qp(lines)


def file_part(name: str, mime: str, content: bytes) -> bytes:
    """An attachment in base64."""
    head = (
        f"Content-Type: {mime}\r\nContent-Disposition: attachment;\r\n {_filename(name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def image_part(name: str, mime: str, content: bytes) -> bytes:
    """A picture that the HTML shows as `cid:NAME@baton`; the name is plain."""
    head = (
        f"Content-Type: {mime}\r\nContent-ID: <{name}@baton>\r\nContent-Disposition: inline;\r\n {_filename(name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _filename(name: str) -> str:
    """The parameter; a long name in other scripts in several parts, as RFC 2231 has it."""
    if name.isascii():
        return f'filename="{quote(name)}"'
    written = percent(name, safe="")
    if len(written) <= _LONGEST_LINE:
        return f"filename*=utf-8''{written}"
    parts = re.findall(r".{1,60}(?<!%)(?<!%[0-9A-F])", written)
    first, *others = [f"filename*{n}*={part}" for n, part in enumerate(parts)]
    return ";\r\n ".join((first.replace("*=", "*=utf-8''", 1), *others))


def together(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    """A multipart; `boundary` starts with `=_`, which neither encoding can produce."""
    fence = f"--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(fence + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
