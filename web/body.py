"""Reading what a form sends, in bounded memory.

A part that does not fit is dropped and named, and the others are kept, so that
the page can come back with every other answer and the error at that field.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote_to_bytes

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, QuerystringParser, parse_options_header

from engine.desk import Upload

BODY_LIMIT = 1_000_000  # bytes of text kept from one request, and all of a webhook
FILE_LIMIT = 8_000_000  # bytes of one uploaded file
READ_LIMIT = 32_000_000  # read on so far past a limit, for a browser shows our page only after it has sent everything
PARTS_LIMIT = 1_000


class TooLarge(Exception):  # noqa: N818 - named as it is said
    """The body is so large that nothing of it is kept."""


class Unreadable(Exception):  # noqa: N818 - named as it is said
    """The body is not what its Content-Type says."""


class NoRoom(Exception):  # noqa: N818 - named as it is said
    """So much is being received by others that this does not fit beside it now."""


class Memory:
    """Bytes that all requests together may hold until they are kept: whoever sends slowly takes up little of it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = 0

    @contextmanager
    def share(self) -> Iterator[Callable[[int], None]]:
        """A share that grows by what it is called with, and is given back in the end. Raises NoRoom where others have
        taken the rest; alone, one may be as large as it likes."""
        mine = 0

        def take(number: int) -> None:
            nonlocal mine
            if self._taken > mine and self._taken + number > self._size:
                raise NoRoom
            mine += number
            self._taken += number

        try:
            yield take
        finally:
            self._taken -= mine


@dataclass(frozen=True)
class Sent:
    """What was sent. `too_long` names the parts that did not fit; they are not in the others."""

    texts: Mapping[str, tuple[str, ...]]
    uploads: Mapping[str, Upload]
    too_long: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """The only value of a name; empty when it was not sent."""
        return self.texts.get(name, ("",))[0]


class _Parser(Protocol):
    def write(self, data: bytes) -> int: ...

    def finalize(self) -> None: ...


async def read_body(request: Request, limit: int = BODY_LIMIT, take: Callable[[int], None] | None = None) -> bytes:
    """The whole body, for callers that are programs. Raises TooLarge beyond the limit, and what `take` raises, which
    hears of the bytes as they come."""
    kept = bytearray()
    async for chunk in _chunks(request, limit):
        if take:
            take(len(chunk))
        kept += chunk
    return bytes(kept)


async def read_form(request: Request) -> Sent:
    """The parts of an HTML form, urlencoded or multipart. Raises TooLarge and Unreadable."""
    parts = _Parts()
    parser = _parser_for(request.headers.get("content-type", ""), parts)
    async for chunk in _chunks(request, READ_LIMIT):
        _feed(parser.write, chunk)
    _feed(lambda _: parser.finalize(), b"")
    return parts.sent()


async def _chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise TooLarge
    read = 0
    async for chunk in request.stream():
        read += len(chunk)
        if read > limit:
            raise TooLarge
        yield chunk


def _feed(write: Callable[[bytes], object], chunk: bytes) -> None:
    try:
        write(chunk)
    except FormParserError as problem:
        raise Unreadable from problem


def _parser_for(content_type: str, parts: "_Parts") -> _Parser:
    kind, options = parse_options_header(content_type)
    if kind == b"multipart/form-data" and b"boundary" in options:
        return _multipart(options[b"boundary"], parts)
    if kind in (b"application/x-www-form-urlencoded", b""):
        return _urlencoded(parts)
    raise Unreadable


def _urlencoded(parts: "_Parts") -> _Parser:
    name = bytearray()

    def named(data: bytes, start: int, end: int) -> None:
        name.extend(data[start:end][: BODY_LIMIT - len(name)])

    def valued(data: bytes, start: int, end: int) -> None:
        parts.open(_unquote(name))
        parts.add(data[start:end])

    def ended() -> None:
        parts.open(_unquote(name))
        parts.close(_unquote)
        name.clear()

    return QuerystringParser({"on_field_name": named, "on_field_data": valued, "on_field_end": ended})


def _multipart(boundary: bytes, parts: "_Parts") -> _Parser:
    header, value = bytearray(), bytearray()
    headers: dict[bytes, bytes] = {}

    def header_ended() -> None:
        headers[bytes(header).lower()] = bytes(value)
        header.clear()
        value.clear()

    def headers_ended() -> None:
        _, options = parse_options_header(headers.get(b"content-disposition", b""))
        filename = options.get(b"filename")
        mime = headers.get(b"content-type", b"application/octet-stream")
        parts.open(_text(options.get(b"name", b"")), None if filename is None else _text(filename), _text(mime))
        headers.clear()

    return MultipartParser(
        boundary,
        {
            "on_header_field": lambda data, start, end: header.extend(data[start:end]),
            "on_header_value": lambda data, start, end: value.extend(data[start:end]),
            "on_header_end": header_ended,
            "on_headers_finished": headers_ended,
            "on_part_data": lambda data, start, end: parts.add(data[start:end]),
            "on_part_end": lambda: parts.close(bytes),
        },
    )


def _unquote(raw: bytes | bytearray) -> bytes:
    return unquote_to_bytes(bytes(raw).replace(b"+", b" "))


def _text(raw: bytes) -> str:
    """Browsers end lines of a textarea with CR LF; people count one character."""
    return raw.decode("utf-8", "replace").replace("\r\n", "\n")


class _Parts:
    """Collects the parts one after the other, within the limits."""

    def __init__(self) -> None:
        self._texts: dict[str, tuple[str, ...]] = {}
        self._uploads: dict[str, Upload] = {}
        self._too_long: set[str] = set()
        self._room = BODY_LIMIT
        self._count = 0
        self._name: str | None = None
        self._filename: str | None = None
        self._mime = ""
        self._kept = bytearray()
        self._fits = True

    def open(self, name: bytes | str, filename: str | None = None, mime: str = "") -> None:
        """Begin a part; does nothing while one is open."""
        if self._name is not None:
            return
        self._count += 1
        if self._count > PARTS_LIMIT:
            raise TooLarge
        self._name = _text(name) if isinstance(name, bytes) else name
        self._filename, self._mime = filename, mime
        self._kept, self._fits = bytearray(), True

    def add(self, data: bytes) -> None:
        limit = self._room if self._filename is None else FILE_LIMIT
        if not self._fits or len(self._kept) + len(data) > limit:
            self._kept, self._fits = bytearray(), False
            return
        self._kept += data

    def close(self, decode: Callable[[bytearray], bytes]) -> None:
        """End a part. `decode` turns the bytes as they were sent into the value's."""
        if self._name is None:
            return
        if not self._fits:
            self._too_long.add(self._name)
        elif self._filename is None:
            self._room -= len(self._kept)
            self._texts[self._name] = (*self._texts.get(self._name, ()), _text(decode(self._kept)))
        elif self._filename:  # a file field that was left empty is sent without a name
            self._uploads[self._name] = Upload(self._filename, self._mime, bytes(self._kept))
        self._name = None

    def sent(self) -> Sent:
        return Sent(self._texts, self._uploads, frozenset(self._too_long))
